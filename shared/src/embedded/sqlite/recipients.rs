//! What prevents email: mutes and suppressions, which are found by the digest of an address, and holds.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::error::SqliteError;
use crate::domain::contact::MailAddress;
use crate::domain::id::{OrgId, RequestId, Sha256Digest};
use crate::domain::mail_hold::MailHold;
use crate::ledger::cursor::{ListCursors, rows_to_ask_for};
use crate::ledger::stored::{from_json, from_text, from_time, to_json};
use crate::ledger::{LedgerError, Page, PageRequest, Suppression};

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

pub(super) fn unmute(
    connection: &Connection,
    request: &RequestId,
    address: &Sha256Digest,
) -> Result<bool, SqliteError> {
    let removed = connection
        .prepare_cached("DELETE FROM mute WHERE request = ?1 AND address = ?2")?
        .execute([request.as_str(), address.as_str()])?;
    Ok(removed == 1)
}

pub(super) fn suppress(
    connection: &Connection,
    address: &MailAddress,
    suppression: &Suppression,
) -> Result<(), SqliteError> {
    connection
        .prepare_cached(
            "INSERT INTO suppression (digest, address, record) VALUES (?1, ?2, ?3)
             ON CONFLICT (digest) DO UPDATE SET address = ?2, record = ?3",
        )?
        .execute([address.digest().as_str(), address.as_str(), &to_json(suppression)?])?;
    Ok(())
}

pub(super) fn suppression(connection: &Connection, address: &Sha256Digest) -> Result<Option<Suppression>, SqliteError> {
    let record: Option<String> = connection
        .prepare_cached("SELECT record FROM suppression WHERE digest = ?1")?
        .query_row([address.as_str()], |row| row.get(0))
        .optional()?;
    Ok(record.map(|record| read_suppression(&record)).transpose()?)
}

fn read_suppression(record: &str) -> Result<Suppression, LedgerError> {
    from_json(record, || "the suppression of an address".to_owned())
}

pub(super) fn suppressions(
    connection: &Connection,
    page: &PageRequest,
) -> Result<Page<(MailAddress, Suppression)>, SqliteError> {
    let cursors = ListCursors::for_list(&[Some("suppressions")]);
    let after: String = cursors.start(page)?.unwrap_or_default();
    let mut statement = connection
        .prepare_cached("SELECT digest, address, record FROM suppression WHERE digest > ?1 ORDER BY digest LIMIT ?2")?;
    let rows = statement.query_map(params![after, rows_to_ask_for(page)], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
    })?;
    cursors.page(
        page,
        rows.map(|row| {
            let (digest, address, record) = row?;
            let address = from_text(address, || "a suppressed address".to_owned())?;
            Ok((digest, (address, read_suppression(&record)?)))
        }),
    )
}

pub(super) fn lift(connection: &Connection, address: &Sha256Digest) -> Result<(), SqliteError> {
    connection.prepare_cached("DELETE FROM suppression WHERE digest = ?1")?.execute([address.as_str()])?;
    Ok(())
}

/// The key of a hold: the org, or nothing for the whole installation.
fn scope(org: Option<&OrgId>) -> &str {
    org.map_or("", OrgId::as_str)
}

pub(super) fn put_hold(connection: &Connection, hold: &MailHold) -> Result<(), SqliteError> {
    connection
        .prepare_cached(
            "INSERT INTO mail_hold (org, record) VALUES (?1, ?2) ON CONFLICT (org) DO UPDATE SET record = ?2",
        )?
        .execute([scope(hold.org.as_ref()), &to_json(hold)?])?;
    Ok(())
}

pub(super) fn hold(connection: &Connection, org: Option<&OrgId>) -> Result<Option<MailHold>, SqliteError> {
    let record: Option<String> = connection
        .prepare_cached("SELECT record FROM mail_hold WHERE org = ?1")?
        .query_row([scope(org)], |row| row.get(0))
        .optional()?;
    Ok(record.map(|record| read_hold(&record)).transpose()?)
}

pub(super) fn holds(connection: &Connection, page: &PageRequest) -> Result<Page<MailHold>, SqliteError> {
    let cursors = ListCursors::for_list(&[Some("mail holds")]);
    let after: Option<String> = cursors.start(page)?;
    let mut statement = connection
        .prepare_cached("SELECT org, record FROM mail_hold WHERE ?1 IS NULL OR org > ?1 ORDER BY org LIMIT ?2")?;
    let rows = statement.query_map(params![after, rows_to_ask_for(page)], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    })?;
    cursors.page(
        page,
        rows.map(|row| {
            let (org, record) = row?;
            Ok((org, read_hold(&record)?))
        }),
    )
}

fn read_hold(record: &str) -> Result<MailHold, LedgerError> {
    from_json(record, || "a mail hold".to_owned())
}
