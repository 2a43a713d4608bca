//! Tests that no app ever shows a wrong standing after data loss: all data is deleted between two calls, or the services
//! restart, are unavailable for a while and lose all data.

use regrant::embedded::worker::{drain_saves, drain_scans};
use std::sync::Arc;

use regrant::aws::secrets_manager::SecretsManagerConfig;
use regrant::clock::SimulatedClock;
use regrant::domain::app::AppRecord;
use regrant::domain::standing::Standing;
use regrant::ledger::{AppFilter, PageRequest};
use regrant::microsoft::MfaEvidence;
use regrant::usecases::Ports;
use regrant::usecases::scan::start::{Selection, start_scan};
use regrant_tests::aws::Account;
use regrant_tests::bench::{Stores, simulated_clock};
use regrant_tests::consent::{Browser, Simulation, add_and_scan_demo_orgs, app_of, register, registration, router};

/// A simulation, an account and stores that can lose all data. The queue is in this process, so no waiting is needed.
struct Fixture {
    simulation: Simulation,
    account: Account,
    clock: SimulatedClock,
    ports: Ports,
}

impl Fixture {
    async fn set() -> Self {
        let clock = simulated_clock();
        let simulation = Simulation::new(Arc::new(clock.clone())).await;
        let account = Account::open().await;
        let stack = account.stack(SecretsManagerConfig::default()).await;
        let in_process = Stores::embedded(tempfile::tempdir().unwrap().path(), &simulation.clock).await;
        let kept = account.stores("test", &stack).await;
        let stores = Stores { queues: in_process.queues, ..kept };
        let ports = simulation.ports_over(stores);
        Self { simulation, account, clock, ports }
    }

    async fn apps(&self) -> Vec<AppRecord> {
        self.ports.ledger.apps(&AppFilter::default(), PageRequest::first(500)).await.unwrap().items
    }

    /// The result of a full scan without data loss.
    async fn expected_standings(&self) -> Vec<(String, Standing)> {
        self.account.forget_after(0).await;
        add_and_scan_demo_orgs(&self.simulation, &self.ports).await;
        let mut expected_standings: Vec<_> =
            self.apps().await.iter().map(|app| (app.identity.app.to_string(), app.standing())).collect();
        expected_standings.sort();
        expected_standings
    }

    /// Checks that every app in the ledger has its right standing or is unknown.
    async fn nothing_is_wrong(&self, when: &str) {
        // Ends data loss and outages.
        self.account.forget_after(usize::MAX).await;
        let shown = self.apps().await;
        let expected_standings = self.expected_standings().await;
        for app in shown {
            let id = app.identity.app.to_string();
            let right = expected_standings.iter().find(|(app, _)| *app == id).map(|(_, standing)| *standing);
            assert!(
                Some(app.standing()) == right || app.standing() == Standing::Unknown,
                "{when}: {id} is shown as {:?} and stands as {right:?}",
                app.standing()
            );
        }
    }
}

/// The length of an outage in calls, more than one operation attempts.
const OUTAGE: usize = 12;

/// Deletes all data before every `step`th call of a scan, followed by an outage.
async fn lose_in_scans(step: usize, outage: usize) {
    let fixture = Fixture::set().await;
    add_and_scan_demo_orgs(&fixture.simulation, &fixture.ports).await;
    let before = fixture.account.calls().await.len();
    start_scan(&fixture.ports, &Selection::All).await.unwrap();
    drain_scans(&fixture.ports, 4, || ()).await.unwrap();
    let calls = fixture.account.calls().await.len() - before;
    assert!(calls > 40, "a scan makes {calls} calls");
    for lost_before in (0..calls).step_by(step) {
        fixture.expected_standings().await;
        fixture.account.restart_after(lost_before, outage).await;
        // It may fail, because the data it needs is gone.
        let begun = start_scan(&fixture.ports, &Selection::All).await;
        assert!(outage == 0 || lost_before > 0 || begun.is_err(), "the scan cannot start during an outage");
        if begun.is_ok() {
            let _ = drain_scans(&fixture.ports, 4, || ()).await;
        }
        fixture.nothing_is_wrong(&format!("all was lost before call {lost_before} of a scan")).await;
    }
}

#[tokio::test]
async fn scan_shows_no_wrong_standing_after_data_loss() {
    lose_in_scans(7, 0).await;
}

#[tokio::test]
async fn scan_shows_no_wrong_standing_after_restarts() {
    lose_in_scans(17, OUTAGE).await;
}

/// Deletes all data before every `step`th call of a consent, followed by an outage.
async fn lose_in_consents(step: usize, outage: usize) {
    let mut lost_before = 0;
    loop {
        let fixture = Fixture::set().await;
        register(&fixture.ports, &registration(MfaEvidence::default())).await;
        add_and_scan_demo_orgs(&fixture.simulation, &fixture.ports).await;
        let (org, app) = app_of(&fixture.ports, "acmelabs").await;
        let link = regrant::usecases::consent::invite::invite(&fixture.ports, &org, &app).await.unwrap().link;
        let before = fixture.account.calls().await.len();
        fixture.account.restart_after(lost_before, outage).await;
        let through = walk(&fixture, link.path()).await;
        let calls = fixture.account.calls().await.len() - before;
        fixture.nothing_is_wrong(&format!("all was lost before call {lost_before} of a consent")).await;
        if through && lost_before > calls {
            return;
        }
        lost_before += step;
    }
}

#[tokio::test]
async fn consent_shows_no_wrong_standing_after_data_loss() {
    lose_in_consents(9, 0).await;
}

#[tokio::test]
async fn consent_shows_no_wrong_standing_after_restarts() {
    lose_in_consents(19, OUTAGE).await;
}

/// Follows the pages as far as possible. Returns whether the consent was completed.
async fn walk(fixture: &Fixture, invitation: &str) -> bool {
    use axum::http::StatusCode;
    use regrant_simulators::microsoft::Decision;

    let mut browser = Browser::new(router(&fixture.ports));
    let sent = browser.post(invitation, &[]).await;
    if sent.status != StatusCode::SEE_OTHER || !sent.location().starts_with("http") {
        return false;
    }
    let back = fixture.simulation.at_microsoft(&sent.location_url(), "ada.administrator", Decision::Accept);
    let returned = browser.get_url(&back).await;
    if returned.status != StatusCode::SEE_OTHER {
        return false;
    }
    let session = returned.location();
    let page = browser.get(&session).await;
    if form_token(&page.body).is_none() {
        return false;
    }
    let Some(link) = browser.open_consent(&session).await else { return false };
    let back = fixture.simulation.at_microsoft(&link, "ada.administrator", Decision::Accept);
    let shown = fixture.simulation.at_okta(&back).await;
    let page = browser.get(&session).await;
    let Some(token) = form_token(&page.body) else { return false };
    browser.post(&format!("{session}/handover"), &[("token", &token), ("handover", &shown)]).await;
    for _ in 0..10 {
        let _ = drain_saves(&fixture.ports).await;
        fixture.clock.advance(std::time::Duration::from_secs(61));
    }
    browser.get(&session).await.body.contains("Done, and verified on both sides")
}

fn form_token(page: &str) -> Option<String> {
    let after = page.split("name=\"token\" value=\"").nth(1)?;
    after.split('"').next().map(str::to_owned)
}
