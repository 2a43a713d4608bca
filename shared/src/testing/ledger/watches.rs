//! Watches.

use std::sync::Arc;

use futures_util::future::join_all;

use super::notifications::request;
use super::{CALLERS, at, notification_kinds, org};
use crate::domain::access_problem::{AccessProblem, OrgWatch};
use crate::ledger::Ledger;

pub(super) async fn conforms<F, Fut>(make: &F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Arc<dyn Ledger>>,
{
    a_written_watch_is_returned(&*make().await).await;
    a_stale_watch_writes_nothing(&*make().await).await;
    one_of_many_concurrent_first_watches_wins(&*make().await).await;
    one_of_many_concurrent_watch_changes_wins(&*make().await).await;
}

/// The watch of an org with every access problem.
pub(super) fn watch(org_id: &str) -> OrgWatch {
    let detail = "E0000011: \"refused\"\r\n\u{0}".to_owned();
    let problems = notification_kinds::problems().into_iter();
    OrgWatch {
        okta_answered_at: Some(at(1)),
        problems: problems
            .map(|kind| AccessProblem { kind, since: at(2), detail: detail.clone(), request: request("RG-A") })
            .collect(),
        ..OrgWatch::new(org(org_id))
    }
}

pub(super) async fn puts(ledger: &dyn Ledger, watch: &OrgWatch) -> bool {
    ledger.put_org_watch(watch).await.expect("writing a watch is tried")
}

pub(super) async fn read(ledger: &dyn Ledger, org_id: &str) -> Option<OrgWatch> {
    ledger.org_watch(&org(org_id)).await.expect("a watch is read")
}

async fn a_written_watch_is_returned(ledger: &dyn Ledger) {
    assert_eq!(read(ledger, "acme").await, None);
    let (acme, globex) = (watch("acme"), OrgWatch::new(org("globex")));
    assert!(puts(ledger, &acme).await && puts(ledger, &globex).await);
    assert_eq!(read(ledger, "acme").await, Some(OrgWatch { version: 1, ..acme }), "all of it comes back");
    assert_eq!(read(ledger, "globex").await, Some(OrgWatch { version: 1, ..globex }), "a different org has its own");
}

async fn a_stale_watch_writes_nothing(ledger: &dyn Ledger) {
    let first = watch("acme");
    assert!(!puts(ledger, &OrgWatch { version: 1, ..first.clone() }).await, "no watch has that version");
    assert_eq!(read(ledger, "acme").await, None, "and none was created");
    assert!(puts(ledger, &first).await);
    assert!(!puts(ledger, &first).await, "there is one already");
    let well = OrgWatch { problems: Vec::new(), version: 1, ..first.clone() };
    assert!(puts(ledger, &well).await, "the version it was read with");
    let kept = OrgWatch { version: 2, ..well };
    assert_eq!(read(ledger, "acme").await.as_ref(), Some(&kept), "the version counts up");
    for version in [0, 1, 3, i64::MAX.unsigned_abs(), u64::MAX] {
        assert!(!puts(ledger, &OrgWatch { version, ..first.clone() }).await, "version {version} is refused");
        assert_eq!(read(ledger, "acme").await.as_ref(), Some(&kept), "version {version} wrote nothing");
    }
}

async fn race(ledger: &dyn Ledger, version: u64) {
    let answered = (1..).take(CALLERS).map(|seconds| Some(at(seconds)));
    let tries: Vec<_> =
        answered.map(|okta_answered_at| OrgWatch { okta_answered_at, version, ..watch("acme") }).collect();
    let written = join_all(tries.iter().map(|watch| puts(ledger, watch))).await;
    let winners: Vec<_> = tries.into_iter().zip(written).filter_map(|(watch, won)| won.then_some(watch)).collect();
    assert_eq!(winners.len(), 1, "one writes it");
    let kept = winners.into_iter().next().map(|watch| OrgWatch { version: version + 1, ..watch });
    assert_eq!(read(ledger, "acme").await, kept, "the winner's watch is stored");
}

async fn one_of_many_concurrent_first_watches_wins(ledger: &dyn Ledger) {
    race(ledger, 0).await;
}

async fn one_of_many_concurrent_watch_changes_wins(ledger: &dyn Ledger) {
    assert!(puts(ledger, &watch("acme")).await);
    race(ledger, 1).await;
}
