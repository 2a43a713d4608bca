//! An Office 365 app integration, as the ledger keeps it.

use crate::domain::tenant::TenantName;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::assignment_counts::AssignmentCounts;
use super::id::{AppId, OrgId, RequestId, SaveId};
use super::request::{Request, request_after};
use super::save::Verification;
use super::session::Administrator;
use super::signal::Signal;
use super::standing::{Assessment, LastKnown, Standing};
use super::tenant::{ClientId, TenantId};
use super::text::UntrustedText;

/// The name of the app integrations Regrant looks after. Matched exactly: a custom SAML app may carry it as a label
/// or inside a longer name.
pub const OFFICE365: &str = "office365";

/// What an app integration is, apart from where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppIdentity {
    /// The org it belongs to.
    pub org: OrgId,
    /// The org's host, as people know it.
    pub org_domain: String,
    /// Its id.
    pub app: AppId,
    /// Its label, which two apps of one org may share.
    pub label: UntrustedText,
    /// `settings.app.msftTenant`.
    pub tenant: Option<TenantName>,
    /// `settings.app.domain`.
    pub domain: Option<UntrustedText>,
}

/// An app as the ledger keeps it: what it is, what was seen, and what that adds up to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppRecord {
    /// What it is.
    #[serde(flatten)]
    pub identity: AppIdentity,
    /// What was seen last.
    pub signals: Vec<Signal>,
    /// What that adds up to.
    #[serde(flatten)]
    pub assessment: Assessment,
    /// When the signals were assessed, in UTC.
    pub as_of: Timestamp,
    /// The last standing that rested on a look; set only while the standing is `unknown`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_known: Option<LastKnown>,
    /// Since when it stands where it stands; `None` in records from before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Where it stood before that, if it stood anywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Standing>,
    /// What somebody was asked about it last, open or closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Request>,
    /// What consents and saves left behind.
    #[serde(default)]
    pub consent: ConsentRecord,
    /// How many users and groups it concerns, once that was counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reach: Option<AssignmentCounts>,
    /// Counts changes, so that of two writers one is refused; 0 before it is written first, and in records from before
    /// this was kept.
    #[serde(default)]
    pub version: u64,
}

/// What consents and saves of an app left behind: nothing, until there was one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ConsentRecord {
    /// The app's tenant, once it was resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<TenantId>,
    /// Okta's client, as its consent link named it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientId>,
    /// Who was verified last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub administrator: Option<Administrator>,
    /// The last save whose end was written here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_save: Option<SaveId>,
    /// What was read back after the last save that ended well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<Verification>,
}

impl AppRecord {
    /// The record after a new assessment, keeping the last standing that rested on a look, to be written in place of
    /// `previous`. `spare` is the id of a request, where one has to be opened now.
    pub fn assessed(
        identity: AppIdentity,
        signals: Vec<Signal>,
        assessment: Assessment,
        as_of: Timestamp,
        previous: Option<&Self>,
        spare: RequestId,
    ) -> Self {
        let last_known = (assessment.standing == Standing::Unknown).then(|| previous?.known()).flatten();
        let consent = previous.map(|record| record.consent.clone()).unwrap_or_default();
        let (since, before) = match previous {
            Some(same) if same.standing() == assessment.standing => (same.since.or(Some(same.as_of)), same.before),
            other => (Some(as_of), other.map(Self::standing)),
        };
        let known = previous.and_then(|record| record.request.as_ref());
        let request = request_after(known, assessment.standing, as_of, spare);
        let reach = previous.and_then(|record| record.reach);
        let version = previous.map_or(0, |record| record.version);
        Self { identity, signals, assessment, as_of, last_known, since, before, request, consent, reach, version }
    }

    /// The standing that rests on a look: this record's own, or the one it remembers.
    fn known(&self) -> Option<LastKnown> {
        match self.assessment.standing {
            Standing::Unknown => self.last_known.clone(),
            standing => Some(LastKnown { standing, as_of: self.as_of }),
        }
    }

    /// Where the app stands, or stood when it was last looked at: a look that failed overtakes nothing.
    pub fn known_standing(&self) -> Standing {
        self.known().map_or(Standing::Unknown, |known| known.standing)
    }

    /// Shorthand for the standing.
    pub fn standing(&self) -> Standing {
        self.assessment.standing
    }
}
