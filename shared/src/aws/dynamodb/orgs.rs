//! Orgs.

use jiff::Timestamp;

use super::item::{record, with_record};
use super::keys::{Item, ItemKey, ORGS, SK, WAIVERS, of_org, text};
use super::query::{Query, SortKeys};
use super::table::{Condition, Table};
use super::{invitations, item, sessions};
use crate::domain::id::OrgId;
use crate::domain::org::OrgProfile;
use crate::ledger::paging::{List, rows_to_ask_for};
use crate::ledger::{LedgerError, Page, PageRequest};

/// Set while an org is being removed, so that nothing of it is begun meanwhile.
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
    let list = List::of(&[Some("orgs")]);
    let after: Option<String> = list.start(page)?;
    let after = after.map(|sk| ItemKey { pk: ORGS.to_owned(), sk }.item());
    let most = rows_to_ask_for(page) as usize;
    let items = table.list("list orgs", Query { after, most, ..Query::under(ORGS) }).await?;
    list.page(
        page,
        items.iter().map(|item| {
            let id = item::a_text(item, SK)?;
            Ok((id.to_owned(), record(item, || format!("org {id}"))?))
        }),
    )
}

/// That an org is not being removed. One that is not there is not being removed either.
pub(super) const fn is_not_being_removed() -> Condition {
    Condition { expression: "attribute_not_exists(#removing)", names: &[REMOVING], values: Vec::new() }
}

/// Removes an org step by step, each of which can be repeated, since no transaction is large enough for all: from the
/// first on nothing of it can be begun, its profile goes last, and a removal that was cut short is finished by the next.
pub(super) async fn remove(table: &Table, org: &OrgId) -> Result<(), LedgerError> {
    let action = "remove an org";
    if let Some(mut item) = table.get(action, &ItemKey::org(org)).await? {
        item.insert(REMOVING.to_owned(), text("yes"));
        table.put(action, item).await?;
    }
    // When a link was taken back is for the audit trail alone, so the store's own time will do.
    invitations::revoke_all(table, org, Timestamp::now()).await?;
    sessions::end_all(table, org).await?;
    for kept in ["app#", WAIVERS] {
        let listed = Query { sort_keys: SortKeys::beginning(kept), ..Query::under(of_org(org)) };
        for found in table.list(action, listed).await? {
            let key = ItemKey { pk: of_org(org), sk: item::a_text(&found, SK)?.to_owned() };
            table.delete(action, &key).await?;
        }
    }
    table.delete(action, &ItemKey::watch(org)).await?;
    table.delete(action, &ItemKey::org(org)).await
}
