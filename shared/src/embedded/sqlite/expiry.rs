//! Deletion of expired records.

use jiff::Timestamp;
use rusqlite::Connection;

use super::error::SqliteError;
use crate::ledger::stored::from_time;

/// One statement for each kind of record that expires. Deleting a scan deletes its results for the orgs too.
pub(super) const DELETE_EXPIRED: [&str; 6] = [
    "DELETE FROM session WHERE expires_at <= ?1",
    "DELETE FROM invitation WHERE expires_at <= ?1",
    "DELETE FROM notification WHERE expires_at <= ?1",
    "DELETE FROM estate_snapshot WHERE expires_at <= ?1",
    "DELETE FROM lease WHERE expires_at <= ?1",
    "DELETE FROM scan WHERE expires_at <= ?1 AND seq <> (SELECT seq FROM scan ORDER BY started_at DESC, seq DESC LIMIT 1)",
];

pub(super) fn delete_expired(connection: &mut Connection, now: Timestamp) -> Result<u64, SqliteError> {
    let transaction = connection.transaction()?;
    let mut deleted = 0;
    for statement in DELETE_EXPIRED {
        deleted += transaction.execute(statement, [from_time(now)])? as u64;
    }
    transaction.commit()?;
    Ok(deleted)
}
