//! Scans.

use std::sync::Arc;

use super::{all, at, org, scan};
use crate::domain::id::OrgId;
use crate::domain::scan::{OrgNotScanned, OrgScanResult};
use crate::ledger::{Ledger, LedgerError};

pub(super) async fn conforms<F, Fut>(make: &F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Arc<dyn Ledger>>,
{
    a_scan_finishes_with_its_last_org(&*make().await).await;
    the_last_result_counts_and_pending_replaces_none(&*make().await).await;
    beginning_again_adds_orgs_and_keeps_results(&*make().await).await;
    a_scan_of_no_orgs_finishes_immediately(&*make().await).await;
    the_latest_scan_is_the_one_begun_last(&*make().await).await;
    a_result_for_an_unknown_scan_is_rejected(&*make().await).await;
}

async fn record_result(ledger: &dyn Ledger, org_id: &str, result: OrgScanResult, seconds: i64) {
    ledger.record_org_result(&scan("s1"), &org(org_id), &result, at(seconds)).await.expect("a result is recorded");
}

async fn pending(ledger: &dyn Ledger) -> Vec<OrgId> {
    let scan = scan("s1");
    all(2, |page| ledger.pending_orgs(&scan, page)).await
}

async fn a_scan_finishes_with_its_last_org(ledger: &dyn Ledger) {
    let orgs = ["c", "a", "b"].map(org);
    ledger.begin_scan(&scan("s1"), at(0), &orgs).await.expect("a scan begins");
    assert_eq!(pending(ledger).await, ["a", "b", "c"].map(org), "all are pending, by id");
    record_result(ledger, "b", OrgScanResult::Scanned { apps: 3 }, 1).await;
    record_result(ledger, "a", OrgScanResult::NotScanned { reason: "The token was refused.".to_owned() }, 2).await;
    let running = ledger.scan(&scan("s1")).await.expect("a scan is read").expect("the scan is there");
    assert_eq!((running.started_at, running.finished_at), (at(0), None), "one is still pending");
    assert_eq!((running.orgs_pending, running.orgs_seen, running.apps_seen), (1, 1, 3), "so far");
    assert_eq!(pending(ledger).await, [org("c")], "one is left");
    record_result(ledger, "c", OrgScanResult::Scanned { apps: 4 }, 3).await;
    let done = ledger.scan(&scan("s1")).await.expect("a scan is read").expect("the scan is there");
    assert_eq!(done.finished_at, Some(at(3)), "finished with the last result");
    assert_eq!((done.orgs_pending, done.orgs_seen, done.apps_seen), (0, 2, 7), "at the end");
    let not_seen = OrgNotScanned { org: org("a"), reason: "The token was refused.".to_owned() };
    assert_eq!(done.orgs_not_seen, [not_seen], "orgs that were not scanned are listed with the reason");
}

async fn the_last_result_counts_and_pending_replaces_none(ledger: &dyn Ledger) {
    ledger.begin_scan(&scan("s1"), at(0), &[org("a")]).await.expect("a scan begins");
    record_result(ledger, "a", OrgScanResult::NotScanned { reason: "Timed out.".to_owned() }, 1).await;
    record_result(ledger, "a", OrgScanResult::Scanned { apps: 2 }, 2).await;
    record_result(ledger, "a", OrgScanResult::Pending, 3).await;
    let scan = ledger.scan(&scan("s1")).await.expect("a scan is read").expect("the scan is there");
    assert_eq!((scan.orgs_pending, scan.orgs_seen, scan.apps_seen), (0, 1, 2), "the second result counts");
    assert!(scan.orgs_not_seen.is_empty(), "the first result is replaced");
    assert!(scan.finished_at.is_some(), "a finished scan stays finished");
}

async fn beginning_again_adds_orgs_and_keeps_results(ledger: &dyn Ledger) {
    ledger.begin_scan(&scan("s1"), at(0), &[org("a")]).await.expect("a scan begins");
    record_result(ledger, "a", OrgScanResult::Scanned { apps: 1 }, 1).await;
    ledger.begin_scan(&scan("s1"), at(5), &[org("a"), org("b")]).await.expect("a scan begins again");
    let scan = ledger.scan(&scan("s1")).await.expect("a scan is read").expect("the scan is there");
    assert_eq!(scan.started_at, at(0), "the first start time counts");
    assert_eq!((scan.orgs_pending, scan.orgs_seen), (1, 1), "the result stays, and the new org is pending");
    assert_eq!(scan.finished_at, None, "it is no longer finished");
    assert_eq!(pending(ledger).await, [org("b")]);
    record_result(ledger, "b", OrgScanResult::Scanned { apps: 1 }, 6).await;
    assert!(pending(ledger).await.is_empty(), "none is pending");
}

async fn a_scan_of_no_orgs_finishes_immediately(ledger: &dyn Ledger) {
    ledger.begin_scan(&scan("s1"), at(7), &[]).await.expect("a scan of nothing begins");
    let scan = ledger.scan(&scan("s1")).await.expect("a scan is read").expect("the scan is there");
    assert_eq!((scan.started_at, scan.finished_at), (at(7), Some(at(7))));
}

async fn the_latest_scan_is_the_one_begun_last(ledger: &dyn Ledger) {
    for (id, seconds) in [("s9", 1), ("s1", 3), ("s5", 2)] {
        ledger.begin_scan(&scan(id), at(seconds), &[org("a")]).await.expect("a scan begins");
    }
    let latest =
        async |now| ledger.latest_scan(at(now)).await.expect("the latest scan is read").expect("there are scans");
    assert_eq!((latest(3).await.id, latest(9).await.orgs_pending), (scan("s1"), 1));
    assert_eq!(latest(2).await.id, scan("s5"), "s1 began in the future: the clock was wrong");
    assert_eq!(latest(0).await.id, scan("s1"), "all began in the future");
}

async fn a_result_for_an_unknown_scan_is_rejected(ledger: &dyn Ledger) {
    let refused = ledger.record_org_result(&scan("s1"), &org("a"), &OrgScanResult::Scanned { apps: 1 }, at(1)).await;
    assert!(matches!(refused, Err(LedgerError::NoSuchScan(_))), "{refused:?}");
    assert_eq!(ledger.scan(&scan("s1")).await.expect("a scan is looked up"), None, "no scan is created");
}
