//! Leases.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::DynamoLedger;
use super::keys::{EXPIRES_AT, ItemKey, expiry, text};
use super::table::Condition;
use crate::ledger::stored::from_time;
use crate::ledger::{Leases, LedgerError};

/// How long a lease that nobody took again is kept after its end.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

#[async_trait]
impl Leases for DynamoLedger {
    async fn acquire_lease(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, LedgerError> {
        let mut item = ItemKey::lease(name).item();
        item.insert("holder".to_owned(), text(holder));
        item.insert("until".to_owned(), text(from_time(until)));
        item.insert(EXPIRES_AT.to_owned(), expiry(until.saturating_add(KEPT).unwrap_or(Timestamp::MAX)));
        let free = Condition {
            expression: "attribute_not_exists(#pk) OR #holder = :holder OR #until <= :now",
            names: &["pk", "holder", "until"],
            values: vec![("holder", text(holder)), ("now", text(from_time(now)))],
        };
        self.0.put_if("take a lease", item, free).await
    }

    async fn release_lease(&self, name: &str, holder: &str) -> Result<(), LedgerError> {
        let held =
            Condition { expression: "#holder = :holder", names: &["holder"], values: vec![("holder", text(holder))] };
        self.0.delete_if("give a lease back", &ItemKey::lease(name), held).await.map(drop)
    }
}
