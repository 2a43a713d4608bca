//! Microsoft's side of a scan: the grants of each app's consent, and the person who gave it.
//!
//! Apps of one tenant share one look. What suffices is believed at once; what does not, and did before, is looked at
//! again, since a consent given anew is logged as a removal followed by an addition, and Graph shows additions late.

use std::collections::{BTreeSet, HashMap};

use jiff::{SignedDuration, Timestamp};

use crate::domain::access_problem::AccessProblemKind;
use crate::domain::administrator::GLOBAL_ADMINISTRATOR;
use crate::domain::app::AppRecord;
use crate::domain::connection::{AuthScheme, ConnectionStatus};
use crate::domain::grant::{AppPublisher, GrantChange, GrantsRead};
use crate::domain::org::OrgProfile;
use crate::domain::permission::PermissionCatalogue;
use crate::domain::signal::{Check, Signal, SignalKind, Source};
use crate::domain::tenant::{ClientId, ObjectId, TenantId};
use crate::domain::text::UntrustedText;
use crate::okta::{Connection, ListedApp};
use crate::usecases::Ports;
use crate::usecases::access::graph;
use crate::usecases::access::graph::GraphAccessError;
use crate::usecases::access::registration::{registration, tenant_of};

use crate::usecases::scan::watch_access::Access;

/// How long before its end somebody is told of a credential.
const ENDING_SOON: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long a refresh token lives that is not used (Microsoft identity platform, "Refresh tokens").
const REFRESH_TOKEN_LIVES: SignedDuration = SignedDuration::from_hours(90 * 24);

/// What a look at one tenant's consent to one client gave.
type Looked = Result<GrantsRead, String>;

/// Microsoft's side of one visit to one org.
pub(in crate::usecases) struct GrantWatch<'a> {
    ports: &'a Ports,
    org: &'a OrgProfile,
    grants: HashMap<(TenantId, ClientId), Looked>,
    people: HashMap<(TenantId, ObjectId), Result<SignalKind, String>>,
    tenants: HashMap<String, Option<TenantId>>,
    problems: Vec<(AccessProblemKind, String)>,
    over: BTreeSet<(&'static str, String)>,
    registration_seen: bool,
    /// Whether there is a registration of ours to ask with; looked up once a visit.
    registered: Option<bool>,
}

impl<'a> GrantWatch<'a> {
    pub(in crate::usecases) fn new(ports: &'a Ports, org: &'a OrgProfile) -> Self {
        Self {
            ports,
            org,
            grants: HashMap::new(),
            people: HashMap::new(),
            tenants: HashMap::new(),
            problems: Vec::new(),
            over: BTreeSet::new(),
            registration_seen: false,
            registered: None,
        }
    }

    /// Adds what was found out about Regrant's own access to Microsoft.
    pub(in crate::usecases) fn tell(self, access: &mut Access) {
        access.problems.extend(self.problems);
        access.over.extend(self.over);
    }

    /// What Microsoft shows of an app's consent. Nothing where nobody has signed in for its tenant: the standing then says
    /// "not proven".
    pub(in crate::usecases) async fn look(
        &mut self,
        app: &ListedApp,
        connection: &Connection,
        before: Option<&AppRecord>,
    ) -> Vec<Signal> {
        let prepared = connection.auth_scheme == AuthScheme::Oauth2;
        if !prepared || !matches!(connection.status, ConnectionStatus::Enabled | ConnectionStatus::Disabled) {
            return Vec::new();
        }
        if !self.is_registered().await {
            return Vec::new();
        }
        let Some((tenant, client)) = self.whose(app, connection, before).await else { return Vec::new() };
        // A connection that is on was consented to, whether or not anybody looked before.
        let on = connection.status == ConnectionStatus::Enabled;
        let sufficed = before.and_then(sufficed).unwrap_or(on);
        let mut kinds = Vec::new();
        match self.grants_of(&tenant, &client, sufficed).await {
            None => return Vec::new(),
            Some(Ok(read)) => kinds.push(self.signal(&read, before)),
            Some(Err(reason)) => kinds.push(SignalKind::CheckFailed { check: Check::PermissionGrants, reason }),
        }
        let administrator = before.and_then(|app| app.consent.administrator.as_ref());
        if let Some(person) = administrator.and_then(|administrator| administrator.object.clone()) {
            kinds.push(self.consenter(&tenant, &person).await);
        }
        let now = self.ports.clock.now();
        kinds.into_iter().map(|kind| Signal { seen_at: now, source: Source::MicrosoftGraph, kind }).collect()
    }

    /// Whether Microsoft can be asked at all. Without a registration nothing is sent there.
    async fn is_registered(&mut self) -> bool {
        if self.registered.is_none() {
            self.registered = registration(self.ports, self.org.cloud).await.ok().map(|ours| ours.is_some());
        }
        self.registered == Some(true)
    }

    /// The tenant and Okta's client of an app: as its last consent left them, else as Okta's own link names them.
    async fn whose(
        &mut self,
        app: &ListedApp,
        connection: &Connection,
        before: Option<&AppRecord>,
    ) -> Option<(TenantId, ClientId)> {
        let consent = before.map(|app| &app.consent);
        let own_app = before.and_then(provisioning_app);
        let by_link = || {
            let link = connection.authorize.offered()?;
            link.query_pairs().find(|(name, _)| name == "client_id").and_then(|(_, client)| client.parse().ok())
        };
        let client = own_app.or_else(|| consent.and_then(|consent| consent.client.clone())).or_else(by_link)?;
        if let Some(tenant) = consent.and_then(|consent| consent.tenant.clone()) {
            return Some((tenant, client));
        }
        let name = app.tenant.as_ref()?;
        if !self.tenants.contains_key(name.as_str()) {
            let found = tenant_of(self.ports, Some(name), self.org.cloud).await.ok();
            self.tenants.insert(name.as_str().to_owned(), found);
        }
        Some((self.tenants.get(name.as_str()).cloned().flatten()?, client))
    }

    async fn grants_of(&mut self, tenant: &TenantId, client: &ClientId, sufficed: bool) -> Option<Looked> {
        let key = (tenant.clone(), client.clone());
        if let Some(known) = self.grants.get(&key) {
            return Some(known.clone());
        }
        let mut read = graph::read_grants(self.ports, self.org.cloud, tenant, client).await;
        let short = |read: &Result<GrantsRead, GraphAccessError>| {
            read.as_ref().is_ok_and(|read| !read.suffices(&self.ports.settings.permissions))
        };
        if sufficed && short(&read) {
            read = graph::read_grants_with_patience(self.ports, self.org.cloud, tenant, client).await;
        }
        let looked = match read {
            Ok(read) => {
                self.answered(tenant).await;
                Ok(read)
            }
            Err(GraphAccessError::NoTokens) => return None,
            Err(error) => {
                self.refused(tenant, &error).await;
                Err(error.to_string())
            }
        };
        self.grants.insert(key, looked.clone());
        Some(looked)
    }

    /// Graph answered: its tokens are fine, and so is our registration's credential. When that ends is asked once a visit,
    /// of the tenant that the registration is in.
    async fn answered(&mut self, tenant: &TenantId) {
        let cloud = self.org.cloud;
        let failure = AccessProblemKind::GraphTokensEnding { tenant: tenant.clone(), ends_at: Timestamp::MAX };
        for kind in [
            AccessProblemKind::GraphTokensEnded { tenant: tenant.clone() },
            failure,
            AccessProblemKind::EntraCredentialRefused { cloud },
        ] {
            self.over.insert((kind.name(), kind.affected()));
        }
        if self.registration_seen {
            return;
        }
        match graph::registration_ends_at(self.ports, cloud, tenant).await {
            Ok(Some(ends_at)) => {
                self.registration_seen = true;
                let kind = AccessProblemKind::EntraCredentialEnding { cloud, ends_at };
                if ends_at.duration_since(self.ports.clock.now()) <= ENDING_SOON {
                    self.problems.push((kind, format!("It ends on {}.", ends_at.strftime("%-d %B %Y"))));
                } else {
                    self.over.insert((kind.name(), kind.affected()));
                }
            }
            Ok(None) => {}
            Err(error) => tracing::info!(%tenant, %error, "when the registration's credential ends could not be read"),
        }
    }

    /// Graph could not be asked: for good, or for so long that its tokens are about to end.
    async fn refused(&mut self, tenant: &TenantId, error: &GraphAccessError) {
        let problem = match error.problem(tenant, self.org.cloud) {
            Some(problem) => Some(problem),
            None => self.ending(tenant).await,
        };
        self.problems.extend(problem.map(|kind| (kind, error.to_string())));
    }

    async fn ending(&self, tenant: &TenantId) -> Option<AccessProblemKind> {
        let renewed_at = graph::renewed_at(self.ports, tenant).await?;
        let ends_at = renewed_at.saturating_add(REFRESH_TOKEN_LIVES).unwrap_or(Timestamp::MAX);
        let left = ends_at.duration_since(self.ports.clock.now());
        (left <= ENDING_SOON).then(|| AccessProblemKind::GraphTokensEnding { tenant: tenant.clone(), ends_at })
    }

    fn signal(&self, read: &GrantsRead, before: Option<&AppRecord>) -> SignalKind {
        let mut kind = read.signal(&self.ports.settings.permissions);
        let verified = before
            .and_then(|app| app.consent.verification.as_ref())
            .and_then(|verification| verification.grants.as_ref());
        if let (SignalKind::PermissionGrantsRead { changes, .. }, Some(verified)) = (&mut kind, verified) {
            let expected = &self.ports.settings.permissions;
            *changes = read.changes_since(verified).iter().filter_map(|change| words(change, expected)).collect();
        }
        kind
    }

    async fn consenter(&mut self, tenant: &TenantId, person: &ObjectId) -> SignalKind {
        let key = (tenant.clone(), person.clone());
        if !self.people.contains_key(&key) {
            let read = read_consenter(self.ports, self.org, tenant, person).await;
            self.people.insert(key.clone(), read);
        }
        match self.people.get(&key) {
            Some(Ok(kind)) => kind.clone(),
            Some(Err(reason)) => SignalKind::CheckFailed { check: Check::Consenter, reason: reason.clone() },
            None => SignalKind::CheckFailed { check: Check::Consenter, reason: String::new() },
        }
    }
}

/// A change in words, where it is not told otherwise: what is gone is told by what is missing, and what the catalogue knows
/// is no surprise.
fn words(change: &GrantChange, expected: &PermissionCatalogue) -> Option<String> {
    match change {
        GrantChange::PrincipalReplaced { .. } => Some("Okta's service principal was replaced".to_owned()),
        GrantChange::PublisherChanged { from, to } => {
            let name = |publisher: &AppPublisher| {
                publisher.name.as_ref().map_or_else(|| "nobody verified".to_owned(), ToString::to_string)
            };
            Some(format!("its publisher was {} and is {}", name(from), name(to)))
        }
        GrantChange::PermissionAdded { permission } if change.is_unexpected(expected) => {
            Some(format!("{} is granted, which no consent to Okta asks for", UntrustedText::new(permission)))
        }
        GrantChange::KindChanged { permission, .. } if change.revokes() => {
            Some(format!("{} is granted in another way", UntrustedText::new(permission)))
        }
        _ => None,
    }
}

/// The client of the application that Okta made for this app's provisioning, if it made one.
fn provisioning_app(app: &AppRecord) -> Option<ClientId> {
    let made = app.signals.iter().filter(|signal| matches!(signal.kind, SignalKind::ProvisioningAppCreated { .. }));
    match &made.max_by_key(|signal| signal.seen_at)?.kind {
        SignalKind::ProvisioningAppCreated { client } => client.as_ref()?.parse().ok(),
        _ => None,
    }
}

/// Whether Microsoft's side was whole when it was read last; `None` where it never was.
fn sufficed(app: &AppRecord) -> Option<bool> {
    let read = app.signals.iter().filter(|signal| matches!(signal.kind, SignalKind::PermissionGrantsRead { .. })).max();
    read.map(|signal| match &signal.kind {
        SignalKind::PermissionGrantsRead { missing, any_granted, principal_enabled, .. } => {
            missing.is_empty() && *any_granted && *principal_enabled
        }
        _ => false,
    })
}

async fn read_consenter(
    ports: &Ports,
    org: &OrgProfile,
    tenant: &TenantId,
    person: &ObjectId,
) -> Result<SignalKind, String> {
    let graph = graph::open_graph(ports, org.cloud, tenant).await.map_err(|error| error.to_string())?;
    let Some(user) = graph.user(person).await.map_err(|error| error.to_string())? else {
        return Ok(SignalKind::ConsenterRead { enabled: Some(false), holds_role: Some(false) });
    };
    let roles = graph.roles_of(person).await.map_err(|error| error.to_string())?;
    let holds = roles.templates.contains(GLOBAL_ADMINISTRATOR);
    // A role whose template Graph would not show may be the one.
    let holds_role = if holds || !roles.some_hidden { Some(holds) } else { None };
    Ok(SignalKind::ConsenterRead { enabled: user.account_enabled, holds_role })
}
