//! Events: the audit trail of an app. Items are added, and never changed or deleted.

use aws_sdk_dynamodb::types::TransactWriteItem;
use uuid::Uuid;

use super::item::{record, text_of, with_record};
use super::keys::{Item, ItemKey, SK, events_partition};
use super::query::Query;
use super::table::{Table, failed};
use super::trails;
use crate::domain::event::AppEvent;
use crate::domain::id::{AppId, OrgId};
use crate::domain::trail::TrailEntry;
use crate::ledger::cursor::{ListCursors, rows_to_ask_for};
use crate::ledger::stored::not_chained;
use crate::ledger::{LedgerError, Page, PageRequest};

/// How often to append again after another writer appended to the same trail first.
const MAX_ATTEMPTS: usize = 10;
/// How many items of a transaction a chain takes, apart from its events: the head.
pub(super) const HEAD_ITEMS: usize = 1;

/// Appends events to their app's hash chain, together with `others`, in one transaction: `others` first, then the head.
/// Returns `false`, and writes nothing, if the condition of one of `others` does not hold. Runs again with the new head if
/// another writer appended first.
pub(super) async fn append(
    table: &Table,
    action: &'static str,
    (org, app): (&OrgId, &AppId),
    events: &[AppEvent],
    others: &[TransactWriteItem],
) -> Result<bool, LedgerError> {
    for _ in 0..MAX_ATTEMPTS {
        let mut head = trails::head(table, action, org, app).await?;
        let unchanged = trails::is_unchanged(&head);
        let mut items = Vec::with_capacity(events.len());
        for event in events {
            let (entry, next) = head.append(event).ok_or_else(not_chained)?;
            items.push(table.put_write(item(&entry, event)?, None)?);
            head = next;
        }
        let mut writes = others.to_vec();
        writes.push(table.put_write(trails::head_item(&head)?, Some(unchanged))?);
        writes.extend(items);
        match table.failed_condition(action, &writes).await? {
            None => return Ok(true),
            Some(failed) if failed < others.len() => return Ok(false),
            Some(_) => {}
        }
    }
    Err(failed(action, "other writers appended to the trail at every attempt; try again".to_owned()))
}

/// The item of an event. A time-ordered id follows the time in its key (UUID version 7, RFC 9562 section 5.7), so that
/// events at equal times keep the order of writing and none replaces another.
fn item(entry: &TrailEntry, event: &AppEvent) -> Result<Item, LedgerError> {
    let mut item = ItemKey::event(&entry.org, &entry.app, event.at, Uuid::now_v7()).item();
    trails::add_place(&mut item, entry);
    with_record(item, event)
}

/// Events by time, and in the order of writing at equal times.
pub(super) async fn list(
    table: &Table,
    org: &OrgId,
    app: &AppId,
    page: &PageRequest,
) -> Result<Page<AppEvent>, LedgerError> {
    let cursors = ListCursors::for_list(&[Some("events"), Some(org.as_str()), Some(app.as_str())]);
    let after: Option<String> = cursors.start(page)?;
    let pk = events_partition(org, app);
    let after = after.map(|sk| ItemKey { pk: pk.clone(), sk }.item());
    let most = rows_to_ask_for(page) as usize;
    let items = table.list("list events", Query { after, most, ..Query::partition(pk) }).await?;
    cursors.page(
        page,
        items.iter().map(|item| {
            let sk = text_of(item, SK)?.to_owned();
            Ok((sk, record(item, || format!("an event of app {app} of org {org}"))?))
        }),
    )
}
