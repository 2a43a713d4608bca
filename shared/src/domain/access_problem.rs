//! Access problems: what prevents Regrant from checking an org, or soon will.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::cloud::Cloud;
use super::id::{OrgId, RequestId};
use super::system_log::LogPosition;
use super::tenant::TenantId;

/// What is wrong with Regrant's access.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema, strum::IntoStaticStr,
)]
#[serde(tag = "problem", rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum AccessProblemKind {
    /// Okta rejects the credential: it was revoked, it expired, or its owner was deactivated.
    OktaCredentialRefused,
    /// Okta accepts the credential but denies access: a role or a scope was removed.
    OktaRoleLost,
    /// Regrant has not used the credential successfully for 20 days. An API token expires after 30 days without use (Okta,
    /// "Create an API token").
    OktaCredentialIdle,
    /// The tokens for Microsoft Graph have expired; an administrator has to sign in again.
    GraphTokensEnded {
        /// The tenant.
        #[schema(value_type = String)]
        tenant: TenantId,
    },
    /// The tokens for Microsoft Graph still work but could not be renewed for some time, so they will expire.
    GraphTokensEnding {
        /// The tenant.
        #[schema(value_type = String)]
        tenant: TenantId,
        /// When they expire, in UTC (Microsoft: 90 days after the last renewal).
        #[schema(value_type = String, format = DateTime)]
        ends_at: Timestamp,
    },
    /// Microsoft rejects the credential of our own registration.
    EntraCredentialRefused {
        /// The cloud of the registration.
        #[schema(value_type = String)]
        cloud: Cloud,
    },
    /// The client secret or certificate of our own registration expires within 30 days.
    EntraCredentialEnding {
        /// The cloud of the registration.
        #[schema(value_type = String)]
        cloud: Cloud,
        /// When it expires, in UTC.
        #[schema(value_type = String, format = DateTime)]
        ends_at: Timestamp,
    },
}

impl AccessProblemKind {
    /// The name used in ids and output. A problem with a later end keeps its name.
    pub fn name(&self) -> &'static str {
        self.into()
    }

    /// The tenant or the cloud it concerns; empty if it concerns the whole org.
    pub fn affected(&self) -> String {
        match self {
            Self::OktaCredentialRefused | Self::OktaRoleLost | Self::OktaCredentialIdle => String::new(),
            Self::GraphTokensEnded { tenant } | Self::GraphTokensEnding { tenant, .. } => tenant.to_string(),
            Self::EntraCredentialRefused { cloud } | Self::EntraCredentialEnding { cloud, .. } => cloud.to_string(),
        }
    }

    /// When the access that still works will end, if known.
    pub const fn ends_at(&self) -> Option<Timestamp> {
        match self {
            Self::GraphTokensEnding { ends_at, .. } | Self::EntraCredentialEnding { ends_at, .. } => Some(*ends_at),
            _ => None,
        }
    }

    /// Whether it concerns the access to Okta, not to Microsoft.
    pub const fn is_about_okta(&self) -> bool {
        matches!(self, Self::OktaCredentialRefused | Self::OktaRoleLost | Self::OktaCredentialIdle)
    }

    /// Whether both describe the same problem, possibly with a different end.
    pub fn is_about_the_same_as(&self, other: &Self) -> bool {
        self.name() == other.name() && self.affected() == other.affected()
    }
}

/// An access problem and since when it exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AccessProblem {
    /// The problem.
    #[serde(flatten)]
    pub kind: AccessProblemKind,
    /// When Regrant first detected it, in UTC.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// The answer that revealed it, in words for people.
    pub detail: String,
    /// The reference that its emails and `regrant status` show.
    #[schema(value_type = String)]
    pub request: RequestId,
}

/// What Regrant stores about an org between scans, apart from its apps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrgWatch {
    /// The org.
    pub org: OrgId,
    /// When Okta last accepted the org's credential.
    #[serde(default)]
    pub okta_answered_at: Option<Timestamp>,
    /// Where to continue reading its System Log.
    #[serde(default)]
    pub log: Option<LogPosition>,
    /// Whether people sign in to a registration of ours before they consent, if known.
    #[serde(default)]
    pub signs_in: Option<bool>,
    /// The current problems.
    #[serde(default)]
    pub problems: Vec<AccessProblem>,
    /// Incremented by each write, for the optimistic lock; 0 before the first write.
    pub version: u64,
}

impl OrgWatch {
    /// The record of an org that was never scanned.
    pub const fn new(org: OrgId) -> Self {
        Self { org, okta_answered_at: None, log: None, signs_in: None, problems: Vec::new(), version: 0 }
    }
}

/// The access problems after a scan: one that continues keeps its start and its reference, one that was not found again is
/// dropped. `spare` creates the reference of a new one.
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
    fn continuing_problem_keeps_its_start() {
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
