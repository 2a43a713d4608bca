//! A mail transport that delivers nothing: it writes each email to a file that mail programs can open.

use std::path::PathBuf;

use async_trait::async_trait;

use crate::embedded::private_files::{self, PrivateFileError};
use crate::mail::{Email, MailError, MailTransport, MessageId};

/// A folder of emails, one `.eml` file (RFC 5322) each. Emails contain consent links, so only the owner can read them.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder at `path`, created with the first email.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }
}

#[async_trait]
impl MailTransport for Folder {
    async fn send(&self, email: &Email) -> Result<MessageId, MailError> {
        let mime = email.to_mime()?;
        // The same email to the same person becomes the same file, so that a resend adds none.
        let name = email.digest();
        let (folder, file) = (self.0.clone(), self.0.join(format!("{name}.eml")));
        let written = tokio::task::spawn_blocking(move || {
            private_files::create_folder(&folder)?;
            private_files::write(&file, &mime)
        });
        let written = written.await.map_err(|stopped| MailError::NotNow { reason: stopped.to_string() })?;
        written.map_err(|error: PrivateFileError| MailError::NotNow { reason: error.to_string() })?;
        Ok(MessageId(name))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::testing::mail;
    use crate::testing::mail::{Bench, email};

    #[tokio::test]
    async fn conforms_to_the_mail_transport_contract() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outbox");
        let sent = {
            let path = path.clone();
            move || {
                let files = std::fs::read_dir(&path).into_iter().flatten().flatten();
                let mails: Vec<Vec<u8>> = files.map(|file| std::fs::read(file.path()).unwrap()).collect();
                std::future::ready(mails)
            }
        };
        mail::conforms(Bench { transport: Arc::new(Folder::new(&path)), sent }).await;
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_created_is_a_temporary_failure() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "in the way").unwrap();
        let refused = Folder::new(file.join("outbox")).send(&email("ada@contoso.example")).await;
        assert!(matches!(refused, Err(MailError::NotNow { .. })), "{refused:?}");
    }
}
