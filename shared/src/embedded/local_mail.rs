//! The mail transport of one machine: the mail server in the vault, or a folder without one.
//!
//! The vault stores the server and its login, because anyone with the login can send email in our name. The transport reads
//! it for each email, so that a long-running process uses a new server immediately.

use std::sync::Arc;

use async_trait::async_trait;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::folder::Folder;
use super::smtp::{Login, NotAMailServer, Smtp, SmtpConfig};
use crate::mail::{Email, MailError, MailTransport, MessageId};
use crate::vault::{NotUnsealed, SecretName, SecretVersion, Vault, seal, unseal};

/// A mail server and its login.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MailServer {
    url: String,
    login: Option<Login>,
}

impl MailServer {
    /// The server at `url`, which [`SmtpConfig::parse`] must accept.
    pub fn new(url: &str, login: Option<Login>) -> Result<Self, NotAMailServer> {
        SmtpConfig::parse(url, None)?;
        Ok(Self { url: url.to_owned(), login })
    }

    /// The server's URL, which contains no secret.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The user name, if the server requires a login.
    pub fn user(&self) -> Option<&str> {
        self.login.as_ref().map(|login| login.user.expose_secret())
    }

    /// A transport to this server.
    pub fn transport(&self) -> Result<Smtp, MailError> {
        let unusable = |error: NotAMailServer| MailError::NotNow { reason: error.to_string() };
        Ok(Smtp::new(&SmtpConfig::parse(&self.url, self.login.clone()).map_err(unusable)?))
    }

    /// The server, serialized for the vault.
    pub fn seal(&self) -> SecretString {
        seal(self)
    }

    /// The server from the vault.
    pub fn unseal(secret: &SecretString) -> Result<Self, NotUnsealed> {
        unseal("mail server", secret)
    }
}

/// The mail transport of one machine.
pub struct LocalMail {
    vault: Arc<dyn Vault>,
    folder: Folder,
}

impl LocalMail {
    /// Sends emails to the server in `vault`, or writes them to `folder` without one.
    pub fn new(vault: Arc<dyn Vault>, folder: Folder) -> Self {
        Self { vault, folder }
    }

    /// The current server. A vault error is a temporary failure, not a reason to use the folder.
    async fn server(&self) -> Result<Option<Smtp>, MailError> {
        let not_now = |error: &dyn std::fmt::Display| MailError::NotNow { reason: error.to_string() };
        let secret =
            self.vault.get(&SecretName::MailServer, SecretVersion::Current).await.map_err(|error| not_now(&error))?;
        let Some(secret) = secret else { return Ok(None) };
        MailServer::unseal(&secret).map_err(|error| not_now(&error))?.transport().map(Some)
    }
}

#[async_trait]
impl MailTransport for LocalMail {
    async fn send(&self, email: &Email) -> Result<MessageId, MailError> {
        match self.server().await? {
            Some(server) => server.send(email).await,
            None => self.folder.send(email).await,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::embedded::sealed_file::SealedFileVault;
    use crate::testing::mail;
    use crate::testing::mail::{Bench, email};

    async fn bench(folder: &std::path::Path) -> (Arc<dyn Vault>, LocalMail) {
        let vault: Arc<dyn Vault> = Arc::new(SealedFileVault::open(&folder.join("vault")).await.unwrap());
        (Arc::clone(&vault), LocalMail::new(vault, Folder::new(folder.join("outbox"))))
    }

    fn stored(folder: &std::path::Path) -> Vec<Vec<u8>> {
        let files = std::fs::read_dir(folder.join("outbox")).into_iter().flatten().flatten();
        files.map(|file| std::fs::read(file.path()).unwrap()).collect()
    }

    async fn set_server(vault: &dyn Vault, server: &SecretString) {
        vault.put_pending(&SecretName::MailServer, server).await.unwrap();
        vault.promote(&SecretName::MailServer).await.unwrap();
    }

    #[tokio::test]
    async fn without_a_server_emails_go_to_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let (_, transport) = bench(folder.path()).await;
        let path = folder.path().to_owned();
        let sent = move || std::future::ready(stored(&path));
        mail::conforms(Bench { transport: Arc::new(transport), sent }).await;
    }

    #[tokio::test]
    async fn a_new_server_receives_the_next_email() {
        let folder = tempfile::tempdir().unwrap();
        let (vault, transport) = bench(folder.path()).await;
        transport.send(&email("ada@contoso.example")).await.unwrap();
        assert_eq!(stored(folder.path()).len(), 1);

        let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        set_server(&*vault, &MailServer::new(&format!("smtp://{free}"), None).unwrap().seal()).await;
        let refused = transport.send(&email("bo@contoso.example")).await.unwrap_err();
        assert!(matches!(&refused, MailError::NotNow { reason } if reason.contains(&free.to_string())), "{refused}");
        assert_eq!(stored(folder.path()).len(), 1, "the folder receives nothing while the server is unreachable");

        vault.remove(&SecretName::MailServer).await.unwrap();
        transport.send(&email("cy@contoso.example")).await.unwrap();
        assert_eq!(stored(folder.path()).len(), 2);
    }

    #[tokio::test]
    async fn a_damaged_secret_is_a_temporary_failure() {
        let folder = tempfile::tempdir().unwrap();
        let (vault, transport) = bench(folder.path()).await;
        for damaged in ["canary", r#"{"url":"smtp://mail.example.com","login":null}"#] {
            set_server(&*vault, &SecretString::from(damaged)).await;
            let refused = transport.send(&email("ada@contoso.example")).await.unwrap_err();
            assert!(matches!(&refused, MailError::NotNow { reason } if !reason.contains("canary")), "{refused}");
        }
        assert!(stored(folder.path()).is_empty());
    }

    #[test]
    fn debug_output_hides_the_password() {
        let login = Login { user: "regrant".into(), password: "canary".into() };
        let server = MailServer::new("smtps://mail.example.com", Some(login)).unwrap();
        assert!(!format!("{server:?}").contains("canary"));
        let read = MailServer::unseal(&server.seal()).unwrap();
        assert_eq!((read.url(), read.user()), ("smtps://mail.example.com", Some("regrant")));
    }
}
