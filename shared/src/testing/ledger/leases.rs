//! Leases.

use std::sync::Arc;

use futures_util::future::join_all;
use jiff::SignedDuration;

use super::{CALLERS, at};
use crate::ledger::Ledger;

pub(super) async fn conforms<F, Fut>(make: &F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Arc<dyn Ledger>>,
{
    a_lease_has_one_holder_at_a_time(&*make().await).await;
    the_holder_can_extend_its_lease(&*make().await).await;
    an_ended_lease_is_free(&*make().await).await;
    only_the_holder_releases_a_lease(&*make().await).await;
    one_of_many_concurrent_callers_gets_a_lease(&*make().await).await;
}

/// Whether `holder` acquires the lease `refresh`.
async fn acquires(ledger: &dyn Ledger, holder: &str, now: i64, until: i64) -> bool {
    ledger.acquire_lease("refresh", holder, at(now), at(until)).await.expect("acquiring a lease is tried")
}

async fn releases(ledger: &dyn Ledger, holder: &str) {
    ledger.release_lease("refresh", holder).await.expect("a lease is released");
}

async fn holder(ledger: &dyn Ledger, now: i64) -> Option<String> {
    ledger.lease_holder("refresh", at(now)).await.expect("a lease is read")
}

async fn a_lease_has_one_holder_at_a_time(ledger: &dyn Ledger) {
    assert_eq!(holder(ledger, 0).await, None);
    assert!(acquires(ledger, "one", 0, 10).await, "a free lease");
    assert_eq!((holder(ledger, 9).await.as_deref(), holder(ledger, 10).await), (Some("one"), None));
    assert!(!acquires(ledger, "two", 1, 11).await, "a lease with a different holder");
    let other = ledger.acquire_lease("report", "two", at(1), at(11)).await.expect("acquiring a lease is tried");
    assert!(other, "a lease with a different name");
}

async fn the_holder_can_extend_its_lease(ledger: &dyn Ledger) {
    assert!(acquires(ledger, "one", 0, 10).await);
    assert!(acquires(ledger, "one", 5, 20).await, "its own lease");
    assert!(!acquires(ledger, "two", 15, 25).await, "it is extended");
    assert!(acquires(ledger, "two", 20, 30).await, "it ends");
}

async fn an_ended_lease_is_free(ledger: &dyn Ledger) {
    assert!(acquires(ledger, "one", 0, 10).await);
    let just_before = at(10) - SignedDuration::from_nanos(1);
    let early = ledger.acquire_lease("refresh", "two", just_before, at(20)).await.expect("acquiring a lease is tried");
    assert!(!early, "it is held until just before its end");
    assert!(acquires(ledger, "two", 10, 20).await, "at its end it is free");
    assert!(!acquires(ledger, "one", 11, 21).await, "and the old holder has lost it");
}

async fn only_the_holder_releases_a_lease(ledger: &dyn Ledger) {
    releases(ledger, "one").await;
    assert!(acquires(ledger, "one", 0, 10).await);
    releases(ledger, "two").await;
    assert!(!acquires(ledger, "two", 1, 11).await, "a release by someone else does nothing");
    releases(ledger, "one").await;
    assert!(acquires(ledger, "two", 1, 11).await, "a released lease is free");
}

async fn one_of_many_concurrent_callers_gets_a_lease(ledger: &dyn Ledger) {
    let holders: Vec<_> = (0..CALLERS).map(|n| format!("worker-{n}")).collect();
    let taken = join_all(holders.iter().map(|holder| acquires(ledger, holder, 0, 10))).await;
    let winners: Vec<_> = holders.iter().zip(taken).filter_map(|(holder, won)| won.then_some(holder)).collect();
    assert_eq!(winners.len(), 1, "one acquires it");
    assert!(acquires(ledger, winners[0], 1, 11).await, "and holds it");
}
