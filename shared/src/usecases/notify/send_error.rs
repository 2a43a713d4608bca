//! Why a notification was not delivered.
//!
//! Mail transports and hooks fail in different ways. For the notification, only one distinction matters: whether a retry may
//! succeed.

use crate::hooks::HookError;
use crate::mail::{InvalidEmail, MailError};

/// Why a notification was not delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SendError {
    /// A retry may succeed.
    Retryable {
        /// The cause.
        reason: String,
    },
    /// A retry cannot succeed.
    Permanent {
        /// The cause and the next step.
        reason: String,
    },
}

impl From<MailError> for SendError {
    fn from(error: MailError) -> Self {
        match error {
            MailError::NotNow { reason } => Self::Retryable { reason },
            MailError::Refused { .. } | MailError::Invalid(_) => Self::Permanent { reason: error.to_string() },
        }
    }
}

impl From<InvalidEmail> for SendError {
    fn from(invalid: InvalidEmail) -> Self {
        Self::Permanent { reason: invalid.to_string() }
    }
}

impl From<HookError> for SendError {
    fn from(error: HookError) -> Self {
        let reason = error.to_string();
        match error {
            HookError::NotNow(_) => Self::Retryable { reason },
            HookError::Refused { .. } | HookError::Rejected { .. } | HookError::Unusable(_) => {
                Self::Permanent { reason }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permanent(error: SendError) -> Option<String> {
        match error {
            SendError::Permanent { reason } => Some(reason),
            SendError::Retryable { .. } => None,
        }
    }

    #[test]
    fn hook_errors_do_not_mention_mail() {
        let errors = [
            HookError::Refused { status: 410 },
            HookError::Rejected { status: 400, said: "Invalid table incdent".to_owned() },
            HookError::Unusable("hooks may not call this address".to_owned()),
            HookError::NotNow("it answered 503".to_owned()),
        ];
        for error in errors {
            let text = error.to_string();
            let is_retryable = matches!(error, HookError::NotNow(_));
            let (SendError::Retryable { reason } | SendError::Permanent { reason }) = SendError::from(error.clone());
            assert_eq!(reason, text);
            assert!(reason.contains("hook") && !reason.contains("mail"), "{reason}");
            assert_eq!(permanent(error.into()).is_none(), is_retryable, "{text}");
        }
    }

    #[test]
    fn temporary_and_permanent_mail_errors_differ() {
        let not_now = MailError::NotNow { reason: "421 busy".to_owned() };
        assert_eq!(SendError::from(not_now), SendError::Retryable { reason: "421 busy".to_owned() });
        let refused = MailError::Refused { reason: "550 no such user".to_owned() };
        assert_eq!(permanent(refused.into()).as_deref(), Some("the email was rejected: 550 no such user"));
    }
}
