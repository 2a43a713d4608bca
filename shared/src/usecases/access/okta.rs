//! Clients for Okta orgs that pick up a replaced credential.
//!
//! The vault serves credentials from memory for a while. If Okta rejects one and the vault may hold a newer one, the
//! client reads it and repeats the call, so a new API token works as soon as it is stored.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use parking_lot::RwLock;
use secrecy::SecretString;
use url::Url;

use crate::domain::assignment_counts::AssignmentCounts;
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::id::AppId;
use crate::domain::org::OrgProfile;
use crate::domain::signal::Provisioning;
use crate::domain::system_log::LogPosition;
use crate::okta::credential::NotACredential;
use crate::okta::org_url::OrgUrl;
use crate::okta::org_url::OrgUrlError;
use crate::okta::{AppPage, Connection, ListedApp, LogPage, OktaCredential, OktaError, OktaOrg, ProvisioningAdmin};
use crate::usecases::Ports;
use crate::usecases::records::consent_error::ConsentError;
use crate::vault::VaultError;
use crate::vault::{SecretName, SecretVersion};

/// Why an org cannot be called. Nothing was sent to Okta.
#[derive(Debug, thiserror::Error)]
pub enum OktaAccessError {
    /// The vault operation failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The vault has no credential for the org.
    #[error("the vault has no credential for {0}; add the org again with `regrant org add`")]
    NoCredential(String),
    /// The stored secret is not an Okta credential.
    #[error(transparent)]
    NotACredential(#[from] NotACredential),
    /// The stored URL is not the URL of an Okta org.
    #[error(transparent)]
    NotAnOrg(#[from] OrgUrlError),
    /// The credential cannot be used.
    #[error(transparent)]
    Okta(#[from] OktaError),
}

impl From<OktaAccessError> for ConsentError {
    fn from(error: OktaAccessError) -> Self {
        let failure = match &error {
            OktaAccessError::Vault(_) => ConsentFailure::NotStored,
            _ => ConsentFailure::OktaRefused,
        };
        Self::new(failure, error.to_string())
    }
}

/// A client for an org, with the org's current credential.
pub async fn okta_client_for(ports: &Ports, profile: &OrgProfile) -> Result<Box<dyn OktaOrg>, OktaAccessError> {
    let org = RwLock::new(client_with_current_credential(ports, profile).await?);
    Ok(Box::new(ReloadingClient { ports: ports.clone(), profile: profile.clone(), org }))
}

async fn client_with_current_credential(
    ports: &Ports,
    profile: &OrgProfile,
) -> Result<Arc<dyn OktaOrg>, OktaAccessError> {
    let secret = ports.vault.get(&SecretName::Okta(profile.id.clone()), SecretVersion::Current).await?;
    let secret = secret.ok_or_else(|| OktaAccessError::NoCredential(profile.domain()))?;
    let credential = OktaCredential::unseal(&secret)?;
    let url = OrgUrl::from_base_url(&profile.base_url, ports.loopback)?;
    Ok(ports.okta.open(&url, &credential)?.into())
}

/// A client that reloads its credential after Okta rejects it.
struct ReloadingClient {
    ports: Ports,
    profile: OrgProfile,
    org: RwLock<Arc<dyn OktaOrg>>,
}

impl ReloadingClient {
    fn org(&self) -> Arc<dyn OktaOrg> {
        Arc::clone(&self.org.read())
    }

    /// A client with a newer credential. `None` if `error` does not concern the credential or the vault has no newer one.
    async fn with_newer_credential(&self, error: &OktaError) -> Option<Arc<dyn OktaOrg>> {
        let name = SecretName::Okta(self.profile.id.clone());
        if !error.retires_credential() || !self.ports.vault.was_refused(&name) {
            return None;
        }
        let org = client_with_current_credential(&self.ports, &self.profile).await.ok()?;
        *self.org.write() = Arc::clone(&org);
        Some(org)
    }
}

/// Makes a call, and repeats it once with a newer credential. A macro, because the futures borrow the call's arguments.
macro_rules! call {
    ($self:ident.$method:ident($($argument:expr),*)) => {
        match $self.org().$method($($argument),*).await {
            Err(error) => match $self.with_newer_credential(&error).await {
                Some(org) => org.$method($($argument),*).await,
                None => Err(error),
            },
            result => result,
        }
    };
}

#[async_trait]
impl OktaOrg for ReloadingClient {
    async fn apps(&self, next: Option<&Url>) -> Result<AppPage, OktaError> {
        call!(self.apps(next))
    }

    async fn app(&self, app: &AppId) -> Result<ListedApp, OktaError> {
        call!(self.app(app))
    }

    async fn connection(&self, app: &AppId) -> Result<Connection, OktaError> {
        call!(self.connection(app))
    }

    async fn provisioning(&self, app: &AppId) -> Result<Provisioning, OktaError> {
        call!(self.provisioning(app))
    }

    async fn count_assignments(&self, app: &AppId) -> Result<AssignmentCounts, OktaError> {
        call!(self.count_assignments(app))
    }

    async fn log_events(&self, from: &LogPosition) -> Result<LogPage, OktaError> {
        call!(self.log_events(from))
    }

    async fn provisioning_worked_after(&self, app: &AppId, since: Timestamp) -> Result<Option<Timestamp>, OktaError> {
        call!(self.provisioning_worked_after(app, since))
    }

    async fn prepare_connection(&self, app: &AppId, admin: Option<&ProvisioningAdmin>) -> Result<(), OktaError> {
        call!(self.prepare_connection(app, admin))
    }

    // Never repeated here: the code is single-use.
    async fn complete_consent(&self, app: &AppId, code: &SecretString, state: &str) -> Result<(), OktaError> {
        self.org().complete_consent(app, code, state).await
    }

    async fn activate(&self, app: &AppId) -> Result<(), OktaError> {
        call!(self.activate(app))
    }
}
