//! What keeps a notification from being sent: mutes and suppressions, by the digest of an address.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use super::error::SqliteError;
use crate::domain::id::{RequestId, Sha256Digest};
use crate::ledger::Suppression;
use crate::ledger::stored::{from_json, from_time, to_json};

pub(super) fn mute(
    connection: &Connection,
    request: &RequestId,
    address: &Sha256Digest,
    at: Timestamp,
) -> Result<(), SqliteError> {
    connection
        .prepare_cached(
            "INSERT INTO mute (request, address, at) VALUES (?1, ?2, ?3)
             ON CONFLICT (request, address) DO UPDATE SET at = ?3",
        )?
        .execute([request.as_str(), address.as_str(), &from_time(at)])?;
    Ok(())
}

pub(super) fn is_muted(
    connection: &Connection,
    request: &RequestId,
    address: &Sha256Digest,
) -> Result<bool, SqliteError> {
    Ok(connection
        .prepare_cached("SELECT 1 FROM mute WHERE request = ?1 AND address = ?2")?
        .exists([request.as_str(), address.as_str()])?)
}

pub(super) fn suppress(
    connection: &Connection,
    address: &Sha256Digest,
    suppression: &Suppression,
) -> Result<(), SqliteError> {
    connection
        .prepare_cached(
            "INSERT INTO suppression (address, record) VALUES (?1, ?2)
             ON CONFLICT (address) DO UPDATE SET record = ?2",
        )?
        .execute([address.as_str(), &to_json(suppression)?])?;
    Ok(())
}

pub(super) fn suppression(connection: &Connection, address: &Sha256Digest) -> Result<Option<Suppression>, SqliteError> {
    let record: Option<String> = connection
        .prepare_cached("SELECT record FROM suppression WHERE address = ?1")?
        .query_row([address.as_str()], |row| row.get(0))
        .optional()?;
    Ok(record.map(|record| from_json(&record, || "the suppression of an address".to_owned())).transpose()?)
}

pub(super) fn lift(connection: &Connection, address: &Sha256Digest) -> Result<(), SqliteError> {
    connection.prepare_cached("DELETE FROM suppression WHERE address = ?1")?.execute([address.as_str()])?;
    Ok(())
}
