//! Trouble: what keeps Regrant itself from looking at an org, or soon will.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::cloud::Cloud;
use super::id::{OrgId, RequestId};
use super::system_log::LogPosition;
use super::tenant::TenantId;

/// What is wrong with Regrant's access.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "problem", rename_all = "kebab-case")]
pub enum AccessProblemKind {
    /// Okta refuses the credential: revoked, expired, or its owner was deactivated.
    OktaCredentialRefused,
    /// Okta knows the credential and does not let it look: a role or a scope was taken away.
    OktaRoleLost,
    /// Okta has not answered this credential for 20 days. An API token dies after 30 idle days (Okta, "Create an API
    /// token").
    OktaCredentialIdle,
    /// The tokens for Microsoft Graph have ended, and an administrator has to sign in again.
    GraphTokensEnded {
        /// In this tenant.
        #[schema(value_type = String)]
        tenant: TenantId,
    },
    /// The tokens for Microsoft Graph still work and could not be renewed for some time: they will end.
    GraphTokensEnding {
        /// In this tenant.
        #[schema(value_type = String)]
        tenant: TenantId,
        /// When, in UTC (Microsoft: 90 days after the last renewal).
        #[schema(value_type = String, format = DateTime)]
        ends_at: Timestamp,
    },
    /// Microsoft refuses our own registration's credential.
    EntraCredentialRefused {
        /// In this cloud.
        #[schema(value_type = String)]
        cloud: Cloud,
    },
    /// Our own registration's client secret or certificate ends within 30 days.
    EntraCredentialEnding {
        /// In this cloud.
        #[schema(value_type = String)]
        cloud: Cloud,
        /// When, in UTC.
        #[schema(value_type = String, format = DateTime)]
        ends_at: Timestamp,
    },
}

impl AccessProblemKind {
    /// What an email about it is told apart by: the same trouble with a later end is the same trouble.
    pub fn name(&self) -> &'static str {
        match self {
            Self::OktaCredentialRefused => "okta-credential-refused",
            Self::OktaRoleLost => "okta-role-lost",
            Self::OktaCredentialIdle => "okta-credential-idle",
            Self::GraphTokensEnded { .. } => "graph-tokens-ended",
            Self::GraphTokensEnding { .. } => "graph-tokens-ending",
            Self::EntraCredentialRefused { .. } => "entra-credential-refused",
            Self::EntraCredentialEnding { .. } => "entra-credential-ending",
        }
    }

    /// The tenant or the cloud it is about, where it is not the whole org.
    pub fn place(&self) -> String {
        match self {
            Self::OktaCredentialRefused | Self::OktaRoleLost | Self::OktaCredentialIdle => String::new(),
            Self::GraphTokensEnded { tenant } | Self::GraphTokensEnding { tenant, .. } => tenant.to_string(),
            Self::EntraCredentialRefused { cloud } | Self::EntraCredentialEnding { cloud, .. } => cloud.to_string(),
        }
    }

    /// When what still works ends, where that is known.
    pub const fn ends_at(&self) -> Option<Timestamp> {
        match self {
            Self::GraphTokensEnding { ends_at, .. } | Self::EntraCredentialEnding { ends_at, .. } => Some(*ends_at),
            _ => None,
        }
    }

    /// Whether it is about the access to Okta, and not to Microsoft.
    pub const fn is_oktas(&self) -> bool {
        matches!(self, Self::OktaCredentialRefused | Self::OktaRoleLost | Self::OktaCredentialIdle)
    }

    /// Whether it is the same matter as another one.
    pub fn is_about_the_same_as(&self, other: &Self) -> bool {
        self.name() == other.name() && self.place() == other.place()
    }
}

/// Something that is wrong with Regrant's access, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AccessProblem {
    /// What.
    #[serde(flatten)]
    pub kind: AccessProblemKind,
    /// Since when it is known, in UTC.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// What was answered, in words for people.
    pub detail: String,
    /// What emails about it and `regrant status` name it by.
    #[schema(value_type = String)]
    pub request: RequestId,
}

/// What is remembered of an org between two looks, apart from its apps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrgWatch {
    /// The org.
    pub org: OrgId,
    /// When Okta last answered the org's credential.
    #[serde(default)]
    pub okta_answered_at: Option<Timestamp>,
    /// Where reading its System Log goes on.
    #[serde(default)]
    pub log: Option<LogPosition>,
    /// Whether people sign in to a registration of ours before they consent, where that is known.
    #[serde(default)]
    pub signs_in: Option<bool>,
    /// What is wrong now.
    #[serde(default)]
    pub problems: Vec<AccessProblem>,
    /// The last digest.
    #[serde(default)]
    pub digest: Option<DigestMade>,
    /// Counts changes, so that of two writers one is refused; 0 before it is written first.
    pub version: u64,
}

/// A digest that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestMade {
    /// The day it is of, in the org's time zone.
    pub day: jiff::civil::Date,
    /// What it names itself by.
    pub request: RequestId,
}

impl OrgWatch {
    /// What is remembered of an org that was never looked at.
    pub const fn new(org: OrgId) -> Self {
        Self { org, okta_answered_at: None, log: None, signs_in: None, problems: Vec::new(), digest: None, version: 0 }
    }
}

/// The troubles after a look: what goes on keeps its beginning and its name, what was not found again is over. `spare`
/// gives the id of a new one.
pub fn problems_after(
    previous: &[AccessProblem],
    found: Vec<(AccessProblemKind, String)>,
    now: Timestamp,
    spare: impl Fn() -> RequestId,
) -> Vec<AccessProblem> {
    let mut after: Vec<AccessProblem> = Vec::new();
    for (kind, detail) in found {
        if after.iter().any(|problem| problem.kind.is_about_the_same_as(&kind)) {
            continue;
        }
        let known = previous.iter().find(|problem| problem.kind.is_about_the_same_as(&kind));
        after.push(match known {
            Some(known) => AccessProblem { kind, detail, ..known.clone() },
            None => AccessProblem { kind, since: now, detail, request: spare() },
        });
    }
    after
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;

    #[test]
    fn a_trouble_that_goes_on_keeps_its_beginning_and_one_that_is_over_is_gone() {
        let spare = |id: &str| id.parse::<RequestId>().unwrap();
        let at = |second| Timestamp::from_second(second).unwrap();
        let refused = || (AccessProblemKind::OktaCredentialRefused, "E0000011".to_owned());
        let first = problems_after(&[], vec![refused(), refused()], at(1), || spare("RG-A"));
        assert_eq!(first.len(), 1);
        let ending =
            |end| (AccessProblemKind::EntraCredentialEnding { cloud: Cloud::Global, ends_at: at(end) }, String::new());
        let second = problems_after(&first, vec![refused(), ending(90)], at(2), || spare("RG-B"));
        assert_eq!(second.iter().map(|t| t.since.as_second()).collect::<Vec<_>>(), [1, 2]);
        let third = problems_after(&second, vec![ending(95)], at(3), || spare("RG-C"));
        assert_eq!(
            third.iter().map(|t| (t.kind.name(), t.since.as_second())).collect::<Vec<_>>(),
            [("entra-credential-ending", 2)]
        );
    }
}
