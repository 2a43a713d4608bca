//! Orgs.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::error::SqliteError;
use super::{invitations, sessions};
use crate::domain::id::OrgId;
use crate::domain::org::OrgProfile;
use crate::ledger::cursor::{ListCursors, rows_to_ask_for};
use crate::ledger::stored::{from_json, to_json};
use crate::ledger::{LedgerError, Page, PageRequest};

pub(super) fn put(connection: &Connection, org: &OrgProfile) -> Result<(), SqliteError> {
    connection
        .prepare_cached("INSERT INTO org (id, profile) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET profile = ?2")?
        .execute(params![org.id.as_str(), to_json(org)?])?;
    Ok(())
}

pub(super) fn get(connection: &Connection, org: &OrgId) -> Result<Option<OrgProfile>, SqliteError> {
    let profile: Option<String> = connection
        .prepare_cached("SELECT profile FROM org WHERE id = ?1")?
        .query_row([org.as_str()], |row| row.get(0))
        .optional()?;
    Ok(profile.map(|profile| read(org.as_str(), &profile)).transpose()?)
}

pub(super) fn list(connection: &Connection, page: &PageRequest) -> Result<Page<OrgProfile>, SqliteError> {
    let cursors = ListCursors::for_list(&[Some("orgs")]);
    // No id is empty, so empty text sorts before every id.
    let after: String = cursors.start(page)?.unwrap_or_default();
    let mut statement = connection.prepare_cached("SELECT id, profile FROM org WHERE id > ?1 ORDER BY id LIMIT ?2")?;
    let rows = statement.query_map(params![after, rows_to_ask_for(page)], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    })?;
    cursors.page(
        page,
        rows.map(|row| {
            let (id, profile) = row?;
            let org = read(&id, &profile)?;
            Ok((id, org))
        }),
    )
}

pub(super) fn remove(connection: &mut Connection, org: &OrgId) -> Result<(), SqliteError> {
    let transaction = connection.transaction()?;
    transaction.execute("DELETE FROM app WHERE org = ?1", [org.as_str()])?;
    transaction.execute("DELETE FROM waiver WHERE org = ?1", [org.as_str()])?;
    transaction.execute("DELETE FROM org_watch WHERE org = ?1", [org.as_str()])?;
    // In the same transaction, so that a removed org never has an open link. The time of revocation only informs the audit
    // trail, so the store's own clock is good enough.
    invitations::revoke_all(&transaction, org, Timestamp::now())?;
    sessions::delete_all(&transaction, org)?;
    transaction.execute("DELETE FROM org WHERE id = ?1", [org.as_str()])?;
    Ok(transaction.commit()?)
}

fn read(id: &str, profile: &str) -> Result<OrgProfile, LedgerError> {
    from_json(profile, || format!("org {id}"))
}
