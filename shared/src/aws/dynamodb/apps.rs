//! Apps.

use serde::{Deserialize, Serialize};

use super::item::{record as read, with_record};
use super::keys::{
    APPS, BY_LIST, BY_TENANT, Item, ItemKey, LIST, PLACE, TENANT, number, of_org, place_of_app, places_at, tenant_list,
    text,
};
use super::query::{Query, SortKeys};
use super::table::{Condition, Table, failed};
use super::{events, orgs};
use crate::domain::app::AppRecord;
use crate::domain::event::AppEvent;
use crate::domain::id::{AppId, OrgId};
use crate::domain::org::OrgProfile;
use crate::domain::standing::Standing;
use crate::domain::tenant::TenantName;
use crate::ledger::paging::{List, rows_to_ask_for};
use crate::ledger::{AppFilter, LedgerError, Page, PageRequest};

/// How many events one transaction takes beside the app.
const MOST_EVENTS: usize = 99;
/// The attribute with a record's version.
const VERSION: &str = "version";

/// Where an app is in every list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    by: String,
    org: String,
    app: String,
}

impl Place {
    fn of(app: &AppRecord) -> Self {
        Self { by: place_of_app(app), org: app.identity.org.to_string(), app: app.identity.app.to_string() }
    }

    /// The place as the index has it.
    fn in_list(&self) -> Item {
        let key = ItemKey { pk: format!("org#{}", self.org), sk: format!("app#{}", self.app) };
        let mut item = key.item();
        item.insert(LIST.to_owned(), text(APPS));
        item.insert(PLACE.to_owned(), text(&self.by));
        item
    }
}

/// Writes the record in place of the one with its version, and its events, both or neither. `false` where there is none.
pub(super) async fn record(table: &Table, app: &AppRecord, happened: &[AppEvent]) -> Result<bool, LedgerError> {
    let action = "write an app";
    let identity = &app.identity;
    let (item, unchanged) = (item(app)?, is_unchanged(app.version));
    if happened.is_empty() {
        return table.put_if(action, item, unchanged).await;
    }
    if happened.len() > MOST_EVENTS {
        return Err(failed(action, format!("{} events of one look are more than can be kept at once", happened.len())));
    }
    let mut writes = vec![table.a_put(item, Some(unchanged))?];
    for event in happened {
        writes.push(table.a_put(events::item(&identity.org, &identity.app, event)?, None)?);
    }
    table.write_together(action, &writes).await
}

/// The item of the record that comes after this one.
fn item(app: &AppRecord) -> Result<Item, LedgerError> {
    let next = AppRecord { version: app.version.saturating_add(1), ..app.clone() };
    let identity = &next.identity;
    let mut item = ItemKey::app(&identity.org, &identity.app).item();
    item.insert(VERSION.to_owned(), number(next.version));
    item.insert(LIST.to_owned(), text(APPS));
    item.insert(PLACE.to_owned(), text(place_of_app(&next)));
    if let Some(tenant) = identity.tenant.as_ref().filter(|tenant| !tenant.as_str().is_empty()) {
        item.insert(TENANT.to_owned(), text(tenant_list(tenant)));
    }
    with_record(item, &next)
}

/// That nobody changed a record since it was read with this version. A record from before versions were kept has none,
/// as one that is not there.
fn is_unchanged(version: u64) -> Condition {
    if version == 0 {
        Condition { expression: "attribute_not_exists(#version)", names: &[VERSION], values: Vec::new() }
    } else {
        Condition::has_version(version)
    }
}

pub(super) async fn get(table: &Table, org: &OrgId, app: &AppId) -> Result<Option<AppRecord>, LedgerError> {
    let item = table.get("read an app", &ItemKey::app(org, app)).await?;
    item.map(|item| from_item(&item)).transpose()
}

/// The app and its org.
pub(super) async fn with_org(
    table: &Table,
    org: &OrgId,
    app: &AppId,
) -> Result<(Option<OrgProfile>, Option<AppRecord>), LedgerError> {
    let (of_org, of_app) = (ItemKey::org(org), ItemKey::app(org, app));
    let items = table.get_all("read an org and an app", &[of_org.clone(), of_app.clone()]).await?;
    let find = |key: &ItemKey| items.iter().find(|item| key.is_of(item));
    let org = find(&of_org).map(|item| orgs::from_item(item, org)).transpose()?;
    Ok((org, find(&of_app).map(from_item).transpose()?))
}

fn from_item(item: &Item) -> Result<AppRecord, LedgerError> {
    read(item, || {
        let sk = super::item::a_text_or_none(item, super::keys::SK).unwrap_or("an app");
        let pk = super::item::a_text_or_none(item, super::keys::PK).unwrap_or("an org");
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
    let list = List::of(&[Some("apps"), filter.standing.map(Standing::name), org, tenant]);
    let after: Option<Place> = list.start(page)?;
    let most = rows_to_ask_for(page) as usize;
    let apps = match few(table, filter).await? {
        Some(apps) => some_of(apps, filter, after.as_ref(), most),
        None => across_orgs(table, filter.standing, after, most).await?,
    };
    list.page(page, apps.into_iter().map(|app| Ok((Place::of(&app), app))))
}

/// Every app of an org or of a tenant, unsorted: few enough to be read whole. `None` where neither is asked for.
async fn few(table: &Table, filter: &AppFilter) -> Result<Option<Vec<AppRecord>>, LedgerError> {
    let query = match (&filter.org, &filter.tenant) {
        (Some(org), _) => Query { sort_keys: SortKeys::beginning("app#"), ..Query::under(of_org(org)) },
        // No key is empty, so nothing is under an empty name.
        (None, Some(tenant)) if tenant.as_str().is_empty() => return Ok(Some(Vec::new())),
        (None, Some(tenant)) => {
            Query { index: Some(BY_TENANT), partition: (TENANT, tenant_list(tenant)), ..Query::under("") }
        }
        (None, None) => return Ok(None),
    };
    let items = table.list("list apps", query).await?;
    items.iter().map(from_item).collect::<Result<_, _>>().map(Some)
}

/// The first `most` of `apps` that pass the filter, sorted, after a place.
fn some_of(apps: Vec<AppRecord>, filter: &AppFilter, after: Option<&Place>, most: usize) -> Vec<AppRecord> {
    let mut placed: Vec<(Place, AppRecord)> = apps
        .into_iter()
        .filter(|app| filter.standing.is_none_or(|standing| app.standing() == standing))
        .filter(|app| filter.tenant.is_none() || app.identity.tenant == filter.tenant)
        .map(|app| (Place::of(&app), app))
        .filter(|(place, _)| after.is_none_or(|after| place.by > after.by))
        .collect();
    placed.sort_by(|(one, _), (other, _)| one.by.cmp(&other.by));
    placed.into_iter().map(|(_, app)| app).take(most).collect()
}

/// The first `most` apps of all orgs after a place.
async fn across_orgs(
    table: &Table,
    only: Option<Standing>,
    after: Option<Place>,
    most: usize,
) -> Result<Vec<AppRecord>, LedgerError> {
    let query = Query {
        index: Some(BY_LIST),
        partition: (LIST, APPS.to_owned()),
        sort_keys: only.map_or(SortKeys::Any, |standing| SortKeys::beginning(places_at(standing))),
        after: after.map(|place| place.in_list()),
        most,
        ..Query::under("")
    };
    table.list("list apps", query).await?.iter().map(from_item).collect()
}
