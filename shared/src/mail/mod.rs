//! Mail: what letters say ([`letters`]), and letters on their way. A carrier takes a letter as it is.

pub(crate) mod email;

use async_trait::async_trait;

pub use email::{Address, InvalidLetter, Letter, MessageId, NOTICE_TAG, REQUEST_TAG};

/// Why a letter was not taken.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// It cannot be a mail.
    #[error(transparent)]
    Invalid(#[from] InvalidLetter),
    /// The carrier will never take it: trying again does not help.
    #[error("the mail was refused: {reason}")]
    Refused {
        /// What the carrier said, and what to do.
        reason: String,
    },
    /// The carrier could not take it now.
    #[error("the mail could not be sent: {reason}; it is tried again")]
    NotNow {
        /// What happened.
        reason: String,
    },
}

/// Somebody who takes letters.
#[async_trait]
pub trait Carrier: Send + Sync {
    /// Hands a letter over. The carrier's own id of it is for the audit trail.
    async fn send(&self, letter: &Letter) -> Result<MessageId, MailError>;
}
