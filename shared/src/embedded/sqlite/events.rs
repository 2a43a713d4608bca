//! Events: the audit trail of an app.

use rusqlite::{Connection, Transaction, named_params, params};

use super::error::SqliteError;
use super::trails;
use crate::domain::event::AppEvent;
use crate::domain::id::{AppId, OrgId};
use crate::ledger::cursor::{ListCursors, rows_to_ask_for};
use crate::ledger::stored::{from_json, from_time, not_chained, to_json};
use crate::ledger::{Page, PageRequest};

/// Appends events to their app's hash chain. The caller's transaction makes them atomic with the change that they record,
/// and keeps other writers from appending in between.
pub(super) fn append(
    transaction: &Transaction<'_>,
    org: &OrgId,
    app: &AppId,
    events: &[AppEvent],
) -> Result<(), SqliteError> {
    if events.is_empty() {
        return Ok(());
    }
    let mut head = trails::head(transaction, org, app)?;
    let mut statement = transaction.prepare_cached(
        "INSERT INTO event (org, app, at, event, number, previous, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for event in events {
        let (entry, next) = head.append(event).ok_or_else(not_chained)?;
        statement.execute(params![
            org.as_str(),
            app.as_str(),
            from_time(event.at),
            to_json(event)?,
            entry.number.cast_signed(),
            entry.previous.as_str(),
            entry.hash.as_str()
        ])?;
        head = next;
    }
    trails::put_head(transaction, &head)
}

/// Events by time, and in the order of writing at equal times.
pub(super) fn list(
    connection: &Connection,
    org: &OrgId,
    app: &AppId,
    page: &PageRequest,
) -> Result<Page<AppEvent>, SqliteError> {
    let cursors = ListCursors::for_list(&[Some("events"), Some(org.as_str()), Some(app.as_str())]);
    let (at, seq): (String, i64) = cursors.start(page)?.unwrap_or_default();
    let mut statement = connection.prepare_cached(
        "SELECT at, seq, event FROM event
         WHERE org = :org AND app = :app AND (at, seq) > (:at, :seq)
         ORDER BY at, seq LIMIT :limit",
    )?;
    let rows = statement.query_map(
        named_params! { ":org": org.as_str(), ":app": app.as_str(), ":at": at, ":seq": seq, ":limit": rows_to_ask_for(page) },
        |row| Ok(((row.get::<_, String>(0)?, row.get::<_, i64>(1)?), row.get::<_, String>(2)?)),
    )?;
    cursors.page(
        page,
        rows.map(|row| {
            let (key, event) = row?;
            let event = from_json(&event, || format!("an event of app {app} of org {org}"))?;
            Ok((key, event))
        }),
    )
}
