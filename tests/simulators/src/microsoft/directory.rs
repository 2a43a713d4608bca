//! A tenant and its directory.

use jiff::{SignedDuration, Timestamp};

use super::entra_app::{EntraApp, GrantStyle};
use super::person::{Person, SignInBlock, guid};
use super::principal::{Grant, Principal};

/// An Entra tenant.
#[derive(Debug, Clone)]
pub struct EntraTenant {
    /// Its tenant id.
    pub id: String,
    /// Its first domain, such as `contoso.onmicrosoft.com`.
    pub initial_domain: String,
    /// Its other verified domains.
    pub domains: Vec<String>,
    /// Its display name.
    pub display_name: String,
    /// Its people, and outsiders who try to sign in.
    pub persons: Vec<Person>,
    /// Deleted people.
    pub deleted_persons: Vec<Person>,
    /// The service principals of applications with a consent.
    pub principals: Vec<Principal>,
    /// The replication delay before Graph shows new grants, in seconds.
    pub replication_seconds: i64,
    /// The page size of Graph's lists.
    pub page_size: usize,
    /// Whether Graph hides role templates: 200, with `roleTemplateId` null.
    pub hides_roles: bool,
    /// Whether Graph lists a delegated grant whose `scope` is null next to the others (microsoft-graph-docs #16902).
    pub null_scopes: bool,
    /// Its default app management policy: `GET /policies/defaultAppManagementPolicy`.
    pub app_management_policy: serde_json::Value,
    /// Whether Graph hides whether accounts are enabled: 200, with `accountEnabled` null.
    pub hides_accounts: bool,
    /// The maximum age of a sign-in before its refresh token expires.
    pub sign_in_frequency: Option<SignedDuration>,
    /// The Conditional Access policy.
    pub access_policy: Option<AccessPolicy>,
    /// The current outage for this tenant.
    pub outage: Option<Outage>,
    /// The number of principals ever created. Makes their ids unique.
    principals_made: u32,
}

/// A tenant's Conditional Access policy. It applies to people, not to applications.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessPolicy {
    /// Blocks every sign-in: `AADSTS53003`.
    Blocks,
    /// Requires another factor for sign-ins before `since`: `AADSTS50076`, and a claims challenge from Graph.
    DemandsFactor {
        /// Sign-ins before this time need another factor.
        since: Timestamp,
    },
}

/// A temporary outage of Microsoft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outage {
    /// How Microsoft answers meanwhile.
    pub kind: OutageKind,
    /// When it ends.
    pub until: Timestamp,
}

/// How Microsoft answers during an outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutageKind {
    /// 503.
    Unavailable,
    /// 429, with `Retry-After` set to the remaining time.
    Throttled,
}

impl EntraTenant {
    /// A tenant with this short name and no people.
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
            null_scopes: false,
            app_management_policy: serde_json::json!({"isEnabled": false, "applicationRestrictions": {"passwordCredentials": []}}),
            hides_accounts: false,
            sign_in_frequency: None,
            access_policy: None,
            outage: None,
            principals_made: 0,
        }
    }

    /// Adds a person.
    #[must_use]
    pub fn with_person(mut self, person: Person) -> Self {
        self.persons.push(person);
        self
    }

    pub(super) fn person(&self, upn: &str) -> Option<&Person> {
        self.persons.iter().find(|person| person.upn == upn)
    }

    /// The person with this account name or its part before the `@`.
    pub fn person_mut(&mut self, name: &str) -> Option<&mut Person> {
        let upn = self.upn(name);
        self.persons.iter_mut().find(|person| person.upn == upn)
    }

    /// The full account name.
    pub(super) fn upn(&self, name: &str) -> String {
        if name.contains('@') { name.to_owned() } else { format!("{name}@{}", self.initial_domain) }
    }

    /// The person with this object id, if a member of the tenant.
    pub(super) fn member(&self, oid: &str) -> Option<&Person> {
        let is_object = |person: &&Person| !person.is_partner && person.block != Some(SignInBlock::AnotherTenant);
        self.persons.iter().filter(is_object).find(|person| person.oid == oid)
    }

    /// The service principal of this client id.
    pub fn principal(&self, client: &str) -> Option<&Principal> {
        self.principals.iter().find(|principal| principal.client_id == client)
    }

    /// The service principal of this client id, for changes.
    pub fn principal_mut(&mut self, client: &str) -> Option<&mut Principal> {
        self.principals.iter_mut().find(|principal| principal.client_id == client)
    }

    /// Grants an application the permissions it requests, replacing earlier grants. A deleted service principal is created
    /// again with a different id.
    pub fn consent(&mut self, app: &EntraApp, by: &str, now: Timestamp) {
        let one = (app.grant_style == GrantStyle::DelegatedForOne).then(|| by.to_owned());
        let style = app.grant_style;
        let grant = |name: &String| Grant { permission: name.clone(), style, principal: one.clone() };
        let grants = app.permissions.iter().map(grant).collect();
        self.set_grants(app, grants, now);
    }

    /// Grants an application all permissions in its registration, including application permissions: a consent through
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

    /// A new id for a principal of this tenant.
    pub(super) fn next_principal_id(&mut self, client: &str) -> String {
        self.principals_made += 1;
        guid(&format!("principal {} {client} {}", self.id, self.principals_made))
    }

    /// Whether Graph already shows a change made at that time.
    pub(super) fn shows(&self, done: Timestamp, now: Timestamp) -> bool {
        now.duration_since(done).as_secs() >= self.replication_seconds
    }
}
