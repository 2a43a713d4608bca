//! Optimistic locking: read a record, decide on a change, write it if no other writer changed the record in between.

use crate::ledger::LedgerError;

/// How often to decide again after another writer changed the record first.
const MAX_ATTEMPTS: u32 = 5;

/// Changes a record under an optimistic lock. `decide` receives a fresh copy on each attempt and returns the change, or
/// `None` for no change; `write` returns `false` if another writer changed the record first. Returns the change that was
/// written.
///
/// Fails with [`LedgerError::Store`], which names `action`, if other writers were first at every attempt.
pub(crate) async fn optimistic<Record, Change, Reading, Writing>(
    action: &'static str,
    read: impl Fn() -> Reading,
    decide: impl Fn(Record) -> Option<Change>,
    write: impl Fn(Change) -> Writing,
) -> Result<Option<Change>, LedgerError>
where
    Change: Clone,
    Reading: Future<Output = Result<Record, LedgerError>>,
    Writing: Future<Output = Result<bool, LedgerError>>,
{
    for _ in 0..MAX_ATTEMPTS {
        let record = read().await?;
        let Some(change) = decide(record) else { return Ok(None) };
        if write(change.clone()).await? {
            return Ok(Some(change));
        }
        tracing::debug!(action, "another writer changed the record first; trying again");
    }
    Err(LedgerError::Store {
        action,
        reason: "other writers changed the record at every attempt; try again".to_owned(),
    })
}
