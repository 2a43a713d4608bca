//! A schedule: every org is looked at.

use regrant::domain::scan::Scan;
use regrant::ledger::LedgerError;
use regrant::usecases::save::resume::{ResumeError, resume_saves};
use regrant::usecases::start_scan::{Selection, StartScanError, start_scan};

use crate::{App, DrainError, drain};

/// How many orgs are looked at at once in one invocation.
const WORKERS: usize = 8;

/// Why a scheduled scan failed.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    /// It did not start.
    #[error(transparent)]
    Start(#[from] StartScanError),
    /// It started and was not worked off.
    #[error(transparent)]
    Drain(#[from] DrainError),
    /// Unfinished saves were not queued again.
    #[error(transparent)]
    Resume(#[from] ResumeError),
    /// Its totals could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Queues again what saves were left unfinished, starts a scan of every org, one message each, and works the queue off, since the embedded queue lives in this
/// process and nobody else can.
pub async fn handle_schedule(app: &App) -> Result<Scan, ScheduleError> {
    resume_saves(&app.ports).await?;
    let started = start_scan(&app.ports, &Selection::All).await?;
    drain(&app.ports, WORKERS, || ()).await?;
    Ok(app.ports.ledger.scan(&started.id).await?.unwrap_or(started))
}
