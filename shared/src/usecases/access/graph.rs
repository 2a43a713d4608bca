//! Microsoft Graph with the tokens that the vault keeps: refreshed by one worker at a time, tried before they count.
//!
//! A refresh by a thousand workers at once makes one token call: whoever holds the tenant's lease makes it, and the
//! others find what it wrote. Microsoft leaves an old refresh token valid, so a crash between "got" and "stored" costs
//! nothing but the call.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;

use crate::domain::access_problem::AccessProblemKind;
use crate::domain::cloud::Cloud;
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::grant::GrantsRead;
use crate::domain::registered_credential;
use crate::domain::tenant::{ClientId, TenantId};
use crate::ledger::LedgerError;
use crate::metrics::{Metric, count};
use crate::microsoft::{Graph, GraphTokens, MicrosoftError, TokenFailure, WatchAccess};
use crate::vault::{NotUnsealed, SecretName, SecretVersion, VaultError};

use crate::usecases::Ports;
use crate::usecases::access::registration::{is_renewed, registration};
use crate::usecases::records::consent_error::ConsentError;
use crate::usecases::records::lease::LeaseGuard;

/// How long before its end an access token is not used any more.
const MARGIN: SignedDuration = SignedDuration::from_mins(5);
/// How long one worker may take over a tenant's tokens.
const HELD_FOR: SignedDuration = SignedDuration::from_mins(2);
/// How long, and how far apart, the others look whether it is through.
const PATIENCE: Duration = Duration::from_mins(2);
const PAUSE: Duration = Duration::from_millis(200);

/// Why Graph cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum GraphAccessError {
    /// Nobody has consented to our own registration in this tenant.
    #[error("nobody of this tenant has signed in here yet, so Microsoft Graph cannot be asked")]
    NoTokens,
    /// The tokens ended and cannot be renewed.
    #[error("the tokens for Microsoft Graph have ended ({0}); an administrator has to sign in again")]
    Ended(String),
    /// Another worker is renewing them and does not come to an end.
    #[error("another worker has been renewing the tokens for too long; try again in two minutes")]
    Busy,
    /// The vault gave back something else than it was given.
    #[error("the vault did not give back the tokens it was given; nothing was made current")]
    NotKept,
    /// Microsoft did not serve.
    #[error(transparent)]
    Microsoft(#[from] MicrosoftError),
    /// The vault did not serve.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The vault's secret is something else.
    #[error(transparent)]
    NotUnsealed(#[from] NotUnsealed),
    /// The ledger did not serve.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// There is no registration of ours to renew with.
    #[error("{0}")]
    NoRegistration(String),
}

impl From<GraphAccessError> for ConsentError {
    fn from(error: GraphAccessError) -> Self {
        match error {
            GraphAccessError::Microsoft(error) => error.into(),
            GraphAccessError::NoRegistration(cause) => Self::new(ConsentFailure::RegistrationRefused, cause),
            GraphAccessError::NoTokens | GraphAccessError::Ended(_) => {
                Self::new(ConsentFailure::SessionLost, error.to_string())
            }
            _ => Self::new(ConsentFailure::NotStored, error.to_string()),
        }
    }
}

/// Writes a tenant's tokens: pending, read back, tried with a real call, and only then current.
pub async fn store(ports: &Ports, tokens: &GraphTokens) -> Result<(), GraphAccessError> {
    let lease = LeaseGuard::acquire(ports, &work_on(&tokens.tenant), HELD_FOR, PATIENCE).await?;
    let lease = lease.ok_or(GraphAccessError::Busy)?;
    let stored = try_and_promote(ports, tokens).await;
    lease.release(ports).await?;
    stored
}

/// A tenant's tokens, good for another five minutes at least.
pub async fn tokens(ports: &Ports, tenant: &TenantId) -> Result<GraphTokens, GraphAccessError> {
    tokens_but(ports, tenant, None).await
}

/// The same, but not those that Graph refused.
async fn tokens_but(
    ports: &Ports,
    tenant: &TenantId,
    refused: Option<&GraphTokens>,
) -> Result<GraphTokens, GraphAccessError> {
    let mut waited = Duration::ZERO;
    loop {
        let held = current(ports, tenant).await?;
        if serves(ports, &held, refused) {
            return Ok(held);
        }
        if let Some(lease) = LeaseGuard::try_acquire(ports, &work_on(tenant), HELD_FOR).await? {
            let renewed = renew(ports, tenant, refused).await;
            if let Err(error) = &renewed {
                count(Metric::GraphRefreshesFailed);
                tracing::warn!(%tenant, %error, "a token for Graph could not be refreshed");
            }
            lease.release(ports).await?;
            return renewed;
        }
        if waited >= PATIENCE {
            return Err(GraphAccessError::Busy);
        }
        ports.clock.sleep(PAUSE).await;
        waited += PAUSE;
    }
}

/// Reads what Okta's client was granted in a tenant.
pub async fn read_grants(
    ports: &Ports,
    cloud: Cloud,
    tenant: &TenantId,
    client: &ClientId,
) -> Result<GrantsRead, GraphAccessError> {
    let opened = open(ports, cloud, tenant).await?;
    match (grants_of(&*opened.graph, client).await, opened.delegated) {
        // An access token may end before its time: sessions were revoked, a policy changed.
        (Err(MicrosoftError::Graph(refusal)), Some(tokens)) if refusal.status == 401 => {
            let renewed = tokens_but(ports, tenant, Some(&tokens)).await?;
            Ok(grants_of(&*ports.microsoft.graph(renewed.cloud, &renewed.access_token), client).await?)
        }
        (read, _) => Ok(read?),
    }
}

/// Graph in a tenant, opened as the installation watches it.
struct Opened {
    graph: Box<dyn Graph>,
    /// The person's tokens that it was opened with; `None` where it was opened as the application itself.
    delegated: Option<GraphTokens>,
}

async fn open(ports: &Ports, cloud: Cloud, tenant: &TenantId) -> Result<Opened, GraphAccessError> {
    let ours = registration(ports, cloud).await.map_err(|stopped| GraphAccessError::NoRegistration(stopped.cause))?;
    if let Some(ours) = ours.filter(|ours| ours.watch == WatchAccess::Application) {
        let tokens = ports.microsoft.application_token(&ours, tenant).await?;
        return Ok(Opened { graph: ports.microsoft.graph(cloud, &tokens.access_token), delegated: None });
    }
    let tokens = tokens(ports, tenant).await?;
    Ok(Opened { graph: ports.microsoft.graph(tokens.cloud, &tokens.access_token), delegated: Some(tokens) })
}

/// Graph in a tenant, opened as the installation watches it.
pub async fn open_graph(ports: &Ports, cloud: Cloud, tenant: &TenantId) -> Result<Box<dyn Graph>, GraphAccessError> {
    Ok(open(ports, cloud, tenant).await?.graph)
}

/// When our registration's own credential ends, as far as it says so itself or this tenant's Graph shows it.
pub(crate) async fn registration_ends_at(
    ports: &Ports,
    cloud: Cloud,
    tenant: &TenantId,
) -> Result<Option<Timestamp>, GraphAccessError> {
    let ours = our_registration(ports, cloud).await?;
    let Some(known) = ours.credential.known_by() else { return Ok(None) };
    if let Some(ends_at) = ours.credential.ends_at() {
        return Ok(Some(ends_at));
    }
    let registered = open_graph(ports, cloud, tenant).await?.registration_credentials(&ours.client_id).await?;
    Ok(registered.and_then(|registered| registered_credential::own_credential_ends_at(&registered, &known)))
}

/// When a tenant's tokens were renewed last.
pub(crate) async fn renewed_at(ports: &Ports, tenant: &TenantId) -> Option<Timestamp> {
    current(ports, tenant).await.ok().map(|held| held.renewed_at())
}

impl GraphAccessError {
    /// What this says of Regrant's access, where it will not pass by itself.
    pub(crate) fn problem(&self, tenant: &TenantId, cloud: Cloud) -> Option<AccessProblemKind> {
        match self {
            Self::Ended(_) => Some(AccessProblemKind::GraphTokensEnded { tenant: tenant.clone() }),
            Self::NoRegistration(_) => Some(AccessProblemKind::EntraCredentialRefused { cloud }),
            Self::Microsoft(error) => match error.token_failure() {
                TokenFailure::OurCredential => Some(AccessProblemKind::EntraCredentialRefused { cloud }),
                TokenFailure::Transient => None,
                // A tenant that does not know our registration any more needs what one needs whose tokens ended.
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
        return Ok(GrantsRead { principal: None, grants: Vec::new() });
    };
    let grants = graph.grants(&principal.id).await?;
    Ok(GrantsRead { principal: Some(principal), grants })
}

/// Reads grants until they suffice, or until Microsoft has had its time: it documents that new grants show late.
pub async fn read_grants_with_patience(
    ports: &Ports,
    cloud: Cloud,
    tenant: &TenantId,
    client: &ClientId,
) -> Result<GrantsRead, GraphAccessError> {
    let mut looks = ports.settings.replication_looks.max(1);
    let mut seen = false;
    loop {
        looks -= 1;
        match read_grants(ports, cloud, tenant, client).await {
            Ok(read) if looks == 0 || read.suffices(&ports.settings.permissions) => return Ok(read),
            Ok(_) => seen = true,
            // A look that fails on the way undoes nothing; where the last one fails, what the tenant holds by now is not known.
            Err(error) if looks == 0 || !seen => return Err(error),
            Err(_) => {}
        }
        ports.clock.sleep(ports.settings.replication_pause).await;
    }
}

async fn current(ports: &Ports, tenant: &TenantId) -> Result<GraphTokens, GraphAccessError> {
    let secret = ports.vault.get(&SecretName::Graph(tenant.clone()), SecretVersion::Current).await?;
    Ok(GraphTokens::unseal(&secret.ok_or(GraphAccessError::NoTokens)?)?)
}

fn serves(ports: &Ports, tokens: &GraphTokens, refused: Option<&GraphTokens>) -> bool {
    let is_refused =
        refused.is_some_and(|refused| refused.access_token.expose_secret() == tokens.access_token.expose_secret());
    !is_refused && tokens.expires_at.duration_since(ports.clock.now()) > MARGIN
}

/// Under the lease: somebody may have renewed them while we waited for it.
async fn renew(
    ports: &Ports,
    tenant: &TenantId,
    refused: Option<&GraphTokens>,
) -> Result<GraphTokens, GraphAccessError> {
    let held = current(ports, tenant).await?;
    if serves(ports, &held, refused) {
        return Ok(held);
    }
    let refresh_token = held
        .refresh_token
        .clone()
        .ok_or_else(|| GraphAccessError::Ended("there is nothing to renew them with".to_owned()))?;
    let registration = our_registration(ports, held.cloud).await?;
    let mut refreshed = ports.microsoft.refresh(&registration, tenant, &refresh_token).await;
    if refreshed.as_ref().is_err_and(MicrosoftError::retires_credential) && is_renewed(ports, held.cloud) {
        let registration = our_registration(ports, held.cloud).await?;
        refreshed = ports.microsoft.refresh(&registration, tenant, &refresh_token).await;
    }
    let renewed = match refreshed {
        Ok(renewed) => held.renewed(renewed, ports.clock.now()),
        Err(error) if error.token_failure().needs_a_person() => return Err(GraphAccessError::Ended(error.to_string())),
        Err(error) => return Err(error.into()),
    };
    try_and_promote(ports, &renewed).await?;
    count(Metric::GraphRefreshes);
    Ok(renewed)
}

async fn our_registration(ports: &Ports, cloud: Cloud) -> Result<crate::microsoft::Registration, GraphAccessError> {
    let found = registration(ports, cloud).await.map_err(|stopped| GraphAccessError::NoRegistration(stopped.cause))?;
    found.ok_or_else(|| {
        GraphAccessError::NoRegistration(format!("the vault holds no registration for the {cloud} cloud any more"))
    })
}

async fn try_and_promote(ports: &Ports, tokens: &GraphTokens) -> Result<(), GraphAccessError> {
    let name = SecretName::Graph(tokens.tenant.clone());
    ports.vault.put_pending(&name, &tokens.seal()).await?;
    let pending = ports.vault.get(&name, SecretVersion::Pending).await?.ok_or(GraphAccessError::NotKept)?;
    let pending = GraphTokens::unseal(&pending)?;
    let organization = ports.microsoft.graph(pending.cloud, &pending.access_token).organization().await?;
    if organization.id != tokens.tenant {
        return Err(GraphAccessError::NotKept);
    }
    Ok(ports.vault.promote(&name).await?)
}

/// The work that only one worker does at a time for a tenant.
fn work_on(tenant: &TenantId) -> String {
    format!("graph/{tenant}")
}
