//! The mail port: an email, the transport that delivers it, and delivery errors. [`crate::emails`] writes what emails say.

pub(crate) mod email;

use async_trait::async_trait;

pub use email::{Address, Email, InvalidEmail, MessageId, NOTIFICATION_TAG, REQUEST_TAG};

/// Why an email could not be handed to the transport.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The email is invalid.
    #[error(transparent)]
    Invalid(#[from] InvalidEmail),
    /// The transport rejected it permanently. Retrying does not help.
    #[error("the email was rejected: {reason}")]
    Refused {
        /// The transport's response, and what to do.
        reason: String,
    },
    /// The transport failed temporarily.
    #[error("the email could not be sent: {reason}; it will be retried")]
    NotNow {
        /// What happened.
        reason: String,
    },
}

/// Delivers email: SES, SMTP or a folder.
#[async_trait]
pub trait MailTransport: Send + Sync {
    /// Sends an email. Returns the transport's message id, for the audit trail.
    async fn send(&self, email: &Email) -> Result<MessageId, MailError>;
}
