//! Leases.

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::params;

use super::SqliteLedger;
use crate::ledger::stored::from_time;
use crate::ledger::{Leases, LedgerError};

#[async_trait]
impl Leases for SqliteLedger {
    async fn acquire_lease(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, LedgerError> {
        let (name, holder) = (name.to_owned(), holder.to_owned());
        self.run("take a lease", move |connection| {
            let changed = connection
                .prepare_cached(
                    "INSERT INTO lease (name, holder, until) VALUES (?1, ?2, ?4)
                     ON CONFLICT (name) DO UPDATE SET holder = ?2, until = ?4 WHERE holder = ?2 OR until <= ?3",
                )?
                .execute(params![name, holder, from_time(now), from_time(until)])?;
            Ok(changed == 1)
        })
        .await
    }

    async fn release_lease(&self, name: &str, holder: &str) -> Result<(), LedgerError> {
        let (name, holder) = (name.to_owned(), holder.to_owned());
        self.run("give a lease back", move |connection| {
            connection.prepare_cached("DELETE FROM lease WHERE name = ?1 AND holder = ?2")?.execute([name, holder])?;
            Ok(())
        })
        .await
    }
}
