//! Microsoft's side of a scan: the permission grants behind each app's consent, and the person who consented.
//!
//! Apps of the same tenant share one read. Sufficient grants are accepted at once. Grants that were sufficient before and
//! are not now are read again: when someone renews a consent, Microsoft removes the grants and adds them back, and Graph
//! shows additions with a delay.

use std::collections::{BTreeSet, HashMap};

use jiff::{SignedDuration, Timestamp};

use crate::domain::access_problem::AccessProblemKind;
use crate::domain::administrator::GLOBAL_ADMINISTRATOR;
use crate::domain::app::{AppRecord, ConsentRecord};
use crate::domain::claims_challenge::ClaimsChallenge;
use crate::domain::connection::{AuthScheme, ConnectionStatus};
use crate::domain::grant::{AppPublisher, GrantChange, GrantsRead};
use crate::domain::org::OrgProfile;
use crate::domain::permission::{PermissionCatalogue, permissions_of_link};
use crate::domain::provisioning_secret;
use crate::domain::signal::{Check, Signal, SignalKind, Source};
use crate::domain::tenant::{ClientId, ObjectId, TenantId};
use crate::domain::text::UntrustedText;
use crate::okta::{Connection, ListedApp};
use crate::usecases::Ports;
use crate::usecases::access::graph;
use crate::usecases::access::graph::GraphAccessError;
use crate::usecases::access::registration::{registration, resolve_tenant};
use crate::usecases::access::tenant_claims::rival_claim;
use crate::usecases::scan::watch_access::AccessFindings;

/// How long before its expiry Regrant warns about a credential.
const EXPIRY_WARNING: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long an unused refresh token stays valid (Microsoft identity platform, "Refresh tokens").
const REFRESH_TOKEN_LIFETIME: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Why grants could not be read.
#[derive(Debug, Clone)]
struct Unread {
    reason: String,
    /// What the next sign-in must satisfy, if Microsoft said so.
    claims_challenge: Option<ClaimsChallenge>,
}

/// One tenant's grants to one client, or why they could not be read.
type GrantsResult = Result<GrantsRead, Unread>;

/// What a scan found out about an app's consent at Microsoft.
#[derive(Debug, Default)]
pub(in crate::usecases) struct CheckedGrants {
    /// The signals. Empty if no one has signed in for the app's tenant; the consent then counts as not verified.
    pub(in crate::usecases) signals: Vec<Signal>,
    /// What the next sign-in in the app's tenant must satisfy.
    pub(in crate::usecases) claims_challenge: Option<ClaimsChallenge>,
}

/// Reads grants at Microsoft during the scan of one org.
pub(in crate::usecases) struct GrantWatch<'a> {
    ports: &'a Ports,
    org: &'a OrgProfile,
    grants: HashMap<(TenantId, ClientId), GrantsResult>,
    people: HashMap<(TenantId, ObjectId), Result<SignalKind, String>>,
    tenants: HashMap<String, Option<TenantId>>,
    problems: Vec<(AccessProblemKind, String)>,
    resolved: BTreeSet<(&'static str, String)>,
    registration_checked: bool,
    /// Whether there is a registration to call Microsoft with; read once per scan.
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
            resolved: BTreeSet::new(),
            registration_checked: false,
            registered: None,
        }
    }

    /// Adds the findings about Regrant's own access to Microsoft.
    pub(in crate::usecases) fn add_findings_to(self, access: &mut AccessFindings) {
        access.problems.extend(self.problems);
        access.resolved.extend(self.resolved);
    }

    /// Reads an app's consent at Microsoft.
    pub(in crate::usecases) async fn check_app(
        &mut self,
        app: &ListedApp,
        connection: &Connection,
        before: Option<&AppRecord>,
    ) -> CheckedGrants {
        let mut checked = CheckedGrants::default();
        let prepared = connection.auth_scheme == AuthScheme::Oauth2;
        if !prepared || !matches!(connection.status, ConnectionStatus::Enabled | ConnectionStatus::Disabled) {
            return checked;
        }
        if !self.is_registered().await {
            return checked;
        }
        let Some((tenant, client)) = self.tenant_and_client(app, connection, before).await else { return checked };
        let consent = before.map(|app| app.consent.clone()).unwrap_or_default();
        let link = connection.authorize.offered().and_then(permissions_of_link);
        let consent = ConsentRecord { link_permissions: link.or(consent.link_permissions), ..consent };
        let expected = consent.expected_permissions(&self.ports.settings.permissions);
        // An enabled connection implies a consent, even if no earlier scan has read its grants.
        let on = connection.status == ConnectionStatus::Enabled;
        let sufficed = before.and_then(grants_sufficed).unwrap_or(on);
        let mut kinds = Vec::new();
        match self.grants_of(&tenant, &client, sufficed.then_some(&expected)).await {
            None => return checked,
            Some(Ok(read)) => kinds.extend(signals(&read, before, &expected)),
            Some(Err(Unread { reason, claims_challenge })) => {
                checked.claims_challenge = claims_challenge;
                kinds.push(SignalKind::CheckFailed { check: Check::PermissionGrants, reason });
            }
        }
        if let Some(own) = before.and_then(provisioning_app) {
            kinds.extend(self.provisioning_secret(&tenant, &own).await);
        }
        let administrator = before.and_then(|app| app.consent.administrator.as_ref());
        if let Some(person) = administrator.and_then(|administrator| administrator.object.clone()) {
            kinds.push(self.consenter(&tenant, &person).await);
        }
        let now = self.ports.clock.now();
        let signals = kinds.into_iter().map(|kind| Signal { seen_at: now, source: Source::MicrosoftGraph, kind });
        checked.signals = signals.collect();
        checked
    }

    /// Whether there is a registration. Without one, nothing is sent to Microsoft.
    async fn is_registered(&mut self) -> bool {
        if self.registered.is_none() {
            self.registered = registration(self.ports, self.org.cloud).await.ok().map(|ours| ours.is_some());
        }
        self.registered == Some(true)
    }

    /// The tenant and Okta's client id of an app, from its last consent or else from Okta's consent link.
    async fn tenant_and_client(
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
            // What is granted in another org's tenant is not this org's to see.
            let is_own = rival_claim(self.ports, self.org, name).await.is_ok_and(|rival| rival.is_none());
            let found = if is_own { resolve_tenant(self.ports, Some(name), self.org.cloud).await.ok() } else { None };
            self.tenants.insert(name.as_str().to_owned(), found);
        }
        Some((self.tenants.get(name.as_str()).cloned().flatten()?, client))
    }

    /// Reads the grants. With `sufficed`, the permissions that were granted before, they are read again while some are missing.
    async fn grants_of(
        &mut self,
        tenant: &TenantId,
        client: &ClientId,
        sufficed: Option<&PermissionCatalogue>,
    ) -> Option<GrantsResult> {
        let key = (tenant.clone(), client.clone());
        if let Some(known) = self.grants.get(&key) {
            return Some(known.clone());
        }
        let mut read = graph::read_grants(self.ports, self.org, tenant, client).await;
        if let Some(expected) = sufficed
            && read.as_ref().is_ok_and(|read| !read.suffices(expected))
        {
            read = graph::read_grants_with_patience(self.ports, self.org, tenant, client, expected).await;
        }
        let result = match read {
            Ok(read) => {
                self.record_success(tenant).await;
                Ok(read)
            }
            Err(GraphAccessError::NoTokens) => return None,
            Err(error) => {
                self.record_failure(tenant, &error).await;
                Err(Unread { reason: error.to_string(), claims_challenge: error.claims_challenge().cloned() })
            }
        };
        self.grants.insert(key, result.clone());
        Some(result)
    }

    /// Graph responded, so its tokens and our registration's credential are valid. Checks once per scan when that credential
    /// expires; only Graph in the registration's own tenant shows it.
    async fn record_success(&mut self, tenant: &TenantId) {
        let cloud = self.org.cloud;
        let failure = AccessProblemKind::GraphTokensEnding { tenant: tenant.clone(), ends_at: Timestamp::MAX };
        for kind in [
            AccessProblemKind::GraphTokensEnded { tenant: tenant.clone() },
            failure,
            AccessProblemKind::EntraCredentialRefused { cloud },
        ] {
            self.resolved.insert((kind.name(), kind.affected()));
        }
        if self.registration_checked {
            return;
        }
        match graph::registration_ends_at(self.ports, self.org, tenant).await {
            Ok(Some(ends_at)) => {
                self.registration_checked = true;
                let kind = AccessProblemKind::EntraCredentialEnding { cloud, ends_at };
                if ends_at.duration_since(self.ports.clock.now()) <= EXPIRY_WARNING {
                    self.problems.push((kind, format!("It expires on {}.", ends_at.strftime("%-d %B %Y"))));
                } else {
                    self.resolved.insert((kind.name(), kind.affected()));
                }
            }
            Ok(None) => {}
            Err(error) => tracing::info!(%tenant, %error, "could not read when the registration's credential expires"),
        }
    }

    /// Graph could not be called. Reports a permanent failure, or a temporary one that has lasted until the tokens are about to
    /// expire.
    async fn record_failure(&mut self, tenant: &TenantId, error: &GraphAccessError) {
        let problem = match error.problem(tenant, self.org.cloud) {
            Some(problem) => Some(problem),
            None => self.expiring_tokens(tenant).await,
        };
        self.problems.extend(problem.map(|kind| (kind, error.to_string())));
    }

    async fn expiring_tokens(&self, tenant: &TenantId) -> Option<AccessProblemKind> {
        let refreshed_at = graph::last_refresh(self.ports, self.org, tenant).await?;
        let ends_at = refreshed_at.saturating_add(REFRESH_TOKEN_LIFETIME).unwrap_or(Timestamp::MAX);
        let left = ends_at.duration_since(self.ports.clock.now());
        (left <= EXPIRY_WARNING).then(|| AccessProblemKind::GraphTokensEnding { tenant: tenant.clone(), ends_at })
    }

    /// Reads the secrets of the application that Okta created for an app. Empty if the tenant does not have the application.
    async fn provisioning_secret(&mut self, tenant: &TenantId, own: &ClientId) -> Vec<SignalKind> {
        let failed = |reason| vec![SignalKind::CheckFailed { check: Check::ProvisioningSecret, reason }];
        let graph = match graph::graph_client_for(self.ports, self.org, tenant).await {
            Ok(graph) => graph,
            Err(GraphAccessError::NoTokens) => return Vec::new(),
            Err(error) => return failed(error.to_string()),
        };
        let secrets = match graph.registration_credentials(own).await {
            Ok(Some(secrets)) => secrets,
            Ok(None) => return Vec::new(),
            Err(error) => return failed(error.to_string()),
        };
        if !secrets.unreadable.is_empty() {
            // The one that could not be read may be the newest.
            return failed(secrets.unreadable.join(" "));
        }
        // Needs Policy.Read.All, which is optional.
        let policy = match graph.app_management_policy().await {
            Ok(policy) => Some(policy),
            Err(error) => {
                tracing::info!(%tenant, %error, "could not read the tenant's app management policy");
                None
            }
        };
        let mut kinds =
            vec![provisioning_secret::signal(&secrets.credentials, policy.as_ref(), self.ports.clock.now())];
        let odd = policy.into_iter().flat_map(|policy| policy.unreadable);
        kinds.extend(odd.map(|what| SignalKind::Surprise { what }));
        kinds
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

/// The signals of the grants that were read, with the changes since the consent was verified.
fn signals(read: &GrantsRead, before: Option<&AppRecord>, expected: &PermissionCatalogue) -> Vec<SignalKind> {
    let mut kinds = read.signals(expected);
    let verified =
        before.and_then(|app| app.consent.verification.as_ref()).and_then(|verification| verification.grants.as_ref());
    for kind in &mut kinds {
        if let (SignalKind::PermissionGrantsRead { changes, .. }, Some(verified)) = (kind, verified) {
            *changes = read.changes_since(verified).iter().filter_map(|change| describe(change, expected)).collect();
        }
    }
    kinds
}

/// Describes a change that no other signal reports. Removed permissions are reported as missing, and added permissions that
/// the catalogue lists are expected.
fn describe(change: &GrantChange, expected: &PermissionCatalogue) -> Option<String> {
    match change {
        GrantChange::PrincipalReplaced { .. } => Some("Okta's service principal was replaced".to_owned()),
        GrantChange::PublisherChanged { from, to } => {
            let name = |publisher: &AppPublisher| {
                publisher.name.as_ref().map_or_else(|| "not verified".to_owned(), ToString::to_string)
            };
            Some(format!("its publisher changed from {} to {}", name(from), name(to)))
        }
        GrantChange::PermissionAdded { permission } if change.is_unexpected(expected) => {
            Some(format!("{} is granted, although Okta's consent does not request it", UntrustedText::new(permission)))
        }
        GrantChange::KindChanged { permission, .. } if change.revokes() => {
            Some(format!("{} is granted in a different way", UntrustedText::new(permission)))
        }
        _ => None,
    }
}

/// The client id of the application that Okta created for this app's provisioning, if it created one.
fn provisioning_app(app: &AppRecord) -> Option<ClientId> {
    let created = app.signals.iter().filter(|signal| matches!(signal.kind, SignalKind::ProvisioningAppCreated { .. }));
    match &created.max_by_key(|signal| signal.seen_at)?.kind {
        SignalKind::ProvisioningAppCreated { client } => client.as_ref()?.parse().ok(),
        _ => None,
    }
}

/// Whether the grants were sufficient when they were last read; `None` if they were never read.
fn grants_sufficed(app: &AppRecord) -> Option<bool> {
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
    let graph = graph::graph_client_for(ports, org, tenant).await.map_err(|error| error.to_string())?;
    let Some(user) = graph.user(person).await.map_err(|error| error.to_string())? else {
        return Ok(SignalKind::ConsenterRead { enabled: Some(false), holds_role: Some(false) });
    };
    let roles = graph.roles_of(person).await.map_err(|error| error.to_string())?;
    let holds = roles.templates.contains(GLOBAL_ADMINISTRATOR);
    // One of the roles that Graph hides may be Global Administrator.
    let holds_role = if holds || !roles.some_hidden { Some(holds) } else { None };
    Ok(SignalKind::ConsenterRead { enabled: user.account_enabled, holds_role })
}
