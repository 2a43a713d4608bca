//! Hash chains of the audit trails, and the digests that sign their heads.
//!
//! The head of each trail is one item. An event is written in one transaction with the next head, on the condition that the
//! head is still the one that the event follows. The list of heads is an index, which lags by seconds; a digest that misses
//! a head for this reason is followed by one that names it.

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::DynamoLedger;
use super::item::{record, text_of, with_record};
use super::keys::{BY_LIST, DIGESTS, Item, ItemKey, LIST, POSITION, TRAIL_HEADS, events_partition, number, text};
use super::query::{Query, SortKeys};
use super::table::{Condition, Table, is_new};
use crate::domain::id::{AppId, OrgId};
use crate::domain::trail::{Hash, SignedDigest, TrailEntry, TrailHead};
use crate::ledger::cursor::{ListCursors, rows_to_ask_for};
use crate::ledger::stored::{from_text, from_time};
use crate::ledger::{LedgerError, Page, PageRequest, Trails};

/// The attribute with an event's number, and with the number of the last event in a head.
const VERSION: &str = "version";
/// The attributes with an event's place in its chain.
const PREVIOUS: &str = "previous";
const HASH: &str = "hash";

/// The head of an app's trail.
pub(super) async fn head(
    table: &Table,
    action: &'static str,
    org: &OrgId,
    app: &AppId,
) -> Result<TrailHead, LedgerError> {
    match table.get(action, &ItemKey::trail_head(org, app)).await? {
        Some(item) => head_from(&item),
        None => Ok(TrailHead::empty(org, app)),
    }
}

fn head_from(item: &Item) -> Result<TrailHead, LedgerError> {
    record(item, || "the head of a trail".to_owned())
}

/// The condition that a trail still ends with this head.
pub(super) fn is_unchanged(head: &TrailHead) -> Condition {
    if head.number == 0 { is_new() } else { Condition::has_version(head.number) }
}

/// The item of a head.
pub(super) fn head_item(head: &TrailHead) -> Result<Item, LedgerError> {
    let mut item = Position::of(head).index_key();
    item.insert(VERSION.to_owned(), number(head.number));
    with_record(item, head)
}

/// Adds an event's place in its chain to its item.
pub(super) fn add_place(item: &mut Item, entry: &TrailEntry) {
    item.insert(VERSION.to_owned(), number(entry.number));
    item.insert(PREVIOUS.to_owned(), text(entry.previous.as_str()));
    item.insert(HASH.to_owned(), text(entry.hash.as_str()));
}

/// A head's place in the list of heads.
#[derive(Serialize, Deserialize)]
struct Position {
    at: Timestamp,
    org: OrgId,
    app: AppId,
}

impl Position {
    fn of(head: &TrailHead) -> Self {
        Self { at: head.at, org: head.org.clone(), app: head.app.clone() }
    }

    /// The position as an index key.
    fn index_key(&self) -> Item {
        let mut item = ItemKey::trail_head(&self.org, &self.app).item();
        item.insert(LIST.to_owned(), text(TRAIL_HEADS));
        item.insert(POSITION.to_owned(), text(format!("{}#{}#{}", from_time(self.at), self.org, self.app)));
        item
    }
}

fn entry_from(org: &OrgId, app: &AppId, item: &Item) -> Result<TrailEntry, LedgerError> {
    let what = || format!("an event of app {app} of org {org}");
    let hash = |attribute| -> Result<Hash, LedgerError> { from_text(text_of(item, attribute)?.to_owned(), what) };
    let number = item.get(VERSION).and_then(|value| value.as_n().ok()).and_then(|number| number.parse().ok());
    let number = number.ok_or_else(|| LedgerError::Unreadable { what: format!("{}: it has no number", what()) })?;
    let (org, app) = (org.clone(), app.clone());
    Ok(TrailEntry { org, app, number, previous: hash(PREVIOUS)?, event: record(item, what)?, hash: hash(HASH)? })
}

#[async_trait]
impl Trails for DynamoLedger {
    /// Reads the whole trail: its key is by time, and a clock that went back may have put two events in the wrong order.
    async fn trail(&self, org: &OrgId, app: &AppId, page: PageRequest) -> Result<Page<TrailEntry>, LedgerError> {
        let cursors = ListCursors::for_list(&[Some("trail"), Some(org.as_str()), Some(app.as_str())]);
        let after: u64 = cursors.start(&page)?.unwrap_or_default();
        let items = self.0.list("list a trail", Query::partition(events_partition(org, app))).await?;
        let entries = items.iter().map(|item| entry_from(org, app, item));
        let mut entries = entries.collect::<Result<Vec<_>, _>>()?;
        entries.retain(|entry| entry.number > after);
        entries.sort_by_key(|entry| entry.number);
        entries.truncate(rows_to_ask_for(&page) as usize);
        cursors.page(&page, entries.into_iter().map(|entry| Ok((entry.number, entry))))
    }

    async fn trail_heads(&self, since: Timestamp, page: PageRequest) -> Result<Page<TrailHead>, LedgerError> {
        let since = from_time(since);
        let cursors = ListCursors::for_list(&[Some(TRAIL_HEADS), Some(&since)]);
        let after: Option<Position> = cursors.start(&page)?;
        let query = Query {
            index: Some(BY_LIST),
            partition: (LIST, TRAIL_HEADS.to_owned()),
            sort_keys: SortKeys::From(since),
            after: after.map(|position| position.index_key()),
            most: rows_to_ask_for(&page) as usize,
            ..Query::partition("")
        };
        let items = self.0.list("list trail heads", query).await?;
        let heads = items.iter().map(head_from);
        cursors.page(&page, heads.map(|head| head.map(|head| (Position::of(&head), head))))
    }

    async fn put_digest(&self, digest: &SignedDigest) -> Result<bool, LedgerError> {
        let item = with_record(ItemKey::digest(digest.digest.number).item(), digest)?;
        self.0.put_if("write a digest", item, is_new()).await
    }

    async fn digests(&self, page: PageRequest) -> Result<Page<SignedDigest>, LedgerError> {
        let cursors = ListCursors::for_list(&[Some(DIGESTS)]);
        let after: Option<u64> = cursors.start(&page)?;
        let after = after.map(|number| ItemKey::digest(number).item());
        let query = Query { after, most: rows_to_ask_for(&page) as usize, ..Query::partition(DIGESTS) };
        let items = self.0.list("list digests", query).await?;
        let digests = items.iter().map(digest_from);
        cursors.page(&page, digests.map(|digest| digest.map(|digest| (digest.digest.number, digest))))
    }

    async fn latest_digest(&self) -> Result<Option<SignedDigest>, LedgerError> {
        let query = Query { backwards: true, most: 1, ..Query::partition(DIGESTS) };
        self.0.list("read the latest digest", query).await?.first().map(digest_from).transpose()
    }
}

fn digest_from(item: &Item) -> Result<SignedDigest, LedgerError> {
    record(item, || "a digest".to_owned())
}
