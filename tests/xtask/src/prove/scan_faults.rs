//! Scans thousands of orgs with a tenth of all responses faulty. Every standing must be right, or `unknown` with a reason.

use std::time::Duration;

use regrant::domain::scan::Scan;
use regrant::domain::standing::Standing;
use regrant::okta::config::OktaConfig;
use regrant_simulators::{Fault, FaultPlan, Fleet, OktaSimulator, SimulatorConfig};
use regrant_tests::bench::{Bench, simulated_clock};
use serde_json::json;

use super::{Outcome, Report, Size};

pub(crate) const NAME: &str = "scan-faults";

/// The total share of faulty responses.
const FAULTY: f64 = 0.10;

/// The number of fault kinds that share it.
const KINDS: f64 = 7.0;

/// The number of orgs scanned concurrently.
const WORKERS: usize = 16;

#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    right: u64,
    unknown_with_reason: u64,
    wrong: Vec<String>,
    /// Apps without a record whose org the scan reports as not scanned.
    not_seen: u64,
    /// Apps without a record whose org the scan reports as scanned.
    lost: u64,
}

pub(crate) async fn prove(size: Size) -> Outcome {
    let orgs = if size == Size::Full { 2_000 } else { 60 };
    let clock = simulated_clock();
    let simulator = OktaSimulator::start(SimulatorConfig::new(std::sync::Arc::new(clock.clone()))).await?;
    let fleet = Fleet { apps_limit: 100, ..Fleet::new(11, orgs) };
    simulator.add_fleet(fleet);
    simulator.set_fault_plan(a_tenth_faulty());

    // Two attempts per call instead of four, so that more faults reach the scan.
    let config = OktaConfig { timeout: Duration::from_millis(500), attempts: 2, ..OktaConfig::default() };
    let bench = Bench::with(clock, config).await;
    bench.know_fleet(&simulator, &fleet).await;

    let faulty = bench.scan_all(WORKERS).await?;
    let first = tally(&bench, &fleet, &faulty).await?;
    simulator.set_fault_plan(FaultPlan::default());
    let clean = bench.scan_all(WORKERS).await?;
    let second = tally(&bench, &fleet, &clean).await?;

    let apps = u64::from(orgs) * u64::from(fleet.apps_per_org);
    let accounted = |scan: &Scan| scan.orgs_seen + scan.orgs_not_seen.len() as u64 == u64::from(orgs);
    let holds = first.wrong.is_empty()
        && first.lost == 0
        && first.unknown_with_reason + first.not_seen > 0
        && accounted(&faulty)
        && second == Tally { right: apps, ..Tally::default() }
        && clean.orgs_not_seen.is_empty()
        && clean.apps_seen == apps;
    Ok(Report::new(
        NAME,
        holds,
        [
            ("orgs", json!(orgs)),
            ("apps", json!(apps)),
            ("faulty_share", json!(FAULTY)),
            ("faulty_scan_right", json!(first.right)),
            ("faulty_scan_unknown_with_reason", json!(first.unknown_with_reason)),
            ("faulty_scan_wrong", json!(first.wrong.len())),
            ("faulty_scan_wrong_ones", json!(first.wrong)),
            ("faulty_scan_apps_of_orgs_not_seen", json!(first.not_seen)),
            ("faulty_scan_apps_lost_without_a_word", json!(first.lost)),
            ("faulty_scan_orgs_not_seen", json!(faulty.orgs_not_seen.len())),
            ("clean_scan_right", json!(second.right)),
            ("clean_scan_orgs_not_seen", json!(clean.orgs_not_seen.len())),
            ("answers_by_status", json!(simulator.fleet_statuses())),
        ],
    ))
}

fn a_tenth_faulty() -> FaultPlan {
    let kinds = [
        Fault::RateLimited,
        Fault::ServerError,
        Fault::ReadOnly,
        Fault::EdgeProxyError,
        Fault::Timeout,
        Fault::Reset,
        Fault::Truncated,
    ];
    kinds.into_iter().fold(FaultPlan::default(), |plan, fault| plan.with(FAULTY / KINDS, fault))
}

async fn tally(bench: &Bench, fleet: &Fleet, scan: &Scan) -> Result<Tally, Box<dyn std::error::Error + Send + Sync>> {
    let mut tally = Tally::default();
    for index in 0..fleet.size {
        let org = fleet.org(index);
        let org_id = org.id.parse()?;
        let not_seen = scan.orgs_not_seen.iter().any(|missed| missed.org == org_id);
        for number in 0..fleet.apps_per_org {
            let expected = fleet.expected_standing(index, number);
            let app = fleet.app(index, number).id.parse()?;
            match bench.ports.ledger.app(&org_id, &app).await? {
                None if not_seen => tally.not_seen += 1,
                None => tally.lost += 1,
                Some(record) if record.standing() == expected => tally.right += 1,
                Some(record) if record.standing() == Standing::Unknown && !record.assessment.reasons.is_empty() => {
                    tally.unknown_with_reason += 1;
                }
                Some(record) => {
                    tally.wrong.push(format!(
                        "{app}: expected {expected}, reported {}: {:?}",
                        record.standing(),
                        record.assessment.reasons
                    ));
                }
            }
        }
    }
    Ok(tally)
}
