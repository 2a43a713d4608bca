//! Notify: informs the right people once and in time.
//!
//! - [`plan`] decides which notifications are due and writes them into the ledger. [`send`] delivers one of them by email
//!   or to a hook. [`queue_due`](mod@queue_due) queues the ones that have no message in the queue. [`work`] runs all this
//!   as queued work.
//! - [`delivery`] records bounces and complaints. [`request_status`](mod@request_status) shows a reader how the request of
//!   an email stands now. [`mute`](mod@mute) stops reminders, and [`waive`](mod@waive) postpones an app to a date.
//! - [`contacts`] and [`hook`] hold the recipients, and [`hold`] keeps email back
//!   until [`release`] sends it.
//!
//! Each of these can run again without sending a second copy. None calls Okta or Microsoft, so an outage there does not
//! delay the email that reports it. What the emails say is in [`emails`](crate::emails); which standings need action is
//! decided in [`domain`](crate::domain).

mod attempt;
mod compose;
pub mod contacts;
mod context;
pub mod delivery;
mod digest;
pub mod failed_work;
mod group;
pub mod hold;
pub mod hook;
mod link;
pub mod mute;
pub mod plan;
pub mod queue_due;
pub mod release;
pub mod remind;
pub mod request_status;
pub mod send;
mod send_error;
pub(super) mod sender;
pub mod test_email;
pub mod waive;
pub mod work;

use crate::domain::failure::consent::ConsentFailure;
use crate::ledger::LedgerError;
use crate::queue::QueueError;
use crate::usecases::access::keys::KeysError;
use crate::usecases::consent::invite::InviteError;
use crate::usecases::records::consent_error::ConsentError;

/// Why planning or sending failed. No notification is lost: the ledger keeps it, and it is queued again.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// The ledger operation failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The queue operation failed.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// The keys that sign links could not be read.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The hooks could not be read.
    #[error(transparent)]
    Hooks(#[from] hook::HooksError),
    /// The email's link could not be made.
    #[error("the email's link could not be made: {0}")]
    Link(#[from] InviteError),
}

impl From<NotifyError> for ConsentError {
    fn from(error: NotifyError) -> Self {
        Self::new(ConsentFailure::NotStored, error.to_string())
    }
}
