//! Save journals.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, named_params, params};

use super::SqliteLedger;
use super::error::SqliteError;
use crate::domain::id::{AppId, OrgId};
use crate::domain::save::SaveJournal;
use crate::ledger::cursor::{ListCursors, rows_to_ask_for};
use crate::ledger::stored::{from_json, to_json};
use crate::ledger::{LedgerError, Page, PageRequest, Saves};

#[async_trait]
impl Saves for SqliteLedger {
    async fn save_journal(&self, org: &OrgId, app: &AppId) -> Result<Option<SaveJournal>, LedgerError> {
        let (org, app) = (org.clone(), app.clone());
        self.run("read a save", move |connection| {
            let record: Option<String> = connection
                .prepare_cached("SELECT record FROM save WHERE org = ?1 AND app = ?2")?
                .query_row([org.as_str(), app.as_str()], |row| row.get(0))
                .optional()?;
            Ok(record.map(|record| from_json(&record, || format!("the save of app {app} of org {org}"))).transpose()?)
        })
        .await
    }

    async fn unsettled_saves(&self, page: PageRequest) -> Result<Page<SaveJournal>, LedgerError> {
        self.run("list unsettled saves", move |connection| unsettled(connection, &page)).await
    }

    async fn begin_save(&self, journal: &SaveJournal) -> Result<bool, LedgerError> {
        let journal = SaveJournal { version: 0, ..journal.clone() };
        self.run("begin a save", move |connection| {
            let changed = connection
                .prepare_cached(
                    "INSERT INTO save (org, app, id, settled, version, record) VALUES (?1, ?2, ?3, ?4, 0, ?5)
                     ON CONFLICT (org, app) DO UPDATE SET id = ?3, settled = ?4, version = 0, record = ?5
                     WHERE settled",
                )?
                .execute(params![
                    journal.org.as_str(),
                    journal.app.as_str(),
                    journal.id.as_str(),
                    journal.settled,
                    to_json(&journal)?,
                ])?;
            Ok(changed == 1)
        })
        .await
    }

    async fn update_save(&self, journal: &SaveJournal) -> Result<bool, LedgerError> {
        let journal = journal.clone();
        self.run("change a save", move |connection| {
            let next = SaveJournal { version: journal.version.saturating_add(1), ..journal.clone() };
            let changed = connection
                .prepare_cached(
                    "UPDATE save SET settled = ?5, version = version + 1, record = ?6
                     WHERE org = ?1 AND app = ?2 AND id = ?3 AND version = ?4",
                )?
                .execute(params![
                    journal.org.as_str(),
                    journal.app.as_str(),
                    journal.id.as_str(),
                    journal.version.cast_signed(),
                    journal.settled,
                    to_json(&next)?,
                ])?;
            Ok(changed == 1)
        })
        .await
    }
}

fn unsettled(connection: &Connection, page: &PageRequest) -> Result<Page<SaveJournal>, SqliteError> {
    let cursors = ListCursors::for_list(&[Some("unsettled saves")]);
    let (org, app): (String, String) = cursors.start(page)?.unwrap_or_default();
    let mut statement = connection.prepare_cached(
        "SELECT org, app, record FROM save WHERE NOT settled AND (org, app) > (:org, :app)
         ORDER BY org, app LIMIT :limit",
    )?;
    let rows = statement
        .query_map(named_params! { ":org": org, ":app": app, ":limit": rows_to_ask_for(page) }, |row| {
            Ok(((row.get::<_, String>(0)?, row.get::<_, String>(1)?), row.get::<_, String>(2)?))
        })?;
    cursors.page(
        page,
        rows.map(|row| {
            let ((org, app), record) = row?;
            let journal = from_json(&record, || format!("the save of app {app} of org {org}"))?;
            Ok(((org, app), journal))
        }),
    )
}
