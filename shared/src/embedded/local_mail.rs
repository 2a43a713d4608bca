//! The transport of one machine: the mail server that the vault names, or a folder while it names none.
//!
//! The vault keeps the server with its login, since whoever may hand emails to it can write in our name. It is asked for
//! each email, so that a process that runs for months hands over to the server that somebody set a minute ago.

use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::folder::Folder;
use super::smtp::{Login, NotAMailServer, Smtp, SmtpConfig};
use crate::mail::{Email, MailError, MailTransport, MessageId};
use crate::vault::{NotUnsealed, SecretName, SecretVersion, Vault, seal, unseal};

/// A mail server and who it knows us as.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MailServer {
    url: String,
    login: Option<Login>,
}

impl MailServer {
    /// The server at `url`, read as [`SmtpConfig::parse`] does.
    pub fn new(url: &str, login: Option<Login>) -> Result<Self, NotAMailServer> {
        SmtpConfig::parse(url, None)?;
        Ok(Self { url: url.to_owned(), login })
    }

    /// Where it is. Holds no secret.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The user that emails are handed over as, where it wants one.
    pub fn user(&self) -> Option<&str> {
        self.login.as_ref().map(|login| login.user.expose_secret())
    }

    /// The transport that hands emails to it. Connects with the first one.
    pub fn transport(&self) -> Result<Smtp, MailError> {
        let unusable = |error: NotAMailServer| MailError::NotNow { reason: error.to_string() };
        Smtp::new(&SmtpConfig::parse(&self.url, self.login.clone()).map_err(unusable)?)
    }

    /// As the vault keeps it.
    pub fn seal(&self) -> SecretString {
        seal(self)
    }

    /// From what the vault keeps.
    pub fn unseal(secret: &SecretString) -> Result<Self, NotUnsealed> {
        unseal("mail server", secret)
    }
}

/// The transport of one machine.
pub struct LocalMail {
    vault: Arc<dyn Vault>,
    folder: Folder,
    /// The server as it was when the last email was handed over, so that its connection serves the next.
    last: Mutex<Option<(SecretString, Smtp)>>,
}

impl LocalMail {
    /// Hands emails to the server that `vault` names, and into `folder` while it names none.
    pub fn new(vault: Arc<dyn Vault>, folder: Folder) -> Self {
        Self { vault, folder, last: Mutex::default() }
    }

    /// The server that the vault names now. A vault that does not serve is no reason to leave emails in a folder.
    async fn server(&self) -> Result<Option<Smtp>, MailError> {
        let not_now = |error: &dyn std::fmt::Display| MailError::NotNow { reason: error.to_string() };
        let secret =
            self.vault.get(&SecretName::MailServer, SecretVersion::Current).await.map_err(|error| not_now(&error))?;
        let Some(secret) = secret else { return Ok(None) };
        if let Some((known, smtp)) = &*self.last.lock()
            && known.expose_secret() == secret.expose_secret()
        {
            return Ok(Some(smtp.clone()));
        }
        let smtp = MailServer::unseal(&secret).map_err(|error| not_now(&error))?.transport()?;
        *self.last.lock() = Some((secret, smtp.clone()));
        Ok(Some(smtp))
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

    fn mails(folder: &std::path::Path) -> Vec<Vec<u8>> {
        let files = std::fs::read_dir(folder.join("outbox")).into_iter().flatten().flatten();
        files.map(|file| std::fs::read(file.path()).unwrap()).collect()
    }

    async fn name(vault: &dyn Vault, server: &SecretString) {
        vault.put_pending(&SecretName::MailServer, server).await.unwrap();
        vault.promote(&SecretName::MailServer).await.unwrap();
    }

    #[tokio::test]
    async fn without_a_server_it_is_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let (_, transport) = bench(folder.path()).await;
        let path = folder.path().to_owned();
        let sent = move || std::future::ready(mails(&path));
        mail::conforms(Bench { transport: Arc::new(transport), sent }).await;
    }

    #[tokio::test]
    async fn a_server_that_is_set_takes_the_next_email_and_the_folder_none() {
        let folder = tempfile::tempdir().unwrap();
        let (vault, transport) = bench(folder.path()).await;
        transport.send(&email("ada@contoso.example")).await.unwrap();
        assert_eq!(mails(folder.path()).len(), 1);

        let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        name(&*vault, &MailServer::new(&format!("smtp://{free}"), None).unwrap().seal()).await;
        let told = transport.send(&email("bo@contoso.example")).await.unwrap_err();
        assert!(matches!(&told, MailError::NotNow { reason } if reason.contains(&free.to_string())), "{told}");
        assert_eq!(mails(folder.path()).len(), 1, "an email that waits for its server is in no folder");

        vault.remove(&SecretName::MailServer).await.unwrap();
        transport.send(&email("cy@contoso.example")).await.unwrap();
        assert_eq!(mails(folder.path()).len(), 2);
    }

    #[tokio::test]
    async fn a_secret_that_names_no_server_keeps_the_email() {
        let folder = tempfile::tempdir().unwrap();
        let (vault, transport) = bench(folder.path()).await;
        for damaged in ["canary", r#"{"url":"smtp://mail.example.com","login":null}"#] {
            name(&*vault, &SecretString::from(damaged)).await;
            let told = transport.send(&email("ada@contoso.example")).await.unwrap_err();
            assert!(matches!(&told, MailError::NotNow { reason } if !reason.contains("canary")), "{told}");
        }
        assert!(mails(folder.path()).is_empty());
    }

    #[test]
    fn the_password_does_not_show_itself() {
        let login = Login { user: "regrant".into(), password: "canary".into() };
        let server = MailServer::new("smtps://mail.example.com", Some(login)).unwrap();
        assert!(!format!("{server:?}").contains("canary"));
        let read = MailServer::unseal(&server.seal()).unwrap();
        assert_eq!((read.url(), read.user()), ("smtps://mail.example.com", Some("regrant")));
    }
}
