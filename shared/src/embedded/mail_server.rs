//! Use cases for this machine's mail server: test and store it, show it without its password, remove it.

use crate::embedded::local_mail::MailServer;
use crate::mail::MailError;
use crate::vault::{NotUnsealed, SecretName, SecretVersion, VaultError};

use crate::usecases::Ports;

/// Why the mail server cannot be stored or shown.
#[derive(Debug, thiserror::Error)]
pub enum MailServerError {
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The secret in the vault is not a mail server.
    #[error(transparent)]
    NotUnsealed(#[from] NotUnsealed),
    /// The server did not accept the connection or the login. The vault keeps the earlier server.
    #[error("the server was not saved: {}", reason_of(.0))]
    TestFailed(MailError),
}

/// The reason of a mail error, without the note that a retry follows.
pub fn reason_of(error: &MailError) -> String {
    match error {
        MailError::Refused { reason } | MailError::NotNow { reason } => reason.clone(),
        MailError::Invalid(invalid) => invalid.to_string(),
    }
}

/// Stores the server that delivers email, after a successful connection and login.
pub async fn set(ports: &Ports, server: &MailServer) -> Result<(), MailServerError> {
    ports.vault.put_pending(&SecretName::MailServer, &server.seal()).await?;
    let test = match server.transport() {
        Ok(transport) => transport.check().await,
        Err(error) => Err(error),
    };
    if let Err(error) = test {
        ports.vault.discard_pending(&SecretName::MailServer).await?;
        return Err(MailServerError::TestFailed(error));
    }
    Ok(ports.vault.promote(&SecretName::MailServer).await?)
}

/// The server that delivers email, if one is set.
pub async fn current(ports: &Ports) -> Result<Option<MailServer>, MailServerError> {
    let secret = ports.vault.get(&SecretName::MailServer, SecretVersion::Current).await?;
    Ok(secret.as_ref().map(MailServer::unseal).transpose()?)
}

/// Removes the server. Emails are then stored in the folder `outbox`.
pub async fn forget(ports: &Ports) -> Result<(), MailServerError> {
    Ok(ports.vault.remove(&SecretName::MailServer).await?)
}
