//! Reports and evidence over an estate in the embedded ledger.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

#[path = "report/content.rs"]
mod content;
#[path = "report/evidence.rs"]
mod evidence;
#[path = "report/ocsf.rs"]
mod ocsf;
#[path = "report/trail.rs"]
mod trail;

use std::time::Duration;

use jiff::SignedDuration;
use regrant::clock::Clock as _;
use regrant::domain::access_policy::Scope as Visible;
use regrant::domain::report::{Query, Report};
use regrant::usecases::report::report;
use regrant_tests::bench::Bench;
use regrant_tests::estate::{Estate, scanned_at};

/// A bench with an estate, a few hours after its scan.
async fn bench(estate: Estate) -> Bench {
    let bench = Bench::new(Duration::from_secs(1)).await;
    let now = scanned_at() + SignedDuration::from_hours(3);
    bench.clock.advance(now.duration_since(bench.clock.now()).unsigned_abs());
    estate.fill(&*bench.ports.ledger).await;
    bench
}

async fn reported(bench: &Bench, query: Query) -> Report {
    report(&bench.ports, query, &Visible::All).await.unwrap()
}

const SMALL: Estate = Estate { orgs: 40, apps_per_org: 3, customers: 4, events_per_app: 3 };
