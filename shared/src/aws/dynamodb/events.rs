//! Events: the audit trail of an app. Items are added and never changed.

use uuid::Uuid;

use super::item::{self as stored, with_record};
use super::keys::{Item, ItemKey, SK, events_of};
use super::query::Query;
use super::table::{Table, is_new};
use crate::domain::event::AppEvent;
use crate::domain::id::{AppId, OrgId};
use crate::ledger::paging::{List, rows_to_ask_for};
use crate::ledger::{LedgerError, Page, PageRequest};

/// A new item for an event. Behind its time comes an id that grows (RFC 9562 section 5.7), so that events of one moment
/// keep the order in which they were written, and none replaces another.
pub(super) fn item(org: &OrgId, app: &AppId, event: &AppEvent) -> Result<Item, LedgerError> {
    with_record(ItemKey::event(org, app, event.at, Uuid::now_v7()).item(), event)
}

pub(super) async fn append(table: &Table, org: &OrgId, app: &AppId, event: &AppEvent) -> Result<(), LedgerError> {
    table.put_if("append an event", item(org, app, event)?, is_new()).await.map(drop)
}

/// By time, and in the order of writing where the time is the same.
pub(super) async fn list(
    table: &Table,
    org: &OrgId,
    app: &AppId,
    page: &PageRequest,
) -> Result<Page<AppEvent>, LedgerError> {
    let list = List::of(&[Some("events"), Some(org.as_str()), Some(app.as_str())]);
    let after: Option<String> = list.start(page)?;
    let pk = events_of(org, app);
    let after = after.map(|sk| ItemKey { pk: pk.clone(), sk }.item());
    let most = rows_to_ask_for(page) as usize;
    let items = table.list("list events", Query { after, most, ..Query::under(pk) }).await?;
    list.page(
        page,
        items.iter().map(|item| {
            let sk = stored::a_text(item, SK)?.to_owned();
            Ok((sk, stored::record(item, || format!("an event of app {app} of org {org}"))?))
        }),
    )
}
