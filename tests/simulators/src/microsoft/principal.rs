//! A service principal and its grants.

use jiff::Timestamp;

use super::entra_app::{EntraApp, GrantStyle};
use super::person::guid;

/// A service principal: an application in a tenant.
#[derive(Debug, Clone)]
pub struct Principal {
    /// Its object id in this tenant.
    pub id: String,
    /// The application's client id, the same in every tenant.
    pub client_id: String,
    /// Its display name.
    pub display_name: String,
    /// Whether it may sign in.
    pub enabled: bool,
    /// `disabledByMicrosoftStatus`.
    pub disabled_by_microsoft: Option<String>,
    /// Its verified publisher.
    pub publisher: Option<Publisher>,
    /// The tenant of its registration.
    pub owner: String,
    /// Its grants on Graph.
    pub grants: Vec<Grant>,
    /// When it was created.
    pub created_at: Timestamp,
    /// The time of the last grant.
    pub granted_at: Timestamp,
}

/// A verified publisher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publisher {
    /// `verifiedPublisherId`.
    pub id: String,
    /// `displayName`.
    pub name: String,
}

impl Publisher {
    /// A publisher whose id is derived from its name.
    pub fn named(name: &str) -> Self {
        let digits: String = guid(&format!("publisher {name}")).chars().filter(char::is_ascii_digit).take(7).collect();
        Self { id: digits, name: name.to_owned() }
    }
}

/// A granted permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its name.
    pub permission: String,
    /// The grant style.
    pub style: GrantStyle,
    /// The person, if the grant is for one person only.
    pub principal: Option<String>,
}

impl Principal {
    pub(super) fn new(id: String, app: &EntraApp, grants: Vec<Grant>, now: Timestamp) -> Self {
        Self {
            id,
            client_id: app.client_id.clone(),
            display_name: app.display_name.clone(),
            enabled: true,
            disabled_by_microsoft: None,
            publisher: app.publisher.as_deref().map(Publisher::named),
            owner: app.home.clone(),
            grants,
            created_at: now,
            granted_at: now,
        }
    }

    /// Whether both the tenant and Microsoft allow it to sign in.
    pub(super) fn may_sign_in(&self) -> bool {
        self.enabled && self.disabled_by_microsoft.as_deref().is_none_or(|status| status == "NotDisabled")
    }

    /// Whether a delegated permission applies to this person.
    pub(super) fn acts_for(&self, oid: &str, permission: &str) -> bool {
        self.grants.iter().any(|grant| {
            grant.permission == permission
                && match grant.style {
                    GrantStyle::Application => false,
                    GrantStyle::DelegatedForAll => true,
                    GrantStyle::DelegatedForOne => grant.principal.as_deref() == Some(oid),
                }
        })
    }

    /// Its application permissions.
    pub(super) fn application_permissions(&self) -> Vec<String> {
        let granted = self.grants.iter().filter(|grant| grant.style == GrantStyle::Application);
        granted.map(|grant| grant.permission.clone()).collect()
    }
}
