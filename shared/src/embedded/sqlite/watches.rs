//! Watches.

use async_trait::async_trait;
use rusqlite::{OptionalExtension, params};

use super::SqliteLedger;
use crate::domain::access_problem::OrgWatch;
use crate::domain::id::OrgId;
use crate::ledger::stored::{from_json, to_json};
use crate::ledger::{LedgerError, Watches};

#[async_trait]
impl Watches for SqliteLedger {
    async fn org_watch(&self, org: &OrgId) -> Result<Option<OrgWatch>, LedgerError> {
        let org = org.clone();
        self.run("read an org's watch", move |connection| {
            let record: Option<String> = connection
                .prepare_cached("SELECT record FROM org_watch WHERE org = ?1")?
                .query_row([org.as_str()], |row| row.get(0))
                .optional()?;
            Ok(record.map(|record| from_json(&record, || format!("the watch of org {org}"))).transpose()?)
        })
        .await
    }

    async fn put_org_watch(&self, watch: &OrgWatch) -> Result<bool, LedgerError> {
        let version = watch.version;
        let next = OrgWatch { version: version.saturating_add(1), ..watch.clone() };
        self.run("write an org's watch", move |connection| {
            let (org, record) = (next.org.as_str(), to_json(&next)?);
            let changed = if version == 0 {
                connection
                    .prepare_cached(
                        "INSERT INTO org_watch (org, version, record) VALUES (?1, 1, ?2) ON CONFLICT (org) DO NOTHING",
                    )?
                    .execute([org, &record])?
            } else {
                connection
                    .prepare_cached(
                        "UPDATE org_watch SET version = version + 1, record = ?3 WHERE org = ?1 AND version = ?2",
                    )?
                    .execute(params![org, version.cast_signed(), record])?
            };
            Ok(changed == 1)
        })
        .await
    }
}
