//! The authorization code between its hand-over and Okta's callback: kept in the vault, removed once Okta has taken it.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::domain::id::{AppId, OrgId};
use crate::usecases::Ports;
use crate::usecases::records::consent_error::ConsentError;
use crate::vault::{SecretName, SecretVersion, exposed, unseal};

/// The code and the `state` between the page and Okta.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct KeptHandOver {
    /// Microsoft's code.
    #[serde(serialize_with = "exposed")]
    pub code: SecretString,
    /// Okta's `state`.
    pub state: String,
}

/// What was handed over for an app and not taken by Okta yet.
pub(crate) async fn kept(ports: &Ports, org: &OrgId, app: &AppId) -> Result<Option<KeptHandOver>, ConsentError> {
    let secret = ports.vault.get(&SecretName::HandOver(org.clone(), app.clone()), SecretVersion::Current).await?;
    let secret = secret.filter(|secret| !secret.expose_secret().is_empty());
    Ok(secret.as_ref().map(|secret| unseal("hand-over", secret)).transpose()?)
}

/// Forgets it.
pub(crate) async fn forget(ports: &Ports, org: &OrgId, app: &AppId) -> Result<(), ConsentError> {
    Ok(ports.vault.remove(&SecretName::HandOver(org.clone(), app.clone())).await?)
}
