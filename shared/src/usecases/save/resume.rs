//! Queuing unfinished saves again: after a restart, and whenever a scheduled scan begins.

use futures_util::TryStreamExt as _;

use crate::ledger::{LedgerError, paging};
use crate::queue::{QueueError, SaveApp};
use crate::usecases::Ports;

/// How many journals are read at a time.
const PAGE: u32 = 200;

/// Why unfinished saves were not queued.
#[derive(Debug, thiserror::Error)]
pub enum ResumeError {
    /// The ledger operation failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The queue operation failed.
    #[error(transparent)]
    Queue(#[from] QueueError),
}

/// Queues every save that is not settled. Returns their number. A save in progress is not disturbed, because its worker holds
/// the lease.
pub async fn resume_saves(ports: &Ports) -> Result<usize, ResumeError> {
    let mut queued = 0;
    let mut pages = paging::pages(PAGE, |page| ports.ledger.unsettled_saves(page));
    while let Some(journals) = pages.try_next().await? {
        let mut messages = Vec::new();
        for journal in journals {
            // What began in an org that was removed stays as it is, for the audit trail.
            if ports.ledger.app(&journal.org, &journal.app).await?.is_some() {
                let (org, app, session) = (journal.org, journal.app, journal.session);
                messages.push(SaveApp::continued(org, app, session));
            }
        }
        ports.queues.saves.send(&messages).await?;
        queued += messages.len();
    }
    Ok(queued)
}
