//! Events: the audit trail of an app. Items are added, and never changed or deleted.

use uuid::Uuid;

use super::item::{record, text_of, with_record};
use super::keys::{Item, ItemKey, SK, events_partition};
use super::query::Query;
use super::table::{Table, is_new};
use crate::domain::event::AppEvent;
use crate::domain::id::{AppId, OrgId};
use crate::ledger::cursor::{ListCursors, rows_to_ask_for};
use crate::ledger::{LedgerError, Page, PageRequest};

/// A new item for an event. A time-ordered id follows the time in its key (UUID version 7, RFC 9562 section 5.7), so that events at
/// equal times keep the order of writing and none replaces another.
pub(super) fn item(org: &OrgId, app: &AppId, event: &AppEvent) -> Result<Item, LedgerError> {
    with_record(ItemKey::event(org, app, event.at, Uuid::now_v7()).item(), event)
}

pub(super) async fn append(table: &Table, org: &OrgId, app: &AppId, event: &AppEvent) -> Result<(), LedgerError> {
    table.put_if("append an event", item(org, app, event)?, is_new()).await.map(drop)
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
