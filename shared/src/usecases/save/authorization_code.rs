//! A handed-over authorization code: stored in the vault until the save has sent it to Okta.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::domain::id::{AppId, OrgId};
use crate::usecases::Ports;
use crate::usecases::records::consent_error::ConsentError;
use crate::vault::{SecretName, SecretVersion, exposed, unseal};

/// A handed-over code and its `state`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct StoredCode {
    /// The authorization code that Microsoft issued to Okta.
    #[serde(serialize_with = "exposed")]
    pub code: SecretString,
    /// Okta's `state`.
    pub state: String,
}

/// The stored code of an app, if there is one.
pub(crate) async fn stored_code(ports: &Ports, org: &OrgId, app: &AppId) -> Result<Option<StoredCode>, ConsentError> {
    let secret = ports.vault.get(&SecretName::HandOver(org.clone(), app.clone()), SecretVersion::Current).await?;
    let secret = secret.filter(|secret| !secret.expose_secret().is_empty());
    Ok(secret.as_ref().map(|secret| unseal("hand-over", secret)).transpose()?)
}

/// Deletes the stored code of an app.
pub(crate) async fn delete_code(ports: &Ports, org: &OrgId, app: &AppId) -> Result<(), ConsentError> {
    Ok(ports.vault.remove(&SecretName::HandOver(org.clone(), app.clone())).await?)
}
