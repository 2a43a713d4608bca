//! The estate: rows for its table, and snapshots of its counts.

use rusqlite::{Connection, Row, params};

use super::error::SqliteError;
use crate::domain::access_policy::Scope;
use crate::domain::estate::{EstateRow, EstateSnapshot};
use crate::domain::standing::Standing;
use crate::domain::tenant::TenantName;
use crate::domain::text::UntrustedText;
use crate::ledger::stored::{from_json, from_text, from_time, to_json, to_time};
use crate::ledger::{LedgerError, retention};

/// The rows of every app, from stored columns: no record is parsed.
pub(super) const ROWS: &str = "SELECT app.org, app.org_domain, org.customer, app.app, app.label, app.tenant, app.standing, app.cause, \
     app.since, app.as_of, app.request, app.waived FROM app JOIN org ON org.id = app.org";

pub(super) fn rows(connection: &Connection, scope: &Scope) -> Result<Vec<EstateRow>, SqliteError> {
    let (condition, names) = match scope {
        Scope::All => ("", None),
        Scope::Only(names) => (" WHERE org.customer IN (SELECT value FROM json_each(?1))", Some(to_json(names)?)),
        Scope::AllBut(names) => (" WHERE org.customer NOT IN (SELECT value FROM json_each(?1))", Some(to_json(names)?)),
    };
    let mut statement = connection.prepare_cached(&format!("{ROWS}{condition}"))?;
    let mut rows = match names {
        Some(names) => statement.query(params![names])?,
        None => statement.query([])?,
    };
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

fn read(row: &Row<'_>) -> Result<EstateRow, SqliteError> {
    let (org, app): (String, String) = (row.get(0)?, row.get(3)?);
    let what = || "a row of the estate".to_owned();
    let optional_time = |column: usize| -> Result<_, SqliteError> {
        Ok(row.get::<_, Option<String>>(column)?.map(|time| to_time(&time, what)).transpose()?)
    };
    let severity: i64 = row.get(6)?;
    let standing = usize::try_from(severity).ok().and_then(|severity| Standing::ALL.get(severity).copied());
    Ok(EstateRow {
        org: from_text(org, what)?,
        org_domain: row.get(1)?,
        customer: row.get::<_, Option<String>>(2)?.map(|customer| from_text(customer, what)).transpose()?,
        app: from_text(app, what)?,
        label: UntrustedText::new(row.get::<_, String>(4)?),
        tenant: row.get::<_, Option<String>>(5)?.map(TenantName::from),
        standing: standing.ok_or_else(|| LedgerError::Unreadable { what: what() })?,
        cause: UntrustedText::new(row.get::<_, Option<String>>(7)?.unwrap_or_default()),
        since: optional_time(8)?,
        checked_at: optional_time(9)?.ok_or_else(|| LedgerError::Unreadable { what: what() })?,
        request: row.get::<_, Option<String>>(10)?.map(|request| from_text(request, what)).transpose()?,
        waived_until: optional_time(11)?,
    })
}

pub(super) fn put_snapshot(connection: &Connection, snapshot: &EstateSnapshot) -> Result<(), SqliteError> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO estate_snapshot (at, expires_at, record) VALUES (?1, ?2, ?3)")?
        .execute(params![
        from_time(snapshot.at),
        from_time(retention::snapshot_expires_at(snapshot.at)),
        to_json(snapshot)?
    ])?;
    Ok(())
}

pub(super) fn snapshots(connection: &Connection, most: u32) -> Result<Vec<EstateSnapshot>, SqliteError> {
    let mut statement = connection.prepare_cached("SELECT record FROM estate_snapshot ORDER BY at DESC LIMIT ?1")?;
    let rows = statement.query_map([most], |row| row.get::<_, String>(0))?;
    rows.map(|row| Ok(from_json(&row?, || "a snapshot of the estate".to_owned())?)).collect()
}
