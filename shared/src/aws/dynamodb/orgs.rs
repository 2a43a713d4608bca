//! Orgs.

use super::item::{record, text_of, with_record};
use super::keys::{Item, ItemKey, ORGS, SK, text};
use super::query::Query;
use super::table::{Condition, Table};
use crate::domain::id::OrgId;
use crate::domain::org::OrgProfile;
use crate::ledger::cursor::{ListCursors, rows_to_ask_for};
use crate::ledger::{LedgerError, Page, PageRequest};

/// The attribute of an org that is being removed: nothing may be added to it.
const REMOVING: &str = "removing";

pub(super) async fn put(table: &Table, org: &OrgProfile) -> Result<(), LedgerError> {
    table.put("write an org", with_record(ItemKey::org(&org.id).item(), org)?).await
}

pub(super) async fn get(table: &Table, org: &OrgId) -> Result<Option<OrgProfile>, LedgerError> {
    let item = table.get("read an org", &ItemKey::org(org)).await?;
    item.map(|item| from_item(&item, org)).transpose()
}

pub(super) fn from_item(item: &Item, org: &OrgId) -> Result<OrgProfile, LedgerError> {
    record(item, || format!("org {org}"))
}

pub(super) async fn list(table: &Table, page: &PageRequest) -> Result<Page<OrgProfile>, LedgerError> {
    let cursors = ListCursors::for_list(&[Some("orgs")]);
    let after: Option<String> = cursors.start(page)?;
    let after = after.map(|sk| ItemKey { pk: ORGS.to_owned(), sk }.item());
    let most = rows_to_ask_for(page) as usize;
    let items = table.list("list orgs", Query { after, most, ..Query::partition(ORGS) }).await?;
    cursors.page(
        page,
        items.iter().map(|item| {
            let id = text_of(item, SK)?;
            Ok((id.to_owned(), record(item, || format!("org {id}"))?))
        }),
    )
}

/// The condition that an org is not being removed. It also holds for an org that does not exist.
pub(super) const fn is_not_being_removed() -> Condition {
    Condition { expression: "attribute_not_exists(#removing)", names: &[REMOVING], values: Vec::new() }
}

/// Marks an org as being removed, if it exists.
pub(super) async fn mark_as_being_removed(table: &Table, org: &OrgId) -> Result<(), LedgerError> {
    let action = "remove an org";
    let Some(mut item) = table.get(action, &ItemKey::org(org)).await? else { return Ok(()) };
    item.insert(REMOVING.to_owned(), text("yes"));
    table.put(action, item).await
}
