//! Mail: what emails say ([`emails`]), and emails on their way. A transport takes an email as it is.

pub(crate) mod email;

use async_trait::async_trait;

pub use email::{Address, Email, InvalidEmail, MessageId, NOTIFICATION_TAG, REQUEST_TAG};

/// Why an email was not taken.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// It cannot be a mail.
    #[error(transparent)]
    Invalid(#[from] InvalidEmail),
    /// The transport will never take it: trying again does not help.
    #[error("the mail was refused: {reason}")]
    Refused {
        /// What the transport said, and what to do.
        reason: String,
    },
    /// The transport could not take it now.
    #[error("the mail could not be sent: {reason}; it is tried again")]
    NotNow {
        /// What happened.
        reason: String,
    },
}

/// Somebody who takes emails.
#[async_trait]
pub trait MailTransport: Send + Sync {
    /// Hands an email over. The transport's own id of it is for the audit trail.
    async fn send(&self, email: &Email) -> Result<MessageId, MailError>;
}
