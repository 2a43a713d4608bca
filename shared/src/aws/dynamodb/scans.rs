//! Scans: one item for the scan, one for its result for each org, and one that sorts scans by start time. All expire together.
//!
//! A read counts the totals from the results. A counter would be a single item that every worker writes at once, and would
//! be wrong after a retried write.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;

use super::item::{optional_text_of, text_of};
use super::keys::{EXPIRES_AT, Item, ItemKey, SCANS, SK, expiry, number, scan_partition, text};
use super::query::{Query, SortKeys};
use super::table::{Condition, Table, is_new, refused};
use crate::domain::id::{OrgId, ScanId};
use crate::domain::scan::{OrgNotScanned, OrgScanResult, Scan};
use crate::ledger::cursor::{ListCursors, rows_to_ask_for};
use crate::ledger::stored::{from_text, from_time, to_time};
use crate::ledger::{LedgerError, Page, PageRequest, retention};

const STARTED_AT: &str = "started_at";
const OUTCOME: &str = "outcome";
/// When the first result for an org was recorded; a second result does not change it.
const RECORDED_AT: &str = "recorded_at";
const APPS: &str = "apps";
const REASON: &str = "reason";
const PENDING: &str = "pending";
/// What every result sets.
const SET: &str = "SET #recorded_at = if_not_exists(#recorded_at, :at), #outcome = :outcome, #expires_at = :expires_at";
/// How many orgs are written concurrently.
const CONCURRENCY: usize = 32;

pub(super) async fn begin(
    table: &Table,
    scan: &ScanId,
    started_at: Timestamp,
    orgs: &[OrgId],
) -> Result<(), LedgerError> {
    let action = "begin a scan";
    let mut head = ItemKey::scan(scan).item();
    head.insert(STARTED_AT.to_owned(), text(from_time(started_at)));
    head.insert(EXPIRES_AT.to_owned(), expiry(retention::scan_expires_at(started_at)));
    if table.put_if(action, head, is_new()).await? {
        let mut by_start = ItemKey::scan_by_start(started_at, scan).item();
        by_start.insert("id".to_owned(), text(scan.as_str()));
        by_start.insert(EXPIRES_AT.to_owned(), expiry(retention::scan_expires_at(started_at)));
        table.put(action, by_start).await?;
    }
    stream::iter(orgs.to_vec())
        .map(|org| async move { add(table, scan, started_at, &org).await })
        .buffer_unordered(CONCURRENCY)
        .try_for_each(|()| std::future::ready(Ok(())))
        .await
}

/// Adds an org as pending. Keeps the result of an org that the scan already has.
async fn add(table: &Table, scan: &ScanId, started_at: Timestamp, org: &OrgId) -> Result<(), LedgerError> {
    let mut item = ItemKey::scan_org(scan, org).item();
    item.insert(OUTCOME.to_owned(), text(PENDING));
    item.insert(EXPIRES_AT.to_owned(), expiry(retention::scan_expires_at(started_at)));
    table.put_if("begin a scan", item, is_new()).await.map(drop)
}

pub(super) async fn record_result(
    table: &Table,
    scan: &ScanId,
    org: &OrgId,
    result: &OrgScanResult,
    at: Timestamp,
) -> Result<(), LedgerError> {
    let action = "record a scan result";
    let Some(head) = table.get(action, &ItemKey::scan(scan)).await? else {
        return Err(LedgerError::NoSuchScan(scan.clone()));
    };
    let started_at = to_time(text_of(&head, STARTED_AT)?, || format!("scan {scan}"))?;
    let request = table
        .client
        .update_item()
        .table_name(&table.name)
        .set_key(Some(ItemKey::scan_org(scan, org).item()))
        .expression_attribute_names("#outcome", OUTCOME)
        .expression_attribute_names("#apps", APPS)
        .expression_attribute_names("#reason", REASON)
        .expression_attribute_names("#recorded_at", RECORDED_AT)
        .expression_attribute_names("#expires_at", EXPIRES_AT)
        .expression_attribute_values(":at", text(from_time(at)))
        .expression_attribute_values(":expires_at", expiry(retention::scan_expires_at(started_at)));
    let request = match result {
        OrgScanResult::Pending => return add(table, scan, started_at, org).await,
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
    let items = table.list("read a scan", Query::partition(scan_partition(scan))).await?;
    let what = || format!("scan {scan}");
    let Some(head) = items.iter().find(|item| item.contains_key(STARTED_AT)) else { return Ok(None) };
    let started_at = to_time(text_of(head, STARTED_AT)?, what)?;
    let mut read = Scan {
        id: scan.clone(),
        started_at,
        finished_at: None,
        orgs_pending: 0,
        orgs_seen: 0,
        orgs_not_seen: Vec::new(),
        apps_seen: 0,
    };
    // A scan of no orgs is finished when it starts.
    let mut last = started_at;
    for item in items.iter().filter(|item| item.contains_key(OUTCOME)) {
        match text_of(item, OUTCOME)? {
            PENDING => read.orgs_pending += 1,
            "seen" => {
                read.orgs_seen += 1;
                read.apps_seen += apps(item);
            }
            _ => {
                let reason = optional_text_of(item, REASON).unwrap_or_default().to_owned();
                read.orgs_not_seen.push(OrgNotScanned { org: org(item, scan)?, reason });
            }
        }
        if let Some(at) = optional_text_of(item, RECORDED_AT) {
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
    let sk = text_of(item, SK)?;
    from_text(sk.trim_start_matches("org#").to_owned(), || format!("an org of scan {scan}"))
}

pub(super) async fn latest(table: &Table, now: Timestamp) -> Result<Option<Scan>, LedgerError> {
    let query = Query { backwards: true, most: 1, ..Query::partition(SCANS) };
    // `~` sorts after every character of an id.
    let begun = Query { sort_keys: SortKeys::UpTo(format!("{}#~", from_time(now))), ..query.clone() };
    let mut found = table.list("read the latest scan", begun).await?;
    if found.is_empty() {
        found = table.list("read the latest scan", query).await?;
    }
    let Some(found) = found.into_iter().next() else { return Ok(None) };
    let id = from_text(text_of(&found, "id")?.to_owned(), || "the latest scan".to_owned())?;
    get(table, &id).await
}

pub(super) async fn pending(table: &Table, scan: &ScanId, page: &PageRequest) -> Result<Page<OrgId>, LedgerError> {
    let cursors = ListCursors::for_list(&[Some("pending orgs"), Some(scan.as_str())]);
    let after: Option<String> = cursors.start(page)?;
    let query = Query {
        sort_keys: SortKeys::beginning("org#"),
        only: Condition {
            expression: "#outcome = :outcome",
            names: &[OUTCOME],
            values: vec![(OUTCOME, text(PENDING))],
        },
        after: after.map(|sk| ItemKey { pk: scan_partition(scan), sk }.item()),
        most: rows_to_ask_for(page) as usize,
        ..Query::partition(scan_partition(scan))
    };
    let items = table.list("list pending orgs", query).await?;
    cursors.page(
        page,
        items.iter().map(|item| {
            let sk = text_of(item, SK)?.to_owned();
            Ok((sk, org(item, scan)?))
        }),
    )
}

pub(super) async fn results(table: &Table, scan: &ScanId) -> Result<Vec<(OrgId, OrgScanResult)>, LedgerError> {
    let query = Query { sort_keys: SortKeys::beginning("org#"), ..Query::partition(scan_partition(scan)) };
    let items = table.list("read a scan's results", query).await?;
    items
        .iter()
        .map(|item| {
            let result = match text_of(item, OUTCOME)? {
                PENDING => OrgScanResult::Pending,
                "seen" => OrgScanResult::Scanned { apps: apps(item) },
                _ => {
                    OrgScanResult::NotScanned { reason: optional_text_of(item, REASON).unwrap_or_default().to_owned() }
                }
            };
            Ok((org(item, scan)?, result))
        })
        .collect()
}
