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
    a_lease_is_one_holders_at_a_time(&*make().await).await;
    the_holder_may_make_its_lease_longer(&*make().await).await;
    a_lease_is_free_when_its_time_is_over(&*make().await).await;
    only_its_holder_gives_a_lease_back(&*make().await).await;
    of_many_who_want_a_lease_at_once_one_gets_it(&*make().await).await;
}

/// Tries to take the lease called `refresh`.
async fn takes(ledger: &dyn Ledger, holder: &str, now: i64, until: i64) -> bool {
    ledger.acquire_lease("refresh", holder, at(now), at(until)).await.expect("taking a lease is tried")
}

async fn releases(ledger: &dyn Ledger, holder: &str) {
    ledger.release_lease("refresh", holder).await.expect("a lease is given back");
}

async fn a_lease_is_one_holders_at_a_time(ledger: &dyn Ledger) {
    assert!(takes(ledger, "one", 0, 10).await, "a lease that nobody holds");
    assert!(!takes(ledger, "two", 1, 11).await, "a lease that another holds");
    let other = ledger.acquire_lease("report", "two", at(1), at(11)).await.expect("taking a lease is tried");
    assert!(other, "a lease of another name");
}

async fn the_holder_may_make_its_lease_longer(ledger: &dyn Ledger) {
    assert!(takes(ledger, "one", 0, 10).await);
    assert!(takes(ledger, "one", 5, 20).await, "its own again");
    assert!(!takes(ledger, "two", 15, 25).await, "it holds for the longer time");
    assert!(takes(ledger, "two", 20, 30).await, "and no longer");
}

async fn a_lease_is_free_when_its_time_is_over(ledger: &dyn Ledger) {
    assert!(takes(ledger, "one", 0, 10).await);
    let just_before = at(10) - SignedDuration::from_nanos(1);
    let early = ledger.acquire_lease("refresh", "two", just_before, at(20)).await.expect("taking a lease is tried");
    assert!(!early, "just before its end it is held");
    assert!(takes(ledger, "two", 10, 20).await, "at its end it is free");
    assert!(!takes(ledger, "one", 11, 21).await, "and the old holder has lost it");
}

async fn only_its_holder_gives_a_lease_back(ledger: &dyn Ledger) {
    releases(ledger, "one").await;
    assert!(takes(ledger, "one", 0, 10).await);
    releases(ledger, "two").await;
    assert!(!takes(ledger, "two", 1, 11).await, "what another gave back is still held");
    releases(ledger, "one").await;
    assert!(takes(ledger, "two", 1, 11).await, "what its holder gave back is free");
}

async fn of_many_who_want_a_lease_at_once_one_gets_it(ledger: &dyn Ledger) {
    let holders: Vec<_> = (0..CALLERS).map(|n| format!("worker-{n}")).collect();
    let taken = join_all(holders.iter().map(|holder| takes(ledger, holder, 0, 10))).await;
    let winners: Vec<_> = holders.iter().zip(taken).filter_map(|(holder, won)| won.then_some(holder)).collect();
    assert_eq!(winners.len(), 1, "one gets it");
    assert!(takes(ledger, winners[0], 1, 11).await, "and holds it");
}
