//! Ending a save: the outcome goes to its journal first, and from there to all records.

use crate::domain::save::SaveOutcome;
use crate::usecases::Ports;
use crate::usecases::records::consent_error::ConsentError;

use super::journal::OpenJournal;
use super::outcome::{not_on, settle};

/// Ends a save with this outcome, and records it.
pub(super) async fn end(ports: &Ports, journal: OpenJournal, outcome: SaveOutcome) -> Result<(), ConsentError> {
    let journal = journal.finish(ports, outcome).await?;
    settle(ports, &journal.record).await
}

/// Ends a save that did not switch the connection on. If provisioning was on before, the operators are alerted.
pub(super) async fn end_unfinished(
    ports: &Ports,
    journal: OpenJournal,
    reason: String,
) -> Result<SaveOutcome, ConsentError> {
    let outcome = not_on(&journal.record, reason);
    end(ports, journal, outcome.clone()).await?;
    Ok(outcome)
}
