//! Why a hook call failed.

/// Why a hook call failed. No error contains the URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HookError {
    /// The receiver rejected the call permanently.
    #[error("the hook's server returned {status}; check the hook's address and whether it still exists")]
    Refused {
        /// The HTTP status.
        status: u16,
    },
    /// The ticket system rejected a call permanently.
    #[error("the hook's ticket system returned {status}: {said}")]
    Rejected {
        /// The HTTP status.
        status: u16,
        /// Its own words.
        said: String,
    },
    /// The call cannot be made.
    #[error("the hook cannot be called: {0}; remove it and add it again")]
    Unusable(String),
    /// The receiver is temporarily unavailable.
    #[error("the hook's server did not accept the call: {0}")]
    NotNow(String),
}
