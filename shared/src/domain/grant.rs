//! Permission grants: what a tenant granted to Okta's service principal, as Microsoft Graph shows it.

mod changes;

use serde::{Deserialize, Serialize};

pub use changes::{AppPublisher, GrantChange};

use super::permission::{Comparison, PermissionCatalogue};
use super::signal::{Check, SignalKind};
use super::tenant::{ClientId, ObjectId, TenantId};
use super::text::UntrustedText;

/// How a permission was granted. The documentation is ambiguous about which kind Okta's consent creates, so the kind that
/// was found is recorded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum GrantKind {
    /// To the application itself (`appRoleAssignments`).
    Application,
    /// To the application for every user in the tenant (`oauth2PermissionGrants`, `AllPrincipals`).
    DelegatedForAll,
    /// To the application for one user only (`oauth2PermissionGrants`, `Principal`). It ends with that user.
    DelegatedForOne {
        /// The user.
        principal: ObjectId,
    },
}

impl GrantKind {
    /// The kind in words that follow "is granted".
    pub fn words(&self) -> String {
        match self {
            Self::Application => "to the application itself".to_owned(),
            Self::DelegatedForAll => "for all users".to_owned(),
            Self::DelegatedForOne { principal } => format!("for {principal} only"),
        }
    }
}

/// A granted permission on Microsoft Graph.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PermissionGrant {
    /// Its name, or its id if Graph does not name it.
    pub permission: String,
    /// How it was granted.
    #[serde(flatten)]
    pub grant: GrantKind,
}

/// An application in a tenant (Graph: `servicePrincipal`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServicePrincipal {
    /// Its object id in this tenant.
    pub id: ObjectId,
    /// The application's client id.
    pub app_id: ClientId,
    /// Its display name. Microsoft does not verify names, so it is for display only, never for decisions.
    pub display_name: UntrustedText,
    /// Whether the tenant allows it to sign in.
    pub account_enabled: bool,
    /// The tenant the application is registered in.
    pub owner: Option<TenantId>,
    /// Its publisher, if Microsoft verified one.
    pub verified_publisher: Option<UntrustedText>,
    /// The publisher's id (`verifiedPublisherId`); `None` in older records.
    #[serde(default)]
    pub verified_publisher_id: Option<UntrustedText>,
    /// `disabledByMicrosoftStatus`, if Microsoft has set one.
    #[serde(default)]
    pub disabled_by_microsoft: Option<UntrustedText>,
}

impl ServicePrincipal {
    /// Whether both the tenant and Microsoft allow it to sign in (Graph, "servicePrincipal resource type": the status
    /// `NotDisabled` or null means that Microsoft allows it).
    pub fn is_enabled(&self) -> bool {
        let allowed = |status: &UntrustedText| status.raw().eq_ignore_ascii_case("NotDisabled");
        self.account_enabled && self.disabled_by_microsoft.as_ref().is_none_or(allowed)
    }

    /// Its publisher.
    pub fn publisher(&self) -> AppPublisher {
        AppPublisher {
            id: self.verified_publisher_id.clone(),
            name: self.verified_publisher.clone(),
            owner: self.owner.clone(),
        }
    }
}

/// The grants of Okta's service principal in a tenant, kept as evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantsRead {
    /// Okta's service principal; `None` if the tenant has none, because no one consented or the consent was withdrawn.
    pub principal: Option<ServicePrincipal>,
    /// Its grants on Microsoft Graph.
    pub grants: Vec<PermissionGrant>,
    /// Grants that Graph listed and that could not be read, in words for people. One of them may be any permission.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<String>,
}

impl GrantsRead {
    /// The names of the granted permissions, sorted, each once.
    pub fn permissions(&self) -> Vec<String> {
        let mut names: Vec<String> = self.grants.iter().map(|grant| grant.permission.clone()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Compares the grants with the expected permissions.
    pub fn compare(&self, expected: &PermissionCatalogue) -> Comparison {
        expected.compare(self.permissions().iter().map(String::as_str))
    }

    /// Whether the principal can sign in and has every required grant.
    pub fn suffices(&self, expected: &PermissionCatalogue) -> bool {
        self.principal.as_ref().is_some_and(ServicePrincipal::is_enabled)
            && self.compare(expected).missing_required.is_empty()
    }

    /// Converts it to signals. A grant that could not be read may be the one that seems to be missing, so nothing counts as
    /// missing then.
    pub fn signals(&self, expected: &PermissionCatalogue) -> Vec<SignalKind> {
        let missing = self.compare(expected).missing_required;
        let any_granted = self.principal.is_some() && !self.grants.is_empty();
        let odd = self.unreadable.join(" ");
        // `any_granted` reports a missing principal; it is not "disabled".
        let principal_enabled = self.principal.as_ref().is_none_or(ServicePrincipal::is_enabled);
        if !odd.is_empty() && principal_enabled && (!missing.is_empty() || !any_granted) {
            let names = if missing.is_empty() { "any permission".to_owned() } else { missing.join(", ") };
            let reason =
                format!("Microsoft Graph does not show {names}, but part of its list could not be read. {odd}");
            return vec![SignalKind::CheckFailed { check: Check::PermissionGrants, reason }];
        }
        let read = SignalKind::PermissionGrantsRead { missing, any_granted, principal_enabled, changes: Vec::new() };
        let surprise = (!odd.is_empty()).then_some(SignalKind::Surprise { what: odd });
        std::iter::once(read).chain(surprise).collect()
    }
}
