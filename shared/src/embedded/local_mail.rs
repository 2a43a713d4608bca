//! The carrier of one machine: the mail server that the vault names, or a folder while it names none.
//!
//! The vault keeps the server with its login, since whoever may hand letters to it can write in our name. It is asked for
//! each letter, so that a process that runs for months hands over to the server that somebody set a minute ago.

use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::folder::Folder;
use super::smtp::{Login, NotAMailServer, Smtp, SmtpConfig};
use crate::mail::{Carrier, Letter, MailError, MessageId};
use crate::vault::{NotUnsealed, SecretName, Stage, Vault, seal, unseal};

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

    /// The user that letters are handed over as, where it wants one.
    pub fn user(&self) -> Option<&str> {
        self.login.as_ref().map(|login| login.user.expose_secret())
    }

    /// The carrier that hands letters to it. Connects with the first one.
    pub fn carrier(&self) -> Result<Smtp, MailError> {
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

/// The carrier of one machine.
pub struct LocalMail {
    vault: Arc<dyn Vault>,
    folder: Folder,
    /// The server as it was when the last letter was handed over, so that its connection serves the next.
    last: Mutex<Option<(SecretString, Smtp)>>,
}

impl LocalMail {
    /// Hands letters to the server that `vault` names, and into `folder` while it names none.
    pub fn new(vault: Arc<dyn Vault>, folder: Folder) -> Self {
        Self { vault, folder, last: Mutex::default() }
    }

    /// The server that the vault names now. A vault that does not serve is no reason to leave letters in a folder.
    async fn server(&self) -> Result<Option<Smtp>, MailError> {
        let not_now = |error: &dyn std::fmt::Display| MailError::NotNow { reason: error.to_string() };
        let secret = self.vault.get(&SecretName::MailServer, Stage::Current).await.map_err(|error| not_now(&error))?;
        let Some(secret) = secret else { return Ok(None) };
        if let Some((known, smtp)) = &*self.last.lock()
            && known.expose_secret() == secret.expose_secret()
        {
            return Ok(Some(smtp.clone()));
        }
        let smtp = MailServer::unseal(&secret).map_err(|error| not_now(&error))?.carrier()?;
        *self.last.lock() = Some((secret, smtp.clone()));
        Ok(Some(smtp))
    }
}

#[async_trait]
impl Carrier for LocalMail {
    async fn send(&self, letter: &Letter) -> Result<MessageId, MailError> {
        match self.server().await? {
            Some(server) => server.send(letter).await,
            None => self.folder.send(letter).await,
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
    use crate::testing::mail::{Bench, letter};

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
        let (_, carrier) = bench(folder.path()).await;
        let path = folder.path().to_owned();
        let sent = move || std::future::ready(mails(&path));
        mail::conforms(Bench { carrier: Arc::new(carrier), sent }).await;
    }

    #[tokio::test]
    async fn a_server_that_is_set_takes_the_next_letter_and_the_folder_none() {
        let folder = tempfile::tempdir().unwrap();
        let (vault, carrier) = bench(folder.path()).await;
        carrier.send(&letter("ada@contoso.example")).await.unwrap();
        assert_eq!(mails(folder.path()).len(), 1);

        let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        name(&*vault, &MailServer::new(&format!("smtp://{free}"), None).unwrap().seal()).await;
        let told = carrier.send(&letter("bo@contoso.example")).await.unwrap_err();
        assert!(matches!(&told, MailError::NotNow { reason } if reason.contains(&free.to_string())), "{told}");
        assert_eq!(mails(folder.path()).len(), 1, "a letter that waits for its server is in no folder");

        vault.remove(&SecretName::MailServer).await.unwrap();
        carrier.send(&letter("cy@contoso.example")).await.unwrap();
        assert_eq!(mails(folder.path()).len(), 2);
    }

    #[tokio::test]
    async fn a_secret_that_names_no_server_keeps_the_letter() {
        let folder = tempfile::tempdir().unwrap();
        let (vault, carrier) = bench(folder.path()).await;
        for damaged in ["canary", r#"{"url":"smtp://mail.example.com","login":null}"#] {
            name(&*vault, &SecretString::from(damaged)).await;
            let told = carrier.send(&letter("ada@contoso.example")).await.unwrap_err();
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
