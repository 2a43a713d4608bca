//! Snapshots of the estate.

use super::item::{record, with_record};
use super::keys::{ESTATE_SNAPSHOTS, EXPIRES_AT, ItemKey, expiry};
use super::query::Query;
use super::table::Table;
use crate::domain::estate::EstateSnapshot;
use crate::ledger::{LedgerError, retention};

pub(super) async fn put_snapshot(table: &Table, snapshot: &EstateSnapshot) -> Result<(), LedgerError> {
    let mut item = with_record(ItemKey::estate_snapshot(snapshot.at).item(), snapshot)?;
    item.insert(EXPIRES_AT.to_owned(), expiry(retention::snapshot_expires_at(snapshot.at)));
    table.put("write a snapshot of the estate", item).await
}

pub(super) async fn snapshots(table: &Table, most: u32) -> Result<Vec<EstateSnapshot>, LedgerError> {
    let query = Query { backwards: true, most: most as usize, ..Query::partition(ESTATE_SNAPSHOTS) };
    let items = table.list("read snapshots of the estate", query).await?;
    items.iter().map(|item| record(item, || "a snapshot of the estate".to_owned())).collect()
}
