//! Permission grants: what Microsoft Graph shows that a tenant granted to Okta's service principal.

mod changes;

use serde::{Deserialize, Serialize};

pub use changes::{GrantChange, Publisher};

use super::permission::{Comparison, PermissionCatalogue};
use super::signal::SignalKind;
use super::tenant::{ClientId, ObjectId, TenantId};
use super::text::UntrustedText;

/// How a permission was granted. Documents point both ways on which kind Okta's consent makes, so the kind that was
/// found is recorded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum GrantKind {
    /// To the application itself (`appRoleAssignments`).
    Application,
    /// To the application for everybody in the tenant (`oauth2PermissionGrants`, `AllPrincipals`).
    DelegatedForAll,
    /// To the application for one person only (`oauth2PermissionGrants`, `Principal`): ends with that person.
    DelegatedForOne {
        /// The person.
        principal: ObjectId,
    },
}

impl GrantKind {
    /// The way in words, after "is granted".
    pub fn words(&self) -> String {
        match self {
            Self::Application => "to the application itself".to_owned(),
            Self::DelegatedForAll => "for everybody".to_owned(),
            Self::DelegatedForOne { principal } => format!("for {principal} only"),
        }
    }
}

/// One permission on Microsoft Graph, granted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PermissionGrant {
    /// Its name, or its id where Graph does not name it.
    pub permission: String,
    /// How it was granted.
    #[serde(flatten)]
    pub grant: GrantKind,
}

/// An application in a tenant: `servicePrincipal` in Graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServicePrincipal {
    /// Its key in this tenant.
    pub id: ObjectId,
    /// The application's key everywhere.
    pub app_id: ClientId,
    /// What it calls itself. Microsoft does not check names: for people to read, never to decide by.
    pub display_name: UntrustedText,
    /// Whether it may sign in.
    pub account_enabled: bool,
    /// The tenant the application is registered in.
    pub owner: Option<TenantId>,
    /// Its publisher, where Microsoft verified one.
    pub verified_publisher: Option<UntrustedText>,
    /// The publisher's key (`verifiedPublisherId`). Records of before it was read have none.
    #[serde(default)]
    pub verified_publisher_id: Option<UntrustedText>,
    /// `disabledByMicrosoftStatus`, where Microsoft itself has said something about the application.
    #[serde(default)]
    pub disabled_by_microsoft: Option<UntrustedText>,
}

impl ServicePrincipal {
    /// Whether it may sign in: the tenant lets it, and so does Microsoft (Graph, "servicePrincipal resource type":
    /// `NotDisabled` and null are the words for that).
    pub fn is_enabled(&self) -> bool {
        let allowed = |status: &UntrustedText| status.raw().eq_ignore_ascii_case("NotDisabled");
        self.account_enabled && self.disabled_by_microsoft.as_ref().is_none_or(allowed)
    }

    /// Who stands behind it.
    pub fn publisher(&self) -> Publisher {
        Publisher {
            id: self.verified_publisher_id.clone(),
            name: self.verified_publisher.clone(),
            owner: self.owner.clone(),
        }
    }
}

/// What was read of Okta's service principal in a tenant, kept as evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantsRead {
    /// Okta's service principal; `None` where the tenant has none, so nobody consented or consent was withdrawn.
    pub principal: Option<ServicePrincipal>,
    /// Every grant it holds on Microsoft Graph.
    pub grants: Vec<PermissionGrant>,
}

impl GrantsRead {
    /// What was granted beside what is expected.
    pub fn compare(&self, expected: &PermissionCatalogue) -> Comparison {
        let mut names: Vec<&str> = self.grants.iter().map(|grant| grant.permission.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        expected.compare(names)
    }

    /// Whether everything that is required is granted to a principal that may sign in.
    pub fn suffices(&self, expected: &PermissionCatalogue) -> bool {
        self.principal.as_ref().is_some_and(ServicePrincipal::is_enabled)
            && self.compare(expected).missing_required.is_empty()
    }

    /// The signal this is.
    pub fn signal(&self, expected: &PermissionCatalogue) -> SignalKind {
        SignalKind::PermissionGrantsRead {
            missing: self.compare(expected).missing_required,
            any_granted: self.principal.is_some() && !self.grants.is_empty(),
            // A principal that is not there is told by `any_granted`; it is not "disabled".
            principal_enabled: self.principal.as_ref().is_none_or(ServicePrincipal::is_enabled),
            changes: Vec::new(),
        }
    }
}
