//! A schedule: every org is to be looked at.

use regrant::domain::scan::Scan;
use regrant::usecases::save::resume::{ResumeError, resume_saves};
use regrant::usecases::scan::start::{Selection, StartScanError, start_scan};

use crate::App;

/// Why a scheduled scan failed.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    /// It did not start.
    #[error(transparent)]
    Start(#[from] StartScanError),
    /// Unfinished saves were not queued again.
    #[error(transparent)]
    Resume(#[from] ResumeError),
}

/// Queues one message an org, and again what saves were left unfinished. A save that cannot be queued does not keep a
/// scan from starting; the error is given once it has.
pub(crate) async fn start(app: &App) -> Result<Scan, ScheduleError> {
    let started = start_scan(&app.ports, &Selection::All).await;
    resume_saves(&app.ports).await?;
    Ok(started?)
}
