//! Notify: the right person hears once, in time.
//!
//! [`plan`] finds out who has to be told what and writes it into the ledger; [`send`] tells one recipient one thing;
//! [`sweep`] takes up what was left lying; [`look_up`] shows a reader how the matter has gone on. Each can be repeated, and
//! none needs Okta or Microsoft: the alarm does not depend on what it watches.

pub mod contacts;
pub mod delivery;
pub(super) mod envelope;
pub mod failed_work;
pub mod hook;
mod link;
pub mod look_up;
mod matter;
pub mod mute;
mod not_told;
pub mod plan;
pub mod send;
pub mod sweep;
pub mod test_email;
pub mod waive;
pub mod work;
mod writing;

use crate::ledger::LedgerError;
use crate::queue::QueueError;

use crate::domain::failure::consent::ConsentFailure;

use crate::usecases::access::keys::KeysError;
use crate::usecases::consent::invite::InviteError;
use crate::usecases::records::consent_error::ConsentError;

/// Why something could not be told. Nothing is lost: what is in the ledger is taken up again.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// The ledger did not serve.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The queue did not serve.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// There are no keys to sign a link with.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The hooks could not be read.
    #[error(transparent)]
    Hooks(#[from] hook::HooksError),
    /// There is no link to ask with.
    #[error("there is no link for the email: {0}")]
    Link(#[from] InviteError),
}

impl From<NotifyError> for ConsentError {
    fn from(error: NotifyError) -> Self {
        Self::new(ConsentFailure::NotStored, error.to_string())
    }
}
