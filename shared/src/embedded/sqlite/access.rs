//! The access rules: one record.

use async_trait::async_trait;
use rusqlite::{OptionalExtension, params};

use super::SqliteLedger;
use crate::domain::access_policy::AccessRules;
use crate::ledger::stored::{from_json, to_json};
use crate::ledger::{AccessControl, LedgerError};

#[async_trait]
impl AccessControl for SqliteLedger {
    async fn access_rules(&self) -> Result<AccessRules, LedgerError> {
        self.run("read the access rules", move |connection| {
            let record: Option<String> = connection
                .prepare_cached("SELECT record FROM access_rules WHERE id = 1")?
                .query_row([], |row| row.get(0))
                .optional()?;
            let rules = record.map(|record| from_json(&record, || "the access rules".to_owned())).transpose()?;
            Ok(rules.unwrap_or_default())
        })
        .await
    }

    async fn put_access_rules(&self, rules: &AccessRules) -> Result<bool, LedgerError> {
        let version = rules.version;
        let next = AccessRules { version: version.saturating_add(1), ..rules.clone() };
        self.run("write the access rules", move |connection| {
            let record = to_json(&next)?;
            let changed = if version == 0 {
                let insert =
                    "INSERT INTO access_rules (id, version, record) VALUES (1, 1, ?1) ON CONFLICT (id) DO NOTHING";
                connection.prepare_cached(insert)?.execute([record])?
            } else {
                let update = "UPDATE access_rules SET version = version + 1, record = ?2 WHERE id = 1 AND version = ?1";
                connection.prepare_cached(update)?.execute(params![version.cast_signed(), record])?
            };
            Ok(changed == 1)
        })
        .await
    }
}
