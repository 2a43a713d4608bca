//! Waivers.

use async_trait::async_trait;
use rusqlite::{OptionalExtension, params};

use super::SqliteLedger;
use crate::domain::id::{AppId, OrgId};
use crate::domain::waiver::Waiver;
use crate::ledger::cursor::{ListCursors, rows_to_ask_for};
use crate::ledger::stored::{from_json, to_json};
use crate::ledger::{LedgerError, Page, PageRequest, Waivers};

#[async_trait]
impl Waivers for SqliteLedger {
    async fn put_waiver(&self, waiver: &Waiver) -> Result<(), LedgerError> {
        let waiver = waiver.clone();
        self.run("write a waiver", move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO waiver (org, app, record) VALUES (?1, ?2, ?3)
                     ON CONFLICT (org, app) DO UPDATE SET record = ?3",
                )?
                .execute([waiver.org.as_str(), waiver.app.as_str(), &to_json(&waiver)?])?;
            Ok(())
        })
        .await
    }

    async fn waiver(&self, org: &OrgId, app: &AppId) -> Result<Option<Waiver>, LedgerError> {
        let (org, app) = (org.clone(), app.clone());
        self.run("read a waiver", move |connection| {
            let record: Option<String> = connection
                .prepare_cached("SELECT record FROM waiver WHERE org = ?1 AND app = ?2")?
                .query_row([org.as_str(), app.as_str()], |row| row.get(0))
                .optional()?;
            Ok(record
                .map(|record| from_json(&record, || format!("the waiver of app {app} of org {org}")))
                .transpose()?)
        })
        .await
    }

    async fn waivers(&self, page: PageRequest) -> Result<Page<Waiver>, LedgerError> {
        self.run("list waivers", move |connection| {
            let cursors = ListCursors::for_list(&[Some("waivers")]);
            let (org, app): (String, String) = cursors.start(&page)?.unwrap_or_default();
            let mut statement = connection.prepare_cached(
                "SELECT org, app, record FROM waiver WHERE (org, app) > (?1, ?2) ORDER BY org, app LIMIT ?3",
            )?;
            let rows = statement.query_map(params![org, app, rows_to_ask_for(&page)], |row| {
                Ok(((row.get::<_, String>(0)?, row.get::<_, String>(1)?), row.get::<_, String>(2)?))
            })?;
            cursors.page(
                &page,
                rows.map(|row| {
                    let (key, record) = row?;
                    let waiver = from_json(&record, || format!("the waiver of app {} of org {}", key.1, key.0))?;
                    Ok((key, waiver))
                }),
            )
        })
        .await
    }

    async fn remove_waiver(&self, org: &OrgId, app: &AppId) -> Result<bool, LedgerError> {
        let (org, app) = (org.clone(), app.clone());
        self.run("remove a waiver", move |connection| {
            let removed = connection
                .prepare_cached("DELETE FROM waiver WHERE org = ?1 AND app = ?2")?
                .execute([org.as_str(), app.as_str()])?;
            Ok(removed == 1)
        })
        .await
    }
}
