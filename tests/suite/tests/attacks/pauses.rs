//! Ways to leave provisioning paused without anyone noticing.

use std::sync::Arc;
use std::time::Duration;

use regrant::domain::event::EventKind;
use regrant::domain::save::NotDone;
use regrant::domain::standing::Standing;
use regrant::ledger::PageRequest;
use regrant::usecases::consent::invite::revoke_invitation;
use regrant::usecases::save::open_consent::{PauseAgreement, link_for_operator};
use regrant_tests::concurrent_changes::ConcurrentChange;
use regrant_tests::consent::{Browser, ConsentBench, PAUSES};
use regrant_tests::crash_point::{CrashPoint, CrashingLedger};

use super::ADMIN;
use super::sign_in_policy::only_read;

/// The tenant of an app whose provisioning runs on a stored password.
const PASSWORD: &str = "contoso";

async fn verified(bench: &ConsentBench) -> (Browser, String) {
    let invitation = bench.invite(PASSWORD).await;
    let mut browser = bench.browser();
    let session = bench.sign_in(&mut browser, &invitation, ADMIN).await;
    (browser, session)
}

async fn left_off(bench: &ConsentBench) -> usize {
    let kinds = bench.events(PASSWORD).await;
    kinds.iter().filter(|kind| matches!(kind, EventKind::SaveFailed { left_off: true, .. })).count()
}

#[tokio::test]
async fn provisioning_is_not_paused_without_agreement() {
    let bench = ConsentBench::new().await;
    let (mut browser, session) = verified(&bench).await;
    let token = browser.form_token(&session).await;
    for pause in ["", "yes", "AGREED"] {
        let seen = browser.post(&format!("{session}/okta"), &[("token", &token), ("pause", pause)]).await;
        assert_eq!(seen.heading(), PAUSES);
    }
    bench.work().await;
    assert!(only_read(&bench, "contoso"));
}

#[tokio::test]
async fn operator_pauses_only_on_purpose() {
    let bench = ConsentBench::new().await;
    let (org, _) = bench.ids(PASSWORD).await;
    let org = bench.ports.ledger.org(&org).await.unwrap().unwrap();
    let app = bench.app(PASSWORD).await;
    let link = link_for_operator(&bench.ports, &org, &app, PauseAgreement::None).await.unwrap();
    assert!(link.is_none() && only_read(&bench, "contoso"));
    let link = link_for_operator(&bench.ports, &org, &app, PauseAgreement::Given).await.unwrap();
    assert!(link.is_some());
    assert!(bench.app(PASSWORD).await.paused_since().is_some());
    assert!(bench.events(PASSWORD).await.iter().any(|kind| matches!(kind, EventKind::ProvisioningPaused { .. })));
}

#[tokio::test]
async fn abandoned_pause_alerts_within_an_hour() {
    let bench = ConsentBench::new().await;
    let (mut browser, session) = verified(&bench).await;
    bench.simulation.open_okta(&mut browser, &session).await.unwrap();
    assert!(bench.app(PASSWORD).await.paused_since().is_some());
    assert_eq!(left_off(&bench).await, 0, "the person is still at it");
    for _ in 0..61 {
        bench.work_once().await;
        bench.clock.advance(Duration::from_secs(54));
    }
    assert_eq!(left_off(&bench).await, 1);
    let app = bench.app(PASSWORD).await;
    assert_eq!(app.standing(), Standing::Broken, "{:?}", app.assessment.reasons);
    assert!(app.paused_since().is_some());
}

#[tokio::test]
async fn operators_abandoned_pause_alerts_within_an_hour() {
    let bench = ConsentBench::new().await;
    let (org, _) = bench.ids(PASSWORD).await;
    let org = bench.ports.ledger.org(&org).await.unwrap().unwrap();
    let app = bench.app(PASSWORD).await;
    link_for_operator(&bench.ports, &org, &app, PauseAgreement::Given).await.unwrap();
    for _ in 0..60 {
        bench.work_once().await;
        bench.clock.advance(Duration::from_secs(54));
    }
    assert_eq!(left_off(&bench).await, 1);
    assert_eq!(bench.app(PASSWORD).await.standing(), Standing::Broken);
}

#[tokio::test]
async fn untrusted_link_after_pause_alerts_at_once() {
    let bench = ConsentBench::new().await;
    let (mut browser, session) = verified(&bench).await;
    let (_, app) = bench.ids(PASSWORD).await;
    let evil = "https://login.evil.example/contoso.onmicrosoft.com/oauth2/authorize?state=s1".to_owned();
    bench.simulation.okta.with_org("contoso", |org| org.app_mut(app.as_str()).unwrap().authorize_href = Some(evil));
    let token = browser.form_token(&session).await;
    let seen = browser.post(&format!("{session}/okta"), &[("token", &token), ("pause", "agreed")]).await;
    assert_eq!(seen.heading(), "We could not trust a response");
    assert_eq!(left_off(&bench).await, 1);
    assert_eq!(bench.app(PASSWORD).await.standing(), Standing::Broken);
}

#[tokio::test]
async fn finished_consent_ends_the_pause() {
    let bench = ConsentBench::new().await;
    let mut browser = bench.browser();
    let session = bench.walk(&mut browser, PASSWORD).await;
    assert_eq!(browser.get(&session).await.heading(), "Done, and verified on both sides");
    let app = bench.app(PASSWORD).await;
    assert_eq!((app.standing(), app.paused_since(), left_off(&bench).await), (Standing::Consented, None, 0));
}

/// The link is revoked while Okta prepares the connection, so no browser receives its link.
#[tokio::test]
async fn pause_of_a_session_that_just_ended_alerts_at_once() {
    let mut bench = ConsentBench::new().await;
    let writes = CrashPoint::new(None);
    bench.ports.ledger = Arc::new(CrashingLedger(bench.ports.ledger.clone(), writes.clone()));
    let (mut browser, session) = verified(&bench).await;
    let (org, app) = bench.ids(PASSWORD).await;
    let newest = bench.ports.ledger.invitations(&org, &app, PageRequest::first(1)).await.unwrap().items.remove(0);
    let ports = bench.ports.clone();
    let revoked: ConcurrentChange =
        Box::pin(async move { assert!(revoke_invitation(&ports, &newest.id).await.unwrap().was_open) });
    writes.before_record_writes(&app, [revoked]);
    assert!(bench.simulation.open_okta(&mut browser, &session).await.is_none());
    assert!(bench.app(PASSWORD).await.paused_since().is_some(), "Okta had prepared the connection");
    bench.work_once().await;
    assert_eq!(left_off(&bench).await, 1);
    assert_eq!(bench.app(PASSWORD).await.standing(), Standing::Broken);
}

#[tokio::test]
async fn abandoned_consent_is_recorded_once() {
    let bench = ConsentBench::new().await;
    let invitation = bench.invite("acmelabs").await;
    let mut browser = bench.browser();
    let session = bench.sign_in(&mut browser, &invitation, ADMIN).await;
    bench.simulation.open_okta(&mut browser, &session).await.unwrap();
    for _ in 0..70 {
        bench.work_once().await;
        bench.clock.advance(Duration::from_secs(54));
    }
    let is_abandoned = |kind: &EventKind| matches!(kind, EventKind::ConsentNotDone { why: NotDone::Abandoned, .. });
    assert_eq!(bench.events("acmelabs").await.iter().filter(|kind| is_abandoned(kind)).count(), 1);
}
