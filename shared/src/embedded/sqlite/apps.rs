//! Apps.

use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};

use super::error::SqliteError;
use super::events;
use crate::domain::access_policy::Scope;
use crate::domain::app::AppRecord;
use crate::domain::event::AppEvent;
use crate::domain::id::{AppId, OrgId};
use crate::domain::standing::Standing;
use crate::domain::tenant::TenantName;
use crate::ledger::cursor::{ListCursors, rows_to_ask_for};
use crate::ledger::stored::{from_json, to_json};
use crate::ledger::{AppFilter, LedgerError, Page, PageRequest};

/// What apps are sorted by: severity of the standing, org domain, label, org, app.
type SortKey = (i64, String, String, String, String);

/// A standing's position in [`Standing::ALL`], which is worst first. Every row stores it, so a standing that is inserted
/// between others needs a migration that renumbers them.
fn severity(standing: Standing) -> i64 {
    // Counting avoids an integer conversion that could fail.
    Standing::ALL.into_iter().take_while(|other| *other != standing).fold(0, |count, _| count + 1)
}

/// Inserts a record unless there is one; ?8, the version, is 0.
const INSERT: &str = "INSERT INTO app (org, app, standing, org_domain, label, tenant, record, version)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 + 1)
     ON CONFLICT (org, app) DO NOTHING";
/// Replaces the record that has version ?8.
const UPDATE: &str = "UPDATE app
     SET standing = ?3, org_domain = ?4, label = ?5, tenant = ?6, record = ?7, version = version + 1
     WHERE org = ?1 AND app = ?2 AND version = ?8";

/// Replaces the record that has the same version and appends its events, in one transaction. Returns `false` if none has.
pub(super) fn record(connection: &mut Connection, app: &AppRecord, events: &[AppEvent]) -> Result<bool, SqliteError> {
    let transaction = connection.transaction()?;
    if !put(&transaction, app)? {
        return Ok(false);
    }
    events::append(&transaction, &app.identity.org, &app.identity.app, events)?;
    transaction.commit()?;
    Ok(true)
}

fn put(connection: &Connection, app: &AppRecord) -> Result<bool, SqliteError> {
    let identity = &app.identity;
    let next = AppRecord { version: app.version.saturating_add(1), ..app.clone() };
    let statement = if app.version == 0 { INSERT } else { UPDATE };
    let changed = connection.prepare_cached(statement)?.execute(params![
        identity.org.as_str(),
        identity.app.as_str(),
        severity(app.standing()),
        identity.org_domain,
        identity.label.raw(),
        identity.tenant.as_ref().map(TenantName::as_str),
        to_json(&next)?,
        app.version.cast_signed(),
    ])?;
    Ok(changed == 1)
}

pub(super) fn get(connection: &Connection, org: &OrgId, app: &AppId) -> Result<Option<AppRecord>, SqliteError> {
    let record: Option<String> = connection
        .prepare_cached("SELECT record FROM app WHERE org = ?1 AND app = ?2")?
        .query_row([org.as_str(), app.as_str()], |row| row.get(0))
        .optional()?;
    Ok(record.map(|record| read(org.as_str(), app.as_str(), &record)).transpose()?)
}

pub(super) fn list(
    connection: &Connection,
    filter: &AppFilter,
    page: &PageRequest,
) -> Result<Page<AppRecord>, SqliteError> {
    let org = filter.org.as_ref().map(OrgId::as_str);
    let tenant = filter.tenant.as_ref().map(TenantName::as_str);
    let customers = filter.customers.as_ref().map(to_json).transpose()?;
    let parts = [Some("apps"), filter.standing.map(Standing::name), org, tenant, customers.as_deref()];
    let cursors = ListCursors::for_list(&parts);
    let names = match &filter.customers {
        Some(Scope::Only(names) | Scope::AllBut(names)) => to_json(names)?,
        Some(Scope::All) | None => String::new(),
    };
    let after: Option<SortKey> = cursors.start(page)?;
    let standing = filter.standing.map(severity);
    let limit = rows_to_ask_for(page);

    let mut values: Vec<(&str, &dyn ToSql)> = vec![(":limit", &limit)];
    if standing.is_some() {
        values.push((":standing", &standing));
    }
    if org.is_some() {
        values.push((":org", &org));
    }
    if tenant.is_some() {
        values.push((":tenant", &tenant));
    }
    if matches!(filter.customers, Some(Scope::Only(_) | Scope::AllBut(_))) {
        values.push((":customers", &names));
    }
    if let Some((after_standing, after_domain, after_label, after_org, after_app)) = &after {
        values.extend([
            (":after_standing", after_standing as &dyn ToSql),
            (":after_domain", after_domain),
            (":after_label", after_label),
            (":after_org", after_org),
            (":after_app", after_app),
        ]);
    }
    let mut statement = connection.prepare_cached(&query(filter, after.is_some()))?;
    let rows = statement.query_map(&*values, |row| Ok((sort_key(row)?, row.get::<_, String>(5)?)))?;
    cursors.page(
        page,
        rows.map(|row| {
            let (key, record) = row?;
            let app = read(&key.3, &key.4, &record)?;
            Ok((key, app))
        }),
    )
}

/// The query for a filter. It contains only the conditions that apply, so that `SQLite` chooses the matching index.
pub(super) fn query(filter: &AppFilter, has_cursor: bool) -> String {
    let conditions: Vec<_> = [
        filter.standing.is_some().then_some("standing = :standing"),
        filter.org.is_some().then_some("org = :org"),
        filter.tenant.is_some().then_some("tenant = :tenant"),
        match filter.customers {
            None | Some(Scope::All) => None,
            Some(Scope::Only(_)) => {
                Some("org IN (SELECT id FROM org WHERE customer IN (SELECT value FROM json_each(:customers)))")
            }
            Some(Scope::AllBut(_)) => {
                Some("org IN (SELECT id FROM org WHERE customer NOT IN (SELECT value FROM json_each(:customers)))")
            }
        },
        has_cursor.then_some(
            "(standing, org_domain, label, org, app) \
             > (:after_standing, :after_domain, :after_label, :after_org, :after_app)",
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    let condition = if conditions.is_empty() { String::new() } else { format!("WHERE {}", conditions.join(" AND ")) };
    format!(
        "SELECT standing, org_domain, label, org, app, record FROM app {condition} \
         ORDER BY standing, org_domain, label, org, app LIMIT :limit"
    )
}

fn sort_key(row: &Row<'_>) -> rusqlite::Result<SortKey> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
}

fn read(org: &str, app: &str, record: &str) -> Result<AppRecord, LedgerError> {
    from_json(record, || format!("app {app} of org {org}"))
}
