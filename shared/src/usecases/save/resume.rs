//! Queuing unfinished saves again: after a restart, and whenever a scheduled scan begins.

use crate::domain::save::ConfirmedBy;
use crate::ledger::{LedgerError, PageRequest};
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
    let (mut queued, mut request) = (0, PageRequest::first(PAGE));
    loop {
        let page = ports.ledger.unsettled_saves(request).await?;
        let mut messages = Vec::new();
        for journal in page.items {
            // The journal of a removed app stays unchanged, for the audit trail.
            if ports.ledger.app(&journal.org, &journal.app).await?.is_some() {
                let (org, app, session) = (journal.org, journal.app, journal.session);
                messages.push(SaveApp { org, app, session, confirmed_by: ConfirmedBy::NoOne });
            }
        }
        ports.queues.saves.send(&messages).await?;
        queued += messages.len();
        let Some(after) = page.next else { return Ok(queued) };
        request = PageRequest { after: Some(after), limit: PAGE };
    }
}
