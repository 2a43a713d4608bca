//! An Office 365 app integration and its record in the ledger.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::tenant::TenantName;

use super::assignment_counts::AssignmentCounts;
use super::claims_challenge::ClaimsChallenge;
use super::connection::{AuthScheme, ConnectionStatus};
use super::id::{AppId, OrgId, RequestId, SaveId};
use super::milestones::Milestones;
use super::permission::PermissionCatalogue;
use super::request::{Request, request_after};
use super::save::Verification;
use super::session::Administrator;
use super::signal::{Signal, SignalKind};
use super::standing::{Assessment, LastKnown, Standing};
use super::tenant::{ClientId, TenantId};
use super::text::UntrustedText;

/// The `name` of the app integrations that Regrant handles. Matched exactly: a custom SAML app may contain it in its label
/// or inside a longer name.
pub const OFFICE365: &str = "office365";

/// What identifies an app integration, independent of its standing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppIdentity {
    /// The org it belongs to.
    pub org: OrgId,
    /// The org's host, as shown to people.
    pub org_domain: String,
    /// Its id.
    pub app: AppId,
    /// Its label. Two apps of one org may share it.
    pub label: UntrustedText,
    /// `settings.app.msftTenant`.
    pub tenant: Option<TenantName>,
    /// `settings.app.domain`.
    pub domain: Option<UntrustedText>,
}

/// The ledger's record of an app: its identity, its signals and its standing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppRecord {
    /// The identity.
    #[serde(flatten)]
    pub identity: AppIdentity,
    /// The latest signals.
    pub signals: Vec<Signal>,
    /// The conclusion from the signals.
    #[serde(flatten)]
    pub assessment: Assessment,
    /// When the signals were assessed, in UTC.
    pub as_of: Timestamp,
    /// The last standing from a successful check; set only while the standing is `unknown`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_known: Option<LastKnown>,
    /// Since when it has this standing; `None` in older records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// The standing before that, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Standing>,
    /// The latest request about it, open or closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Request>,
    /// The results of consents and saves.
    #[serde(default)]
    pub consent: ConsentRecord,
    /// Until when an operator has waived it. The waiver itself has the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waived_until: Option<Timestamp>,
    /// How many users and groups are assigned to it, once counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignment_counts: Option<AssignmentCounts>,
    /// Incremented by each write, for the optimistic lock; 0 before the first write, and in older records.
    #[serde(default)]
    pub version: u64,
}

/// The results of an app's consents and saves; empty before the first one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ConsentRecord {
    /// The app's tenant, once resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<TenantId>,
    /// The tenants that it belonged to before. The org may still have tokens for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_tenants: Vec<TenantId>,
    /// The tenant in the app's settings when an administrator of it was verified for this app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_tenant: Option<TenantName>,
    /// Okta's client id from its latest consent link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientId>,
    /// The administrator who was verified last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub administrator: Option<Administrator>,
    /// What Microsoft requires of the next sign-in, if the last one was rejected with a claims challenge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims_challenge: Option<ClaimsChallenge>,
    /// The permissions that Okta's latest consent link asks for, if one was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_permissions: Option<Vec<String>>,
    /// The permissions that the link of the last verified consent asked for, if it was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_permissions: Option<Vec<String>>,
    /// The last save whose outcome was recorded here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_save: Option<SaveId>,
    /// When Regrant prepared a consent although provisioning was on, which pauses it; `None` once the connection is saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_since: Option<Timestamp>,
    /// The read-back result of the last successful save.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<Verification>,
    /// When it first reached each step.
    #[serde(default)]
    pub milestones: Milestones,
}

impl ConsentRecord {
    /// Records the tenant that an administrator was verified for.
    pub fn verify_tenant(&mut self, tenant: &TenantId) {
        let former = self.tenant.replace(tenant.clone());
        self.former_tenants.extend(former);
        self.former_tenants.retain(|former| former != tenant);
        self.former_tenants.sort_unstable();
        self.former_tenants.dedup();
    }

    /// The permissions that this consent is expected to have: what its own link asked for, or else what of the catalogue
    /// Okta's current link asks for, or else the catalogue.
    pub fn expected_permissions(&self, catalogue: &PermissionCatalogue) -> PermissionCatalogue {
        match (&self.asked_permissions, &self.link_permissions) {
            (Some(asked), _) => catalogue.asked(asked),
            (None, Some(link)) => catalogue.among(link),
            (None, None) => catalogue.clone(),
        }
    }

    /// The permissions that the next consent will ask for.
    pub fn next_permissions(&self, catalogue: &PermissionCatalogue) -> PermissionCatalogue {
        self.link_permissions.as_ref().map_or_else(|| catalogue.clone(), |link| catalogue.asked(link))
    }
}

impl AppRecord {
    /// Builds the record after a new assessment, to replace `previous`. `spare` is the id for a request, if one has to be
    /// opened now.
    pub fn assessed(
        identity: AppIdentity,
        signals: Vec<Signal>,
        assessment: Assessment,
        as_of: Timestamp,
        previous: Option<&Self>,
        spare: RequestId,
    ) -> Self {
        let last_known = (assessment.standing == Standing::Unknown).then(|| previous?.known()).flatten();
        let mut consent = previous.map(|record| record.consent.clone()).unwrap_or_default();
        let so_far = previous.map_or_else(|| Milestones::found(as_of), |record| record.consent.milestones);
        consent.milestones = so_far.after(&assessment, as_of);
        let (since, before) = match previous {
            Some(same) if same.standing() == assessment.standing => (same.since.or(Some(same.as_of)), same.before),
            other => (Some(as_of), other.map(Self::standing)),
        };
        let known = previous.and_then(|record| record.request.as_ref());
        let request = request_after(known, assessment.standing, as_of, spare);
        let assignment_counts = previous.and_then(|record| record.assignment_counts);
        let version = previous.map_or(0, |record| record.version);
        let waived_until = previous.and_then(|record| record.waived_until);
        Self {
            identity,
            signals,
            assessment,
            as_of,
            last_known,
            since,
            before,
            request,
            consent,
            waived_until,
            assignment_counts,
            version,
        }
    }

    /// The standing from the last successful check: this record's own, or the remembered one.
    fn known(&self) -> Option<LastKnown> {
        match self.assessment.standing {
            Standing::Unknown => self.last_known.clone(),
            standing => Some(LastKnown { standing, as_of: self.as_of }),
        }
    }

    /// The standing from the last successful check: a failed check does not change it.
    pub fn known_standing(&self) -> Standing {
        self.known().map_or(Standing::Unknown, |known| known.standing)
    }

    /// Since when provisioning is paused for a consent that no one has finished; `None` if it is not, or the connection was
    /// read as on since.
    pub fn paused_since(&self) -> Option<Timestamp> {
        let since = self.consent.paused_since?;
        let is_on = |signal: &Signal| {
            let on = matches!(
                &signal.kind,
                SignalKind::ConnectionRead { auth_scheme: AuthScheme::Oauth2, status: ConnectionStatus::Enabled, .. }
            );
            on && signal.seen_at >= since
        };
        (!self.signals.iter().any(is_on)).then_some(since)
    }

    /// The current standing, which may be `unknown`.
    pub fn standing(&self) -> Standing {
        self.assessment.standing
    }
}
