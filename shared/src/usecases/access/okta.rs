//! An org opened with its credential, and once more with a newer one.
//!
//! Credentials are served from memory for a while. Where Okta refuses one for good and the vault may have another by now,
//! it is read anew and the call made again, so that a new token works from its first moment.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use parking_lot::RwLock;
use secrecy::SecretString;
use url::Url;

use crate::domain::assignment_counts::AssignmentCounts;
use crate::domain::id::AppId;
use crate::domain::org::OrgProfile;
use crate::domain::signal::Provisioning;
use crate::domain::system_log::LogPosition;
use crate::okta::org_url::OrgUrl;
use crate::okta::{AppPage, Connection, ListedApp, LogPage, OktaCredential, OktaError, OktaOrg, ProvisioningAdmin};
use crate::vault::{SecretName, SecretVersion};

use super::orgs::OpenOrgError;
use crate::usecases::Ports;

/// Opens an org with the credential that is current.
pub async fn open(ports: &Ports, profile: &OrgProfile) -> Result<Box<dyn OktaOrg>, OpenOrgError> {
    let org = RwLock::new(with_current(ports, profile).await?);
    Ok(Box::new(Opened { ports: ports.clone(), profile: profile.clone(), org }))
}

async fn with_current(ports: &Ports, profile: &OrgProfile) -> Result<Arc<dyn OktaOrg>, OpenOrgError> {
    let secret = ports.vault.get(&SecretName::Okta(profile.id.clone()), SecretVersion::Current).await?;
    let secret = secret.ok_or_else(|| OpenOrgError::NoCredential(profile.domain()))?;
    let credential = OktaCredential::unseal(&secret)?;
    let url = OrgUrl::from_base_url(&profile.base_url, ports.loopback)?;
    Ok(ports.okta.open(&url, &credential)?.into())
}

struct Opened {
    ports: Ports,
    profile: OrgProfile,
    org: RwLock<Arc<dyn OktaOrg>>,
}

impl Opened {
    fn org(&self) -> Arc<dyn OktaOrg> {
        Arc::clone(&self.org.read())
    }

    /// The org opened anew, where that may help against `error`.
    async fn anew(&self, error: &OktaError) -> Option<Arc<dyn OktaOrg>> {
        let name = SecretName::Okta(self.profile.id.clone());
        if !error.retires_credential() || !self.ports.vault.was_refused(&name) {
            return None;
        }
        let org = with_current(&self.ports, &self.profile).await.ok()?;
        *self.org.write() = Arc::clone(&org);
        Some(org)
    }
}

/// A call, and the same again where a newer credential may help. A macro, since the futures borrow what the call is about.
macro_rules! call {
    ($self:ident.$method:ident($($argument:expr),*)) => {
        match $self.org().$method($($argument),*).await {
            Err(error) => match $self.anew(&error).await {
                Some(org) => org.$method($($argument),*).await,
                None => Err(error),
            },
            done => done,
        }
    };
}

#[async_trait]
impl OktaOrg for Opened {
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

    // Sent once, whatever becomes of it.
    async fn complete_consent(&self, app: &AppId, code: &SecretString, state: &str) -> Result<(), OktaError> {
        self.org().complete_consent(app, code, state).await
    }

    async fn activate(&self, app: &AppId) -> Result<(), OktaError> {
        call!(self.activate(app))
    }
}
