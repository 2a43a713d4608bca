//! Apps.

use std::collections::BTreeSet;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::{Deserialize, Serialize};

use super::item::{record as read, with_record};
use super::keys::{
    APP_PREFIX, APPS, BY_LIST, BY_TENANT, Item, ItemKey, LIST, POSITION, TENANT, app_position, number, org_partition,
    standing_prefix, tenant_list, text,
};
use super::query::{Query, SortKeys};
use super::table::{Condition, Table, failed, is_new};
use super::{events, orgs};
use crate::domain::access_policy::Scope;
use crate::domain::app::AppRecord;
use crate::domain::event::AppEvent;
use crate::domain::id::{AppId, OrgId};
use crate::domain::org::OrgProfile;
use crate::domain::standing::Standing;
use crate::domain::tenant::TenantName;
use crate::ledger::cursor::{ListCursors, rows_to_ask_for};
use crate::ledger::paging;
use crate::ledger::stored::to_json;
use crate::ledger::{AppFilter, LedgerError, Page, PageRequest};

/// How many events fit into one transaction with the app and the head of its trail: a transaction has 100 items at most.
const MAX_EVENTS: usize = 99 - events::HEAD_ITEMS;
/// Up to this many orgs, their partitions are read one by one.
const FEW_ORGS: usize = 100;
/// How many partitions are read at once.
const CONCURRENCY: usize = 16;
/// How many orgs are read at a time.
const ORGS_PER_PAGE: u32 = 1_000;
/// How many apps are read at a time from the list of all.
const APPS_PER_PAGE: usize = 1_000;
/// The attribute with a record's version.
const VERSION: &str = "version";

/// An app's position in every list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Position {
    by: String,
    org: String,
    app: String,
}

impl Position {
    fn of_app(app: &AppRecord) -> Self {
        Self { by: app_position(app), org: app.identity.org.to_string(), app: app.identity.app.to_string() }
    }

    /// The position as an index key.
    fn index_key(&self) -> Item {
        let key = ItemKey { pk: format!("org#{}", self.org), sk: format!("app#{}", self.app) };
        let mut item = key.item();
        item.insert(LIST.to_owned(), text(APPS));
        item.insert(POSITION.to_owned(), text(&self.by));
        item
    }
}

/// Replaces the record that has the same version and appends its events, in one transaction. Returns `false` if none has.
pub(super) async fn record(table: &Table, app: &AppRecord, happened: &[AppEvent]) -> Result<bool, LedgerError> {
    let action = "write an app";
    let identity = &app.identity;
    let (item, unchanged) = (item(app)?, is_unchanged(app.version));
    if happened.is_empty() {
        return table.put_if(action, item, unchanged).await;
    }
    if happened.len() > MAX_EVENTS {
        return Err(failed(action, format!("{} events are more than one transaction can write", happened.len())));
    }
    let record = [table.put_write(item, Some(unchanged))?];
    events::append(table, action, (&identity.org, &identity.app), happened, &record).await
}

/// The item of the record with its next version.
fn item(app: &AppRecord) -> Result<Item, LedgerError> {
    let next = AppRecord { version: app.version.saturating_add(1), ..app.clone() };
    let identity = &next.identity;
    let mut item = ItemKey::app(&identity.org, &identity.app).item();
    item.insert(VERSION.to_owned(), number(next.version));
    item.insert(LIST.to_owned(), text(APPS));
    item.insert(POSITION.to_owned(), text(app_position(&next)));
    if let Some(tenant) = identity.tenant.as_ref().filter(|tenant| !tenant.as_str().is_empty()) {
        item.insert(TENANT.to_owned(), text(tenant_list(tenant)));
    }
    with_record(item, &next)
}

/// The condition that a record still has the version with which it was read; version 0 means that it did not exist.
fn is_unchanged(version: u64) -> Condition {
    if version == 0 { is_new() } else { Condition::has_version(version) }
}

pub(super) async fn get(table: &Table, org: &OrgId, app: &AppId) -> Result<Option<AppRecord>, LedgerError> {
    let item = table.get("read an app", &ItemKey::app(org, app)).await?;
    item.map(|item| from_item(&item)).transpose()
}

/// An app and its org, in one call.
pub(super) async fn with_org(
    table: &Table,
    org: &OrgId,
    app: &AppId,
) -> Result<(Option<OrgProfile>, Option<AppRecord>), LedgerError> {
    let (org_key, app_key) = (ItemKey::org(org), ItemKey::app(org, app));
    let items = table.get_all("read an org and an app", &[org_key.clone(), app_key.clone()]).await?;
    let find = |key: &ItemKey| items.iter().find(|item| key.is_key_of(item));
    let org = find(&org_key).map(|item| orgs::from_item(item, org)).transpose()?;
    Ok((org, find(&app_key).map(from_item).transpose()?))
}

fn from_item(item: &Item) -> Result<AppRecord, LedgerError> {
    read(item, || {
        let sk = super::item::optional_text_of(item, super::keys::SK).unwrap_or("an app");
        let pk = super::item::optional_text_of(item, super::keys::PK).unwrap_or("an org");
        format!("{sk} of {pk}")
    })
}

pub(super) async fn list(
    table: &Table,
    filter: &AppFilter,
    page: &PageRequest,
) -> Result<Page<AppRecord>, LedgerError> {
    let org = filter.org.as_ref().map(OrgId::as_str);
    let tenant = filter.tenant.as_ref().map(TenantName::as_str);
    let customers = filter.customers.as_ref().map(to_json).transpose()?;
    let parts = [Some("apps"), filter.standing.map(Standing::name), org, tenant, customers.as_deref()];
    let cursors = ListCursors::for_list(&parts);
    let after: Option<Position> = cursors.start(page)?;
    let most = rows_to_ask_for(page) as usize;
    let apps = match (of_org_or_tenant(table, filter).await?, &filter.customers) {
        (Some(apps), Some(scope)) => {
            let orgs = orgs_of(table, scope).await?;
            let apps = apps.into_iter().filter(|app| orgs.contains(&app.identity.org)).collect();
            filtered(apps, filter, after.as_ref(), most)
        }
        (Some(apps), None) => filtered(apps, filter, after.as_ref(), most),
        (None, None | Some(Scope::All)) => across_orgs(table, filter.standing, after, most).await?,
        (None, Some(scope)) => of_customers(table, filter, scope, after, most).await?,
    };
    cursors.page(page, apps.into_iter().map(|app| Ok((Position::of_app(&app), app))))
}

/// The orgs of the customers that a scope covers.
async fn orgs_of(table: &Table, scope: &Scope) -> Result<BTreeSet<OrgId>, LedgerError> {
    let orgs = paging::items(ORGS_PER_PAGE, |page| async move { orgs::list(table, &page).await });
    let covered = orgs.try_filter(|org| std::future::ready(scope.covers(org.customer.as_ref())));
    covered.map_ok(|org| org.id).try_collect().await
}

/// The first `most` apps of a scope's customers after a position. Reads the partitions of their orgs if there are few, and
/// else the list of all apps.
async fn of_customers(
    table: &Table,
    filter: &AppFilter,
    scope: &Scope,
    after: Option<Position>,
    most: usize,
) -> Result<Vec<AppRecord>, LedgerError> {
    let orgs = orgs_of(table, scope).await?;
    if orgs.len() <= FEW_ORGS {
        let reads = stream::iter(orgs).map(|org| of_org(table, org)).buffer_unordered(CONCURRENCY);
        let apps: Vec<Vec<AppRecord>> = reads.try_collect().await?;
        return Ok(filtered(apps.into_iter().flatten().collect(), filter, after.as_ref(), most));
    }
    let (mut found, mut after) = (Vec::new(), after);
    loop {
        let page = across_orgs(table, filter.standing, after.take(), APPS_PER_PAGE).await?;
        let is_last = page.len() < APPS_PER_PAGE;
        after = page.last().map(Position::of_app);
        found.extend(page.into_iter().filter(|app| orgs.contains(&app.identity.org)).take(most - found.len()));
        if is_last || found.len() >= most {
            return Ok(found);
        }
    }
}

/// Every app of an org, unsorted.
async fn of_org(table: &Table, org: OrgId) -> Result<Vec<AppRecord>, LedgerError> {
    let query = Query { sort_keys: SortKeys::beginning(APP_PREFIX), ..Query::partition(org_partition(&org)) };
    table.list("list apps", query).await?.iter().map(from_item).collect()
}

/// Every app of an org or a tenant, unsorted; there are few enough to read them all. `None` if the filter names neither.
async fn of_org_or_tenant(table: &Table, filter: &AppFilter) -> Result<Option<Vec<AppRecord>>, LedgerError> {
    let query = match (&filter.org, &filter.tenant) {
        (Some(org), _) => Query { sort_keys: SortKeys::beginning(APP_PREFIX), ..Query::partition(org_partition(org)) },
        // No key is empty, so no app has an empty tenant name.
        (None, Some(tenant)) if tenant.as_str().is_empty() => return Ok(Some(Vec::new())),
        (None, Some(tenant)) => {
            Query { index: Some(BY_TENANT), partition: (TENANT, tenant_list(tenant)), ..Query::partition("") }
        }
        (None, None) => return Ok(None),
    };
    let items = table.list("list apps", query).await?;
    items.iter().map(from_item).collect::<Result<_, _>>().map(Some)
}

/// Sorts `apps`, and returns the first `most` after a position that pass the filter.
fn filtered(apps: Vec<AppRecord>, filter: &AppFilter, after: Option<&Position>, most: usize) -> Vec<AppRecord> {
    let mut sorted: Vec<(Position, AppRecord)> = apps
        .into_iter()
        .filter(|app| filter.standing.is_none_or(|standing| app.standing() == standing))
        .filter(|app| filter.tenant.is_none() || app.identity.tenant == filter.tenant)
        .map(|app| (Position::of_app(&app), app))
        .filter(|(position, _)| after.is_none_or(|after| position.by > after.by))
        .collect();
    sorted.sort_by(|(one, _), (other, _)| one.by.cmp(&other.by));
    sorted.into_iter().map(|(_, app)| app).take(most).collect()
}

/// The first `most` apps of all orgs after a position.
async fn across_orgs(
    table: &Table,
    only: Option<Standing>,
    after: Option<Position>,
    most: usize,
) -> Result<Vec<AppRecord>, LedgerError> {
    let query = Query {
        index: Some(BY_LIST),
        partition: (LIST, APPS.to_owned()),
        sort_keys: only.map_or(SortKeys::Any, |standing| SortKeys::beginning(standing_prefix(standing))),
        after: after.map(|position| position.index_key()),
        most,
        ..Query::partition("")
    };
    table.list("list apps", query).await?.iter().map(from_item).collect()
}
