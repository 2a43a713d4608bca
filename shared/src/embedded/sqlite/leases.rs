//! Leases.

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::OptionalExtension as _;

use super::SqliteLedger;
use crate::ledger::stored::from_time;
use crate::ledger::{Leases, LedgerError, retention};

#[async_trait]
impl Leases for SqliteLedger {
    async fn acquire_lease(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, LedgerError> {
        let (name, holder, expires_at) = (name.to_owned(), holder.to_owned(), retention::lease_expires_at(until));
        self.run("acquire a lease", move |connection| {
            let changed = connection
                .prepare_cached(
                    "INSERT INTO lease (name, holder, until, expires_at) VALUES (?1, ?2, ?4, ?5)
                     ON CONFLICT (name) DO UPDATE SET holder = ?2, until = ?4, expires_at = ?5
                     WHERE holder = ?2 OR until <= ?3",
                )?
                .execute([name, holder, from_time(now), from_time(until), from_time(expires_at)])?;
            Ok(changed == 1)
        })
        .await
    }

    async fn lease_holder(&self, name: &str, now: Timestamp) -> Result<Option<String>, LedgerError> {
        let name = name.to_owned();
        self.run("read a lease", move |connection| {
            let holder = connection
                .prepare_cached("SELECT holder FROM lease WHERE name = ?1 AND until > ?2")?
                .query_row([name, from_time(now)], |row| row.get(0))
                .optional()?;
            Ok(holder)
        })
        .await
    }

    async fn release_lease(&self, name: &str, holder: &str) -> Result<(), LedgerError> {
        let (name, holder) = (name.to_owned(), holder.to_owned());
        self.run("release a lease", move |connection| {
            connection.prepare_cached("DELETE FROM lease WHERE name = ?1 AND holder = ?2")?.execute([name, holder])?;
            Ok(())
        })
        .await
    }
}
