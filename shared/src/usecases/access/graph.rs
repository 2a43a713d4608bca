//! Clients for Microsoft Graph, and the tokens in the vault that they need.
//!
//! Tokens belong to the org whose session brought them. A different org that names the same tenant uses them only if an
//! operator approved the tenant for it.
//!
//! However many workers need new tokens at the same time, Microsoft receives one refresh: the worker that holds the lease
//! sends it, and the others read the stored result. New tokens are tried with a real call
//! before they become current. Microsoft keeps the previous refresh token valid, so a crash between receiving and
//! storing tokens costs one extra call.

use std::fmt;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;

use crate::domain::access_problem::AccessProblemKind;
use crate::domain::claims_challenge::ClaimsChallenge;
use crate::domain::cloud::Cloud;
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::grant::GrantsRead;
use crate::domain::id::OrgId;
use crate::domain::org::OrgProfile;
use crate::domain::permission::PermissionCatalogue;
use crate::domain::registered_credential;
use crate::domain::tenant::{ClientId, TenantId};
use crate::ledger::{AppFilter, LedgerError, paging};
use crate::metrics::{Metric, count};
use crate::microsoft::{GrantList, Graph, GraphTokens, MicrosoftError, TokenFailure, WatchAccess};
use crate::usecases::Ports;
use crate::usecases::access::registration::{registration, registration_may_have_changed};
use crate::usecases::records::consent_error::ConsentError;
use crate::usecases::records::lease::LeaseGuard;
use crate::vault::{NotUnsealed, SecretName, SecretVersion, VaultError};

/// How long before its expiry an access token is no longer used.
const EXPIRY_MARGIN: SignedDuration = SignedDuration::from_mins(5);
/// How long one worker may hold the lease on a tenant's tokens.
const LEASE_DURATION: SignedDuration = SignedDuration::from_mins(2);
/// How long the other workers wait for it, and how often they check.
const MAX_WAIT: Duration = Duration::from_mins(2);
const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// Why Microsoft Graph cannot be called.
#[derive(Debug, thiserror::Error)]
pub enum GraphAccessError {
    /// No administrator of this tenant has signed in for this org.
    #[error(
        "no administrator of this tenant has signed in for this org yet, so Regrant has no tokens for Microsoft Graph; send \
         an invitation"
    )]
    NoTokens,
    /// The tokens are no longer valid and cannot be refreshed.
    #[error("the tokens for Microsoft Graph are no longer valid ({0}); an administrator must sign in again")]
    SignInRequired(RefusedRefresh),
    /// Another worker has held the lease on the tokens for too long.
    #[error("another worker has been refreshing the tokens for too long; try again in two minutes")]
    Busy,
    /// The vault did not return the tokens that were stored.
    #[error("the vault did not return the tokens that were stored; the previous tokens stay current")]
    NotStored,
    /// The call to Microsoft failed.
    #[error(transparent)]
    Microsoft(#[from] MicrosoftError),
    /// The vault operation failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The stored secret cannot be read.
    #[error(transparent)]
    NotUnsealed(#[from] NotUnsealed),
    /// The ledger operation failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Our registration in Entra is missing or could not be read.
    #[error("{0}")]
    NoRegistration(String),
}

/// Why stored tokens could not be refreshed.
#[derive(Debug)]
pub struct RefusedRefresh {
    reason: String,
    /// What the next sign-in must satisfy, if Microsoft said so.
    claims_challenge: Option<ClaimsChallenge>,
}

impl fmt::Display for RefusedRefresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl From<GraphAccessError> for ConsentError {
    fn from(error: GraphAccessError) -> Self {
        match error {
            GraphAccessError::Microsoft(error) => error.into(),
            GraphAccessError::NoRegistration(cause) => Self::new(ConsentFailure::RegistrationRefused, cause),
            GraphAccessError::NoTokens | GraphAccessError::SignInRequired(_) => {
                Self::new(ConsentFailure::SessionLost, error.to_string())
            }
            _ => Self::new(ConsentFailure::NotStored, error.to_string()),
        }
    }
}

/// Stores the tokens that a session of `org` brought. They become current only after they were read back and tried with a
/// real call.
pub async fn store_graph_tokens(ports: &Ports, org: &OrgId, tokens: &GraphTokens) -> Result<(), GraphAccessError> {
    let lease = LeaseGuard::acquire(ports, &lease_name(org, &tokens.tenant), LEASE_DURATION, MAX_WAIT).await?;
    let lease = lease.ok_or(GraphAccessError::Busy)?;
    let stored = verify_and_promote(ports, org, tokens).await;
    lease.release(ports).await?;
    stored
}

/// An org's own tokens for a tenant, refreshed if needed. They stay valid for more than five minutes.
pub async fn graph_tokens(ports: &Ports, org: &OrgId, tenant: &TenantId) -> Result<GraphTokens, GraphAccessError> {
    graph_tokens_except(ports, org, tenant, None).await
}

/// An org's own tokens for a tenant, but not `refused`, which Graph has rejected.
async fn graph_tokens_except(
    ports: &Ports,
    org: &OrgId,
    tenant: &TenantId,
    refused: Option<&GraphTokens>,
) -> Result<GraphTokens, GraphAccessError> {
    let mut waited = Duration::ZERO;
    loop {
        let stored = stored_tokens(ports, org, tenant).await?;
        if is_usable(ports, &stored, refused) {
            return Ok(stored);
        }
        if let Some(lease) = LeaseGuard::try_acquire(ports, &lease_name(org, tenant), LEASE_DURATION).await? {
            let refreshed = refresh_tokens(ports, org, tenant, refused).await;
            if let Err(error) = &refreshed {
                count(Metric::GraphRefreshesFailed);
                tracing::warn!(%org, %tenant, %error, "failed to refresh the tokens for Microsoft Graph");
            }
            lease.release(ports).await?;
            return refreshed;
        }
        if waited >= MAX_WAIT {
            return Err(GraphAccessError::Busy);
        }
        ports.clock.sleep(POLL_INTERVAL).await;
        waited += POLL_INTERVAL;
    }
}

/// Reads the permissions that a tenant has granted to Okta's client, with the access that an org has to the tenant.
pub async fn read_grants(
    ports: &Ports,
    org: &OrgProfile,
    tenant: &TenantId,
    client: &ClientId,
) -> Result<GrantsRead, GraphAccessError> {
    let access = graph_access(ports, org, tenant).await?;
    match (grants_of(&*access.graph, client).await, access.delegated) {
        // An access token can become invalid before it expires: sessions were revoked, or a policy changed.
        (Err(MicrosoftError::Graph(refusal)), Some(tokens)) if refusal.status == 401 => {
            let fresh = graph_tokens_except(ports, &access.owner, tenant, Some(&tokens)).await?;
            Ok(grants_of(&*ports.microsoft.graph(fresh.cloud, &fresh.access_token), client).await?)
        }
        (read, _) => Ok(read?),
    }
}

/// A Graph client and the tokens that it uses.
struct GraphAccess {
    graph: Box<dyn Graph>,
    /// The org whose session brought the tokens.
    owner: OrgId,
    /// The signed-in administrator's tokens; `None` if the client acts as the application itself.
    delegated: Option<GraphTokens>,
}

async fn graph_access(ports: &Ports, org: &OrgProfile, tenant: &TenantId) -> Result<GraphAccess, GraphAccessError> {
    let cloud = org.cloud;
    let ours = registration(ports, cloud).await.map_err(|error| GraphAccessError::NoRegistration(error.cause))?;
    // An application's token opens every tenant that knows the registration, also one that this org only names. The
    // tokens of a sign-in show that the tenant is the org's.
    let owner = token_owner(ports, org, tenant).await?;
    if let Some(ours) = ours.filter(|ours| ours.watch == WatchAccess::Application) {
        let tokens = ports.microsoft.application_token(&ours, tenant).await?;
        return Ok(GraphAccess { graph: ports.microsoft.graph(cloud, &tokens.access_token), owner, delegated: None });
    }
    let tokens = graph_tokens(ports, &owner, tenant).await?;
    let graph = ports.microsoft.graph(tokens.cloud, &tokens.access_token);
    Ok(GraphAccess { graph, owner, delegated: Some(tokens) })
}

/// The org whose tokens `org` may use for a tenant: its own, or, if an operator approved the tenant for it, those of a
/// different org of this tenant.
async fn token_owner(ports: &Ports, org: &OrgProfile, tenant: &TenantId) -> Result<OrgId, GraphAccessError> {
    let has_tokens = async |org: &OrgId| {
        let name = SecretName::Graph(org.clone(), tenant.clone());
        Ok::<_, GraphAccessError>(ports.vault.get(&name, SecretVersion::Current).await?.is_some())
    };
    if has_tokens(&org.id).await? {
        return Ok(org.id.clone());
    }
    for approved in &org.approved_tenants {
        let filter = AppFilter { tenant: Some(approved.clone()), ..AppFilter::default() };
        let mut apps = paging::items(100, |page| ports.ledger.apps(&filter, page));
        while let Some(app) = apps.try_next().await? {
            if app.consent.tenant.as_ref() == Some(tenant) && has_tokens(&app.identity.org).await? {
                return Ok(app.identity.org);
            }
        }
    }
    Err(GraphAccessError::NoTokens)
}

/// A Graph client for a tenant of an org. It acts as the application itself if the registration says so, and otherwise as the
/// administrator who signed in last.
pub async fn graph_client_for(
    ports: &Ports,
    org: &OrgProfile,
    tenant: &TenantId,
) -> Result<Box<dyn Graph>, GraphAccessError> {
    Ok(graph_access(ports, org, tenant).await?.graph)
}

/// When our registration's own credential expires. `None` if neither the credential nor this tenant's Graph shows it.
pub(crate) async fn registration_ends_at(
    ports: &Ports,
    org: &OrgProfile,
    tenant: &TenantId,
) -> Result<Option<Timestamp>, GraphAccessError> {
    let ours = our_registration(ports, org.cloud).await?;
    let Some(known) = ours.credential.known_by() else { return Ok(None) };
    if let Some(ends_at) = ours.credential.ends_at() {
        return Ok(Some(ends_at));
    }
    let registered = graph_client_for(ports, org, tenant).await?.registration_credentials(&ours.client_id).await?;
    Ok(registered.and_then(|all| registered_credential::own_credential_ends_at(&all.credentials, &known)))
}

/// Deletes an org's tokens for a tenant under the lease, so that a refresh that is running does not store them again.
pub(crate) async fn delete_tokens(ports: &Ports, org: &OrgId, tenant: &TenantId) -> Result<(), GraphAccessError> {
    let lease = LeaseGuard::acquire(ports, &lease_name(org, tenant), LEASE_DURATION, MAX_WAIT).await?;
    let lease = lease.ok_or(GraphAccessError::Busy)?;
    let deleted = ports.vault.remove(&SecretName::Graph(org.clone(), tenant.clone())).await;
    lease.release(ports).await?;
    Ok(deleted?)
}

/// When the tokens that an org uses for a tenant were last refreshed.
pub(crate) async fn last_refresh(ports: &Ports, org: &OrgProfile, tenant: &TenantId) -> Option<Timestamp> {
    let owner = token_owner(ports, org, tenant).await.ok()?;
    stored_tokens(ports, &owner, tenant).await.ok().map(|tokens| tokens.renewed_at())
}

impl GraphAccessError {
    /// What the next sign-in must satisfy, if Microsoft said so.
    pub(crate) fn claims_challenge(&self) -> Option<&ClaimsChallenge> {
        match self {
            Self::SignInRequired(refused) => refused.claims_challenge.as_ref(),
            Self::Microsoft(error) => error.claims_challenge(),
            _ => None,
        }
    }

    /// The access problem behind this error. `None` if it usually clears without action.
    pub(crate) fn problem(&self, tenant: &TenantId, cloud: Cloud) -> Option<AccessProblemKind> {
        match self {
            Self::SignInRequired(_) => Some(AccessProblemKind::GraphTokensEnded { tenant: tenant.clone() }),
            Self::NoRegistration(_) => Some(AccessProblemKind::EntraCredentialRefused { cloud }),
            Self::Microsoft(error) => match error.token_failure() {
                TokenFailure::OurCredential => Some(AccessProblemKind::EntraCredentialRefused { cloud }),
                TokenFailure::Transient => None,
                // A tenant that no longer knows our registration needs a new sign-in too.
                TokenFailure::OurRegistration
                | TokenFailure::Permanent
                | TokenFailure::Interaction
                | TokenFailure::NotAllowed => Some(AccessProblemKind::GraphTokensEnded { tenant: tenant.clone() }),
            },
            _ => None,
        }
    }
}

async fn grants_of(graph: &dyn Graph, client: &ClientId) -> Result<GrantsRead, MicrosoftError> {
    let Some(principal) = graph.service_principal(client).await? else {
        return Ok(GrantsRead { principal: None, grants: Vec::new(), unreadable: Vec::new() });
    };
    let GrantList { grants, unreadable } = graph.grants(&principal.id).await?;
    Ok(GrantsRead { principal: Some(principal), grants, unreadable })
}

/// Reads grants repeatedly until they suffice or the configured number of attempts is used up. Microsoft documents that
/// new grants take time to appear.
pub async fn read_grants_with_patience(
    ports: &Ports,
    org: &OrgProfile,
    tenant: &TenantId,
    client: &ClientId,
    expected: &PermissionCatalogue,
) -> Result<GrantsRead, GraphAccessError> {
    let mut attempts_left = ports.settings.replication_looks.max(1);
    let mut has_read = false;
    loop {
        attempts_left -= 1;
        match read_grants(ports, org, tenant, client).await {
            Ok(read) if attempts_left == 0 || read.suffices(expected) => return Ok(read),
            Ok(_) => has_read = true,
            // An error between two successful reads is ignored. After an error in the last read, the current grants are unknown.
            Err(error) if attempts_left == 0 || !has_read => return Err(error),
            Err(_) => {}
        }
        ports.clock.sleep(ports.settings.replication_pause).await;
    }
}

/// An org's tokens for a tenant as they are stored, expired or not.
pub(crate) async fn stored_tokens(
    ports: &Ports,
    org: &OrgId,
    tenant: &TenantId,
) -> Result<GraphTokens, GraphAccessError> {
    let name = SecretName::Graph(org.clone(), tenant.clone());
    let secret = ports.vault.get(&name, SecretVersion::Current).await?;
    Ok(GraphTokens::unseal(&secret.ok_or(GraphAccessError::NoTokens)?)?)
}

/// Whether `tokens` are valid for long enough and are not the ones that Graph rejected.
fn is_usable(ports: &Ports, tokens: &GraphTokens, refused: Option<&GraphTokens>) -> bool {
    let is_refused =
        refused.is_some_and(|refused| refused.access_token.expose_secret() == tokens.access_token.expose_secret());
    !is_refused && tokens.expires_at.duration_since(ports.clock.now()) > EXPIRY_MARGIN
}

/// Refreshes an org's tokens for a tenant. Call it under the lease; it first checks whether another worker has just refreshed
/// them.
async fn refresh_tokens(
    ports: &Ports,
    org: &OrgId,
    tenant: &TenantId,
    refused: Option<&GraphTokens>,
) -> Result<GraphTokens, GraphAccessError> {
    let stored = stored_tokens(ports, org, tenant).await?;
    if is_usable(ports, &stored, refused) {
        return Ok(stored);
    }
    let refresh_token =
        stored.refresh_token.clone().ok_or_else(|| sign_in_required("no refresh token is stored".to_owned(), None))?;
    let registration = our_registration(ports, stored.cloud).await?;
    let mut refreshed = ports.microsoft.refresh(&registration, tenant, &refresh_token).await;
    if refreshed.as_ref().is_err_and(MicrosoftError::retires_credential)
        && registration_may_have_changed(ports, stored.cloud)
    {
        let registration = our_registration(ports, stored.cloud).await?;
        refreshed = ports.microsoft.refresh(&registration, tenant, &refresh_token).await;
    }
    let renewed = match refreshed {
        Ok(renewed) => stored.renewed(renewed, ports.clock.now()),
        Err(error) if error.token_failure().needs_a_person() => {
            return Err(sign_in_required(error.to_string(), error.claims_challenge().cloned()));
        }
        Err(error) => return Err(error.into()),
    };
    verify_and_promote(ports, org, &renewed).await?;
    count(Metric::GraphRefreshes);
    Ok(renewed)
}

const fn sign_in_required(reason: String, claims_challenge: Option<ClaimsChallenge>) -> GraphAccessError {
    GraphAccessError::SignInRequired(RefusedRefresh { reason, claims_challenge })
}

async fn our_registration(ports: &Ports, cloud: Cloud) -> Result<crate::microsoft::Registration, GraphAccessError> {
    let found = registration(ports, cloud).await.map_err(|error| GraphAccessError::NoRegistration(error.cause))?;
    found.ok_or_else(|| {
        GraphAccessError::NoRegistration(format!(
            "no registration is set for the {cloud} cloud; add one with `regrant entra set`"
        ))
    })
}

/// Stores `tokens` as pending, reads them back, calls Graph with them and then makes them current.
async fn verify_and_promote(ports: &Ports, org: &OrgId, tokens: &GraphTokens) -> Result<(), GraphAccessError> {
    let name = SecretName::Graph(org.clone(), tokens.tenant.clone());
    ports.vault.put_pending(&name, &tokens.seal()).await?;
    let pending = ports.vault.get(&name, SecretVersion::Pending).await?.ok_or(GraphAccessError::NotStored)?;
    let pending = GraphTokens::unseal(&pending)?;
    let organization = ports.microsoft.graph(pending.cloud, &pending.access_token).organization().await?;
    if organization.id != tokens.tenant {
        return Err(GraphAccessError::NotStored);
    }
    Ok(ports.vault.promote(&name).await?)
}

/// The lease on an org's tokens for a tenant.
fn lease_name(org: &OrgId, tenant: &TenantId) -> String {
    format!("graph/{org}/{tenant}")
}
