//! A tenant and what is in its directory.

use jiff::Timestamp;

use super::entra_app::{EntraApp, GrantStyle};
use super::person::{Person, guid};

/// A tenant.
#[derive(Debug, Clone)]
pub struct EntraTenant {
    /// Its key.
    pub id: String,
    /// Its first domain, such as `contoso.onmicrosoft.com`.
    pub initial_domain: String,
    /// Its other verified domains.
    pub domains: Vec<String>,
    /// What it calls itself.
    pub display_name: String,
    /// Its people, and strangers who try.
    pub persons: Vec<Person>,
    /// The applications that somebody consented to.
    pub principals: Vec<Principal>,
    /// How long new grants stay unseen by Graph, in seconds.
    pub replication_seconds: i64,
    /// How many items a page of Graph's lists has.
    pub page_size: usize,
    /// Whether Graph hides what roles are: 200, with `roleTemplateId` null.
    pub hides_roles: bool,
}

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
    /// Its verified publisher.
    pub publisher: Option<String>,
    /// What it was granted on Graph.
    pub grants: Vec<Grant>,
    /// When the last grant was given.
    pub granted_at: Timestamp,
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

impl EntraTenant {
    /// A tenant with this short name and nobody in it.
    pub fn new(name: &str) -> Self {
        Self {
            id: guid(&format!("tenant {name}")),
            initial_domain: format!("{name}.onmicrosoft.com"),
            domains: vec![format!("{name}.example.com")],
            display_name: format!("{name} (simulated)"),
            persons: Vec::new(),
            principals: Vec::new(),
            replication_seconds: 0,
            page_size: 100,
            hides_roles: false,
        }
    }

    /// The tenant with one more person.
    #[must_use]
    pub fn with_person(mut self, person: Person) -> Self {
        self.persons.push(person);
        self
    }

    pub(super) fn is(&self, name: &str) -> bool {
        let same = |own: &String| own.eq_ignore_ascii_case(name);
        same(&self.id) || same(&self.initial_domain) || self.domains.iter().any(same)
    }

    pub(super) fn person(&self, upn: &str) -> Option<&Person> {
        self.persons.iter().find(|person| person.upn == upn)
    }

    /// The application of that client id.
    pub fn principal_mut(&mut self, client: &str) -> Option<&mut Principal> {
        self.principals.iter_mut().find(|principal| principal.client_id == client)
    }

    /// Grants an application what it asks for, in place of what it was granted before.
    pub fn consent(&mut self, app: &EntraApp, by: &str, now: Timestamp) {
        let one = (app.grant_style == GrantStyle::DelegatedForOne).then(|| by.to_owned());
        let grants = app
            .permissions
            .iter()
            .map(|name| Grant { permission: name.clone(), style: app.grant_style, principal: one.clone() })
            .collect();
        let id = guid(&format!("principal {} {}", self.id, app.client_id));
        self.principals.retain(|principal| principal.client_id != app.client_id);
        self.principals.push(Principal {
            id,
            client_id: app.client_id.clone(),
            display_name: app.display_name.clone(),
            enabled: true,
            publisher: app.publisher.clone(),
            grants,
            granted_at: now,
        });
    }
}
