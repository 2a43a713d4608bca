//! A tenant and what is in its directory.

use jiff::{SignedDuration, Timestamp};

use super::entra_app::{EntraApp, GrantStyle};
use super::person::{Person, Trouble, guid};
use super::principal::{Grant, Principal};

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
    /// The people who were deleted.
    pub deleted_persons: Vec<Person>,
    /// The applications that somebody consented to.
    pub principals: Vec<Principal>,
    /// How long new grants stay unseen by Graph, in seconds.
    pub replication_seconds: i64,
    /// How many items a page of Graph's lists has.
    pub page_size: usize,
    /// Whether Graph hides what roles are: 200, with `roleTemplateId` null.
    pub hides_roles: bool,
    /// Whether Graph hides whether accounts are enabled: 200, with `accountEnabled` null.
    pub hides_accounts: bool,
    /// How old a sign-in may be before its refresh token ends.
    pub sign_in_frequency: Option<SignedDuration>,
    /// What Conditional Access asks for.
    pub access_policy: Option<AccessPolicy>,
    /// How long, and how, Microsoft does not serve this tenant.
    pub outage: Option<Outage>,
    /// How many principals there ever were, so that each has an id of its own.
    principals_made: u32,
}

/// What a tenant's Conditional Access asks of people. It asks nothing of applications.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessPolicy {
    /// Nobody gets in: `AADSTS53003`.
    Blocks,
    /// Sign-ins of before then are asked for another factor: `AADSTS50076`, and a claims challenge of Graph.
    DemandsFactor {
        /// Since when.
        since: Timestamp,
    },
}

/// Microsoft does not serve for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outage {
    /// How it answers.
    pub kind: OutageKind,
    /// When it is over.
    pub until: Timestamp,
}

/// How an outage answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutageKind {
    /// 503.
    Unavailable,
    /// 429, with `Retry-After` until it is over.
    Throttled,
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
            deleted_persons: Vec::new(),
            principals: Vec::new(),
            replication_seconds: 0,
            page_size: 100,
            hides_roles: false,
            hides_accounts: false,
            sign_in_frequency: None,
            access_policy: None,
            outage: None,
            principals_made: 0,
        }
    }

    /// The tenant with one more person.
    #[must_use]
    pub fn with_person(mut self, person: Person) -> Self {
        self.persons.push(person);
        self
    }

    pub(super) fn person(&self, upn: &str) -> Option<&Person> {
        self.persons.iter().find(|person| person.upn == upn)
    }

    /// The person of that account name, or of its part before the `@`.
    pub fn person_mut(&mut self, name: &str) -> Option<&mut Person> {
        let upn = self.upn(name);
        self.persons.iter_mut().find(|person| person.upn == upn)
    }

    /// The whole account name.
    pub(super) fn upn(&self, name: &str) -> String {
        if name.contains('@') { name.to_owned() } else { format!("{name}@{}", self.initial_domain) }
    }

    /// The person of that key, but no stranger.
    pub(super) fn member(&self, oid: &str) -> Option<&Person> {
        self.persons.iter().find(|person| person.oid == oid && person.trouble != Some(Trouble::AnotherTenant))
    }

    /// The application of that client id.
    pub fn principal(&self, client: &str) -> Option<&Principal> {
        self.principals.iter().find(|principal| principal.client_id == client)
    }

    /// The same, to be changed.
    pub fn principal_mut(&mut self, client: &str) -> Option<&mut Principal> {
        self.principals.iter_mut().find(|principal| principal.client_id == client)
    }

    /// Grants an application what it asks for, in place of what it was granted before. One that was deleted comes back
    /// with another id.
    pub fn consent(&mut self, app: &EntraApp, by: &str, now: Timestamp) {
        let one = (app.grant_style == GrantStyle::DelegatedForOne).then(|| by.to_owned());
        let style = app.grant_style;
        let grant = |name: &String| Grant { permission: name.clone(), style, principal: one.clone() };
        let grants = app.permissions.iter().map(grant).collect();
        self.set_grants(app, grants, now);
    }

    /// Grants an application everything that its registration lists, its application permissions too: a consent through
    /// `/.default`.
    pub fn consent_to_everything(&mut self, app: &EntraApp, by: &str, now: Timestamp) {
        self.consent(app, by, now);
        let grant = |name: &String| Grant { permission: name.clone(), style: GrantStyle::Application, principal: None };
        if let Some(principal) = self.principal_mut(&app.client_id) {
            principal.grants.extend(app.application_permissions.iter().map(grant));
        }
    }

    fn set_grants(&mut self, app: &EntraApp, grants: Vec<Grant>, now: Timestamp) {
        if let Some(principal) = self.principal_mut(&app.client_id) {
            principal.grants = grants;
            principal.granted_at = now;
            return;
        }
        let id = self.next_principal_id(&app.client_id);
        self.principals.push(Principal::new(id, app, grants, now));
    }

    /// An id that no principal of this tenant had before.
    pub(super) fn next_principal_id(&mut self, client: &str) -> String {
        self.principals_made += 1;
        guid(&format!("principal {} {client} {}", self.id, self.principals_made))
    }

    /// Whether Graph shows already what was done then.
    pub(super) fn shows(&self, done: Timestamp, now: Timestamp) -> bool {
        now.duration_since(done).as_secs() >= self.replication_seconds
    }
}
