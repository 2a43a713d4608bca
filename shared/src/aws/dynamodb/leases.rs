//! Leases.

use async_trait::async_trait;
use jiff::Timestamp;

use super::DynamoLedger;
use super::item::text_of;
use super::keys::{EXPIRES_AT, ItemKey, expiry, text};
use super::table::Condition;
use crate::ledger::stored::from_time;
use crate::ledger::{Leases, LedgerError, retention};

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
        item.insert(EXPIRES_AT.to_owned(), expiry(retention::lease_expires_at(until)));
        let free = Condition {
            expression: "attribute_not_exists(#pk) OR #holder = :holder OR #until <= :now",
            names: &["pk", "holder", "until"],
            values: vec![("holder", text(holder)), ("now", text(from_time(now)))],
        };
        self.0.put_if("acquire a lease", item, free).await
    }

    async fn lease_holder(&self, name: &str, now: Timestamp) -> Result<Option<String>, LedgerError> {
        let Some(item) = self.0.get("read a lease", &ItemKey::lease(name)).await? else { return Ok(None) };
        let is_held = text_of(&item, "until")? > from_time(now).as_str();
        Ok(is_held.then(|| text_of(&item, "holder").map(str::to_owned)).transpose()?)
    }

    async fn release_lease(&self, name: &str, holder: &str) -> Result<(), LedgerError> {
        let held =
            Condition { expression: "#holder = :holder", names: &["holder"], values: vec![("holder", text(holder))] };
        self.0.delete_if("release a lease", &ItemKey::lease(name), held).await.map(drop)
    }
}
