//! Tests that an interrupted scan resumes where it stopped.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use regrant::embedded::worker::drain_scans;
use std::sync::Arc;

use regrant::domain::id::OrgId;
use regrant::embedded::in_process_queue::InProcessQueue;
use regrant::okta::config::OktaConfig;
use regrant::usecases::scan::scan_apps::scan_apps;
use regrant::usecases::scan::start::{Selection, StartScanError, resume_scan, start_scan};
use regrant_simulators::{Fleet, OktaSimulator, SimulatorConfig};
use regrant_tests::bench::{Bench, simulated_clock};

#[tokio::test]
async fn resumed_scan_covers_remaining_orgs_only() {
    let clock = simulated_clock();
    let simulator = OktaSimulator::start(SimulatorConfig::new(Arc::new(clock.clone()))).await.unwrap();
    let fleet = Fleet::new(9, 5);
    simulator.add_fleet(fleet);
    let mut bench = Bench::with(clock, OktaConfig::default()).await;
    bench.know_fleet(&simulator, &fleet).await;

    let scan = start_scan(&bench.ports, &Selection::All).await.unwrap();
    let first: OrgId = fleet.org(0).id.parse().unwrap();
    scan_apps(&bench.ports, &scan.id, &first).await.unwrap();
    let asked_once = simulator.requests(&Fleet::name(0)).len();

    // The process and its queue end; the ledger remains.
    bench.ports.queues.scans = Arc::new(InProcessQueue::new(bench.ports.clock.clone()));
    let resumed = resume_scan(&bench.ports, &scan.id).await.unwrap();
    assert_eq!((resumed.orgs_seen, resumed.orgs_pending), (1, 4));
    drain_scans(&bench.ports, 2, || ()).await.unwrap();

    let done = bench.ports.ledger.scan(&scan.id).await.unwrap().unwrap();
    assert_eq!((done.orgs_seen, done.orgs_pending, done.apps_seen), (5, 0, 15));
    assert!(done.finished_at.is_some());
    assert_eq!(simulator.requests(&Fleet::name(0)).len(), asked_once, "the first org was not asked again");
}

#[tokio::test]
async fn unknown_scan_cannot_resume() {
    let bench = Bench::with(simulated_clock(), OktaConfig::default()).await;
    let refused = resume_scan(&bench.ports, &"nothing".parse().unwrap()).await;
    assert!(matches!(refused, Err(StartScanError::NoSuchScan(_))), "{refused:?}");
    let unknown = start_scan(&bench.ports, &Selection::Orgs(vec!["00onobody".parse().unwrap()])).await;
    assert!(matches!(unknown, Err(StartScanError::NoSuchOrg(_))), "{unknown:?}");
}
