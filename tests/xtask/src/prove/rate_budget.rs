//! Scans orgs with low rate limits, in simulated time. There must be no 429, and at most half of each window is used.

use std::sync::Arc;

use jiff::Timestamp;
use regrant::clock::Clock;
use regrant::okta::config::OktaConfig;
use regrant_simulators::{Bucket, Fleet, OktaSimulator, SimulatorConfig};
use regrant_tests::bench::{Bench, simulated_clock};
use serde_json::{Value, json};

use super::{Outcome, Report, Size};

pub(crate) const NAME: &str = "rate-budget";

pub(crate) async fn prove(size: Size) -> Outcome {
    let apps = if size == Size::Full { 60 } else { 12 };
    let mut holds = true;
    let mut figures: Vec<(String, Value)> = vec![("apps_per_org".to_owned(), json!(apps))];
    for limit in [10, 50] {
        let run = scan_one(limit, apps).await?;
        holds &= run.refused == 0 && run.most_in_a_window <= limit / 2 && run.apps_seen == u64::from(apps);
        let mut figure = |name: &str, value: Value| figures.push((format!("limit_{limit}_{name}"), value));
        figure("calls", json!(run.calls));
        figure("refused_with_429", json!(run.refused));
        figure("most_calls_in_a_window", json!(run.most_in_a_window));
        figure("apps_seen", json!(run.apps_seen));
        figure("simulated_seconds", json!(run.seconds));
    }
    Ok(Report { name: NAME, holds, figures: figures.into_iter().collect() })
}

struct Run {
    calls: u64,
    refused: u64,
    most_in_a_window: u32,
    apps_seen: u64,
    seconds: i64,
}

/// Scans one org with `limit` calls per minute, in its own world so that no other org advances its clock.
async fn scan_one(limit: u32, apps: u32) -> Result<Run, Box<dyn std::error::Error + Send + Sync>> {
    let clock = simulated_clock();
    let simulator = OktaSimulator::start(SimulatorConfig::new(Arc::new(clock.clone()))).await?;
    let fleet = Fleet { apps_limit: limit, apps_per_org: apps, ..Fleet::new(5, 1) };
    simulator.add_fleet(fleet);
    let began: Timestamp = clock.now();
    let bench = Bench::with(clock.clone(), OktaConfig::default()).await;
    bench.know_fleet(&simulator, &fleet).await;
    let scan = bench.scan_all(1).await?;
    let usage = simulator.usage(&Fleet::name(0), Bucket::Apps);
    Ok(Run {
        calls: usage.calls,
        refused: usage.refused,
        most_in_a_window: usage.most_in_a_window,
        apps_seen: scan.apps_seen,
        seconds: clock.now().duration_since(began).as_secs(),
    })
}
