//! The error that ends a consent or a save: which page the person sees, and what only the log records.

use crate::domain::claims_challenge::ClaimsChallenge;
use crate::domain::failure::consent::ConsentFailure;
use crate::ledger::LedgerError;
use crate::microsoft::MicrosoftError;
use crate::okta::OktaError;
use crate::queue::QueueError;
use crate::vault::{NotUnsealed, VaultError};

/// Why a consent or a save failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {cause}", failure.name())]
pub struct ConsentError {
    /// The page that the person sees.
    pub failure: ConsentFailure,
    /// Microsoft's or Okta's error code. It selects the explanation on the page and has no other effect.
    pub code: Option<String>,
    /// The id that Microsoft's or Okta's support asks for: a correlation id, a request id or an `errorId`.
    pub trace: Option<String>,
    /// What Microsoft requires of the next sign-in.
    pub claims: Option<ClaimsChallenge>,
    /// The cause in technical terms, for the log.
    pub cause: String,
}

impl ConsentError {
    /// An error without a vendor code.
    pub fn new(failure: ConsentFailure, cause: impl Into<String>) -> Self {
        Self { failure, code: None, trace: None, claims: None, cause: cause.into() }
    }
}

macro_rules! not_stored {
    ($($error:ty),+) => {
        $(impl From<$error> for ConsentError {
            fn from(error: $error) -> Self {
                Self::new(ConsentFailure::NotStored, error.to_string())
            }
        })+
    };
}

not_stored!(LedgerError, VaultError, NotUnsealed, QueueError);

impl From<MicrosoftError> for ConsentError {
    fn from(error: MicrosoftError) -> Self {
        let trace = match &error {
            MicrosoftError::OAuth(refusal) => refusal.correlation_id.clone(),
            MicrosoftError::Graph(refusal) => refusal.request_id.clone(),
            _ => None,
        };
        let claims = error.claims_challenge().cloned();
        Self { failure: error.consent_failure(), code: error.code(), trace, claims, cause: error.to_string() }
    }
}

impl From<OktaError> for ConsentError {
    fn from(error: OktaError) -> Self {
        let failure = if error.is_transient() { ConsentFailure::OktaDown } else { ConsentFailure::OktaRefused };
        let trace = match &error {
            OktaError::Api(answer) => answer.error_id.clone(),
            _ => None,
        };
        Self { failure, code: error.code().map(str::to_owned), trace, claims: None, cause: error.to_string() }
    }
}
