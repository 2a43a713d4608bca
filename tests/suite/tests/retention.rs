//! Clean-up of expired records, with a simulated clock.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::time::Duration;

use jiff::Timestamp;
use regrant::clock::Clock as _;
use regrant::domain::id::{OrgId, ScanId};
use regrant::ledger::retention;
use regrant::usecases::records::cleanup::{delete_expired, delete_expired_daily};
use regrant_tests::bench::Bench;

fn scan(name: &str) -> ScanId {
    name.parse().unwrap()
}

/// A bench with two scans, of which the earlier expires at the returned time.
async fn bench_with_scans() -> (Bench, Timestamp) {
    let bench = Bench::new(Duration::from_secs(1)).await;
    let org: OrgId = "00oacme".parse().unwrap();
    let started_at = bench.clock.now();
    bench.ports.ledger.begin_scan(&scan("early"), started_at, std::slice::from_ref(&org)).await.unwrap();
    bench.clock.advance(Duration::from_mins(1));
    bench.ports.ledger.begin_scan(&scan("late"), bench.clock.now(), &[org]).await.unwrap();
    (bench, retention::scan_expires_at(started_at))
}

async fn exists(bench: &Bench, name: &str) -> bool {
    bench.ports.ledger.scan(&scan(name)).await.unwrap().is_some()
}

#[tokio::test]
async fn clean_up_deletes_records_once_they_expire() {
    let (bench, expiry) = bench_with_scans().await;
    assert_eq!(delete_expired(&bench.ports).await.unwrap(), 0);
    assert!(exists(&bench, "early").await);
    bench.clock.advance(expiry.duration_since(bench.clock.now()).unsigned_abs());
    assert_eq!(delete_expired(&bench.ports).await.unwrap(), 1);
    assert!(!exists(&bench, "early").await && exists(&bench, "late").await);
}

#[tokio::test]
async fn clean_up_runs_every_day() {
    let (bench, expiry) = bench_with_scans().await;
    // A sleep on the simulated clock advances it, so the loop runs until the record is gone.
    let gone = async {
        while exists(&bench, "early").await {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        () = delete_expired_daily(&bench.ports) => unreachable!("it runs until it is dropped"),
        () = gone => {}
    }
    assert!(bench.clock.now() >= expiry);
}
