//! An application in a tenant: its service principal and what it was granted.

use jiff::Timestamp;

use super::entra_app::{EntraApp, GrantStyle};
use super::person::guid;

/// An application in a tenant.
#[derive(Debug, Clone)]
pub struct Principal {
    /// Its key here.
    pub id: String,
    /// The application's key everywhere.
    pub client_id: String,
    /// What it calls itself.
    pub display_name: String,
    /// Whether it may sign in.
    pub enabled: bool,
    /// `disabledByMicrosoftStatus`.
    pub disabled_by_microsoft: Option<String>,
    /// Its verified publisher.
    pub publisher: Option<Publisher>,
    /// The tenant it is registered in.
    pub owner: String,
    /// What it was granted on Graph.
    pub grants: Vec<Grant>,
    /// When it came to be.
    pub created_at: Timestamp,
    /// When the last grant was given.
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
    /// A publisher with an id that is always the same for the same name.
    pub fn named(name: &str) -> Self {
        let digits: String = guid(&format!("publisher {name}")).chars().filter(char::is_ascii_digit).take(7).collect();
        Self { id: digits, name: name.to_owned() }
    }
}

/// A permission that was granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its name.
    pub permission: String,
    /// How it was granted.
    pub style: GrantStyle,
    /// The person, where it is for one only.
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

    /// Whether it may sign in, by the tenant's word and by Microsoft's.
    pub(super) fn may_sign_in(&self) -> bool {
        self.enabled && self.disabled_by_microsoft.as_deref().is_none_or(|status| status == "NotDisabled")
    }

    /// Whether it holds a delegated permission that serves this person.
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
