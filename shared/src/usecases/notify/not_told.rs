//! Why somebody was not told, in the words of whoever would have told them.
//!
//! Carriers of mail and hooks fail in their own ways and say so in their own words. What becomes of the notification hangs on
//! one question only: whether trying again may help.

use crate::hooks::HookError;
use crate::mail::{InvalidEmail, MailError};

/// Why a recipient was not told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NotTold {
    /// It may be taken later.
    NotNow {
        /// What happened.
        reason: String,
    },
    /// It will never be taken.
    Never {
        /// Why, and what to do.
        reason: String,
    },
}

impl From<MailError> for NotTold {
    fn from(error: MailError) -> Self {
        match error {
            MailError::NotNow { reason } => Self::NotNow { reason },
            MailError::Refused { .. } | MailError::Invalid(_) => Self::Never { reason: error.to_string() },
        }
    }
}

impl From<InvalidEmail> for NotTold {
    fn from(invalid: InvalidEmail) -> Self {
        Self::Never { reason: invalid.to_string() }
    }
}

impl From<HookError> for NotTold {
    fn from(error: HookError) -> Self {
        let reason = error.to_string();
        match error {
            HookError::NotNow(_) => Self::NotNow { reason },
            HookError::Refused { .. } | HookError::Unusable(_) => Self::Never { reason },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn never(told: NotTold) -> Option<String> {
        match told {
            NotTold::Never { reason } => Some(reason),
            NotTold::NotNow { .. } => None,
        }
    }

    #[test]
    fn what_a_hook_says_is_not_said_of_a_mail() {
        let errors = [
            HookError::Refused { status: 410 },
            HookError::Unusable("its address is none that may be called".to_owned()),
            HookError::NotNow("it answered 503".to_owned()),
        ];
        for error in errors {
            let words = error.to_string();
            let again = matches!(error, HookError::NotNow(_));
            let (NotTold::NotNow { reason } | NotTold::Never { reason }) = NotTold::from(error.clone());
            assert_eq!(reason, words);
            assert!(reason.contains("hook") && !reason.contains("mail"), "{reason}");
            assert_eq!(never(error.into()).is_none(), again, "{words}");
        }
    }

    #[test]
    fn a_carrier_that_cannot_now_is_told_from_one_that_never_will() {
        let not_now = MailError::NotNow { reason: "421 busy".to_owned() };
        assert_eq!(NotTold::from(not_now), NotTold::NotNow { reason: "421 busy".to_owned() });
        let refused = MailError::Refused { reason: "550 no such user".to_owned() };
        assert_eq!(never(refused.into()).as_deref(), Some("the email was rejected: 550 no such user"));
    }
}
