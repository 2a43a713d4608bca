//! The mail server that this machine's emails are handed to: kept once it let us in, shown without its password, forgotten.

use crate::embedded::local_mail::MailServer;
use crate::mail::MailError;
use crate::vault::{NotUnsealed, SecretName, SecretVersion, VaultError};

use crate::usecases::Ports;

/// Why the mail server cannot be kept or shown.
#[derive(Debug, thiserror::Error)]
pub enum MailServerError {
    /// The vault did not serve.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The vault's secret is something else.
    #[error(transparent)]
    NotUnsealed(#[from] NotUnsealed),
    /// It did not let us in. What was kept before still is.
    #[error("the server was not kept: {}", reason_of(.0))]
    NotLetIn(MailError),
}

/// What a server said, without the promise that something is tried again.
pub fn reason_of(error: &MailError) -> String {
    match error {
        MailError::Refused { reason } | MailError::NotNow { reason } => reason.clone(),
        MailError::Invalid(invalid) => invalid.to_string(),
    }
}

/// Keeps a server as the one that takes emails, once it was reached and let us in.
pub async fn set(ports: &Ports, server: &MailServer) -> Result<(), MailServerError> {
    ports.vault.put_pending(&SecretName::MailServer, &server.seal()).await?;
    let tried = match server.transport() {
        Ok(transport) => transport.check().await,
        Err(error) => Err(error),
    };
    if let Err(error) = tried {
        ports.vault.discard_pending(&SecretName::MailServer).await?;
        return Err(MailServerError::NotLetIn(error));
    }
    Ok(ports.vault.promote(&SecretName::MailServer).await?)
}

/// The server that takes emails, if there is one.
pub async fn current(ports: &Ports) -> Result<Option<MailServer>, MailServerError> {
    let secret = ports.vault.get(&SecretName::MailServer, SecretVersion::Current).await?;
    Ok(secret.as_ref().map(MailServer::unseal).transpose()?)
}

/// Forgets the server. Emails then become files in the folder `outbox`.
pub async fn forget(ports: &Ports) -> Result<(), MailServerError> {
    Ok(ports.vault.remove(&SecretName::MailServer).await?)
}
