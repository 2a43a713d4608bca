//! Scans: one item for the scan, one for each of its orgs, and one by which the latest is found.
//!
//! Totals are counted when they are read, from the orgs' own items. A counter would be one item that every worker writes
//! to at once, and would be wrong after a write that was repeated.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;

use super::item::{a_text, a_text_or_none};
use super::keys::{Item, ItemKey, SCANS, SK, number, of_scan, text};
use super::query::{Query, SortKeys};
use super::table::{Condition, Table, is_new, refused};
use crate::domain::id::{OrgId, ScanId};
use crate::domain::scan::{OrgNotScanned, OrgScanResult, Scan};
use crate::ledger::paging::{List, rows_to_ask_for};
use crate::ledger::stored::{from_text, from_time, to_time};
use crate::ledger::{LedgerError, Page, PageRequest};

const STARTED_AT: &str = "started_at";
const OUTCOME: &str = "outcome";
/// When an org was first looked at; a second look does not change it.
const LOOKED_AT: &str = "looked_at";
const APPS: &str = "apps";
const REASON: &str = "reason";
const PENDING: &str = "pending";
/// What every look sets.
const SET: &str = "SET #looked_at = if_not_exists(#looked_at, :at), #outcome = :outcome";
/// How many orgs are written at once.
const AT_ONCE: usize = 32;

pub(super) async fn begin(
    table: &Table,
    scan: &ScanId,
    started_at: Timestamp,
    orgs: &[OrgId],
) -> Result<(), LedgerError> {
    let action = "begin a scan";
    let mut head = ItemKey::scan(scan).item();
    head.insert(STARTED_AT.to_owned(), text(from_time(started_at)));
    if table.put_if(action, head, is_new()).await? {
        let mut by_start = ItemKey::scan_by_start(started_at, scan).item();
        by_start.insert("id".to_owned(), text(scan.as_str()));
        table.put(action, by_start).await?;
    }
    stream::iter(orgs.to_vec())
        .map(|org| async move { add(table, scan, &org).await })
        .buffer_unordered(AT_ONCE)
        .try_for_each(|()| std::future::ready(Ok(())))
        .await
}

/// Adds an org that the scan does not have yet. What was made of one that it has stays.
async fn add(table: &Table, scan: &ScanId, org: &OrgId) -> Result<(), LedgerError> {
    let mut item = ItemKey::scan_org(scan, org).item();
    item.insert(OUTCOME.to_owned(), text(PENDING));
    table.put_if("begin a scan", item, is_new()).await.map(drop)
}

pub(super) async fn record_look(
    table: &Table,
    scan: &ScanId,
    org: &OrgId,
    look: &OrgScanResult,
    at: Timestamp,
) -> Result<(), LedgerError> {
    let action = "record a look";
    if table.get(action, &ItemKey::scan(scan)).await?.is_none() {
        return Err(LedgerError::NoSuchScan(scan.clone()));
    }
    let request = table
        .client
        .update_item()
        .table_name(&table.name)
        .set_key(Some(ItemKey::scan_org(scan, org).item()))
        .expression_attribute_names("#outcome", OUTCOME)
        .expression_attribute_names("#apps", APPS)
        .expression_attribute_names("#reason", REASON)
        .expression_attribute_names("#looked_at", LOOKED_AT)
        .expression_attribute_values(":at", text(from_time(at)));
    let request = match look {
        OrgScanResult::Pending => return add(table, scan, org).await,
        OrgScanResult::Scanned { apps } => request
            .update_expression(format!("{SET}, #apps = :apps REMOVE #reason"))
            .expression_attribute_values(":outcome", text("seen"))
            .expression_attribute_values(":apps", number(apps)),
        OrgScanResult::NotScanned { reason } => request
            .update_expression(format!("{SET}, #reason = :reason REMOVE #apps"))
            .expression_attribute_values(":outcome", text("not-seen"))
            .expression_attribute_values(":reason", text(reason)),
    };
    request.send().await.map(drop).map_err(|error| refused(action, &error))
}

pub(super) async fn get(table: &Table, scan: &ScanId) -> Result<Option<Scan>, LedgerError> {
    let items = table.list("read a scan", Query::under(of_scan(scan))).await?;
    let what = || format!("scan {scan}");
    let Some(head) = items.iter().find(|item| item.contains_key(STARTED_AT)) else { return Ok(None) };
    let started_at = to_time(a_text(head, STARTED_AT)?, what)?;
    let mut read = Scan {
        id: scan.clone(),
        started_at,
        finished_at: None,
        orgs_pending: 0,
        orgs_seen: 0,
        orgs_not_seen: Vec::new(),
        apps_seen: 0,
    };
    // A scan of nothing is over when it starts.
    let mut last = started_at;
    for item in items.iter().filter(|item| item.contains_key(OUTCOME)) {
        match a_text(item, OUTCOME)? {
            PENDING => read.orgs_pending += 1,
            "seen" => {
                read.orgs_seen += 1;
                read.apps_seen += apps(item);
            }
            _ => {
                let reason = a_text_or_none(item, REASON).unwrap_or_default().to_owned();
                read.orgs_not_seen.push(OrgNotScanned { org: org(item, scan)?, reason });
            }
        }
        if let Some(at) = a_text_or_none(item, LOOKED_AT) {
            last = last.max(to_time(at, what)?);
        }
    }
    read.finished_at = (read.orgs_pending == 0).then_some(last);
    Ok(Some(read))
}

fn apps(item: &Item) -> u64 {
    item.get(APPS).and_then(|value| value.as_n().ok()).and_then(|number| number.parse().ok()).unwrap_or_default()
}

fn org(item: &Item, scan: &ScanId) -> Result<OrgId, LedgerError> {
    let sk = a_text(item, SK)?;
    from_text(sk.trim_start_matches("org#").to_owned(), || format!("an org of scan {scan}"))
}

pub(super) async fn latest(table: &Table) -> Result<Option<Scan>, LedgerError> {
    let query = Query { backwards: true, most: 1, ..Query::under(SCANS) };
    let Some(found) = table.list("read the latest scan", query).await?.into_iter().next() else { return Ok(None) };
    let id = from_text(a_text(&found, "id")?.to_owned(), || "the latest scan".to_owned())?;
    get(table, &id).await
}

pub(super) async fn pending(table: &Table, scan: &ScanId, page: &PageRequest) -> Result<Page<OrgId>, LedgerError> {
    let list = List::of(&[Some("pending orgs"), Some(scan.as_str())]);
    let after: Option<String> = list.start(page)?;
    let query = Query {
        sort_keys: SortKeys::beginning("org#"),
        only: Condition {
            expression: "#outcome = :outcome",
            names: &[OUTCOME],
            values: vec![(OUTCOME, text(PENDING))],
        },
        after: after.map(|sk| ItemKey { pk: of_scan(scan), sk }.item()),
        most: rows_to_ask_for(page) as usize,
        ..Query::under(of_scan(scan))
    };
    let items = table.list("list pending orgs", query).await?;
    list.page(
        page,
        items.iter().map(|item| {
            let sk = a_text(item, SK)?.to_owned();
            Ok((sk, org(item, scan)?))
        }),
    )
}
