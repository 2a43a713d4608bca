//! Attempts that look like a new consent and are none.

use regrant::domain::event::EventKind;
use regrant::domain::standing::Standing;
use regrant::embedded::worker::drain_scans;
use regrant::usecases::scan::start::{Selection, start_scan};
use regrant_simulators::LogEntry;
use regrant_simulators::microsoft::Decision;
use regrant_tests::consent::{Browser, ConsentBench};

use super::ADMIN;

/// The tenant of an app whose connection is on, with every grant.
const RUNNING: &str = "acme";

async fn scan(bench: &ConsentBench) {
    start_scan(&bench.ports, &Selection::All).await.unwrap();
    drain_scans(&bench.ports, 4, || ()).await.unwrap();
}

/// Regrant after Conditional Access blocked Okta: the connection and the grants look as before.
async fn broken() -> ConsentBench {
    let bench = ConsentBench::new().await;
    fail_sign_in(&bench).await;
    assert_eq!(bench.app(RUNNING).await.standing(), Standing::Broken);
    bench
}

async fn fail_sign_in(bench: &ConsentBench) {
    let (_, app) = bench.ids(RUNNING).await;
    let blocked = "AADSTS53003: Access has been blocked by Conditional Access policies.";
    bench.simulation.okta.log("acme", LogEntry::profile_push_failed(app.as_str(), "ann@acme.example", blocked));
    bench.clock.advance(std::time::Duration::from_mins(1));
    scan(bench).await;
}

/// Checks that no one claims a consent: the page, the audit trail, the standing and the invitation.
async fn claims_nothing(bench: &ConsentBench, browser: &mut Browser, session: &str, invitation: &str) {
    bench.work().await;
    assert!(!browser.get(session).await.heading().starts_with("Done"));
    let app = bench.app(RUNNING).await;
    assert_eq!(app.standing(), Standing::Broken, "{:?}", app.assessment.reasons);
    assert!(app.request.is_some_and(|request| request.is_open()));
    assert!(!bench.events(RUNNING).await.iter().any(|kind| matches!(kind, EventKind::Saved { .. })));
    assert_eq!(browser.get(invitation).await.status, 200, "the link still works");
    scan(bench).await;
    assert_eq!(bench.app(RUNNING).await.standing(), Standing::Broken);
}

#[tokio::test]
async fn opening_a_dead_consent_renews_nothing() {
    let bench = broken().await;
    let invitation = bench.invite(RUNNING).await;
    let mut browser = bench.browser();
    let session = bench.sign_in(&mut browser, &invitation, ADMIN).await;
    bench.simulation.open_okta(&mut browser, &session).await.unwrap();
    claims_nothing(&bench, &mut browser, &session, &invitation).await;
}

#[tokio::test]
async fn accepting_without_hand_over_renews_nothing() {
    let bench = broken().await;
    let invitation = bench.invite(RUNNING).await;
    let mut browser = bench.browser();
    let session = bench.sign_in(&mut browser, &invitation, ADMIN).await;
    bench.consent_at_okta(&mut browser, &session).await;
    claims_nothing(&bench, &mut browser, &session, &invitation).await;
}

#[tokio::test]
async fn word_of_a_person_renews_nothing() {
    let bench = broken().await;
    let invitation = bench.invite(RUNNING).await;
    let mut browser = bench.browser();
    let session = bench.sign_in(&mut browser, &invitation, ADMIN).await;
    let link = bench.simulation.open_okta(&mut browser, &session).await.unwrap();
    bench.at_microsoft(&link, ADMIN, Decision::Cancel);
    let token = browser.form_token(&session).await;
    browser.post(&format!("{session}/finish"), &[("token", &token)]).await;
    claims_nothing(&bench, &mut browser, &session, &invitation).await;
    let not_seen = |kind: &EventKind| {
        matches!(kind, EventKind::ConsentNotDone { why: regrant::domain::save::NotDone::NotSeenYet, .. })
    };
    assert_eq!(bench.events(RUNNING).await.iter().filter(|kind| not_seen(kind)).count(), 1, "the operator sees it");
}

#[tokio::test]
async fn rejected_code_renews_nothing() {
    let bench = broken().await;
    let invitation = bench.invite(RUNNING).await;
    let mut browser = bench.browser();
    let session = bench.sign_in(&mut browser, &invitation, ADMIN).await;
    let shown = bench.consent_at_okta(&mut browser, &session).await.replace("?code=", "?code=x");
    let token = browser.form_token(&session).await;
    browser.post(&format!("{session}/handover"), &[("token", &token), ("handover", &shown)]).await;
    claims_nothing(&bench, &mut browser, &session, &invitation).await;
}

#[tokio::test]
async fn operators_save_forgets_no_failure() {
    let bench = broken().await;
    let (org, app) = bench.ids(RUNNING).await;
    let invitation = bench.invite(RUNNING).await;
    let mut browser = bench.browser();
    assert_eq!(browser.post(&format!("/v1/apps/{org}/{app}/save"), &[]).await.status, 202);
    let session = bench.sign_in(&mut browser, &invitation, ADMIN).await;
    claims_nothing(&bench, &mut browser, &session, &invitation).await;
}

#[tokio::test]
async fn link_alone_renews_nothing() {
    let bench = ConsentBench::waiving().await;
    fail_sign_in(&bench).await;
    let invitation = bench.invite(RUNNING).await;
    let mut browser = bench.browser();
    let session = browser.post(&invitation, &[]).await.location_url().path().to_owned();
    bench.simulation.open_okta(&mut browser, &session).await;
    let token = browser.form_token(&session).await;
    browser.post(&format!("{session}/finish"), &[("token", &token)]).await;
    claims_nothing(&bench, &mut browser, &session, &invitation).await;
}

#[tokio::test]
async fn late_log_entry_does_not_undo_new_consent() {
    let bench = broken().await;
    let failed_at = regrant::clock::Clock::now(&bench.clock);
    bench.clock.advance(std::time::Duration::from_mins(1));
    bench.walk(&mut bench.browser(), RUNNING).await;
    assert_eq!(bench.app(RUNNING).await.standing(), Standing::Consented);
    let (_, app) = bench.ids(RUNNING).await;
    let mut late = LogEntry::credentials_refused(app.as_str());
    late.published = Some(failed_at);
    bench.simulation.okta.log("acme", late);
    scan(&bench).await;
    assert_eq!(bench.app(RUNNING).await.standing(), Standing::Consented);
    bench.simulation.okta.log("acme", LogEntry::credentials_refused(app.as_str()));
    scan(&bench).await;
    assert_eq!(bench.app(RUNNING).await.standing(), Standing::Broken, "a new failure counts");
}
