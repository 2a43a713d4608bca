//! Tests a complete consent, from the emailed link to verification, with real clients, real stores and both simulators.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::time::Duration;

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use jiff::SignedDuration;
use regrant::domain::event::EventKind;
use regrant::domain::failure::consent::ConsentFailure;
use regrant::domain::save::SaveOutcome;
use regrant::domain::session::SessionState;
use regrant::domain::standing::Standing;
use regrant::embedded::worker::drain_scans;
use regrant::ledger::PageRequest;
use regrant::microsoft::MfaEvidence;
use regrant::usecases::access::graph::{GraphAccessError, read_grants};
use regrant::usecases::save::hand_over::finish_session;
use regrant::usecases::scan::start::{Selection, start_scan};
use regrant::web::consent::session;
use regrant_simulators::microsoft::{AccessPolicy, Decision};
use regrant_tests::consent::{ConsentBench, register, registration};
use url::Url;

const TENANT: &str = "acmelabs.onmicrosoft.com";

#[tokio::test]
async fn consent_is_verified_on_both_sides() {
    let bench = ConsentBench::new().await;
    assert_eq!(bench.app("acmelabs").await.standing(), Standing::NeedsConsent);
    let mut browser = bench.browser();
    let session = bench.walk(&mut browser, "acmelabs").await;
    let page = browser.get(&session).await;
    assert_eq!(page.heading(), "Done, and verified on both sides", "{}", page.body);
    let shown = page.body.replace("<wbr>", "");
    assert!(shown.contains("ada.administrator@acmelabs.onmicrosoft.com"));
    let app = bench.app("acmelabs").await;
    assert_eq!((app.standing(), app.assessment.verified), (Standing::Consented, true));
    let kinds = bench.events("acmelabs").await;
    let has = |wanted: fn(&EventKind) -> bool| kinds.iter().any(wanted);
    assert!(has(|kind| matches!(kind, EventKind::Invited { .. })));
    assert!(has(|kind| matches!(kind, EventKind::AdministratorVerified { .. })));
    assert!(has(|kind| matches!(kind, EventKind::Saved { verified: true, .. })));
}

#[tokio::test]
async fn events_name_the_verified_administrator() {
    let bench = ConsentBench::new().await;
    let mut browser = bench.browser();
    bench.walk(&mut browser, "acmelabs").await;
    let (org, app) = bench.ids("acmelabs").await;
    let events = bench.ports.ledger.events(&org, &app, PageRequest::first(500)).await.unwrap().items;
    for event in events {
        let by = event.by.as_ref().map(ToString::to_string);
        let expected = match event.kind {
            // A link is not an identity.
            EventKind::Found { .. } | EventKind::Invited { .. } => None,
            _ => Some("ada.administrator@acmelabs.onmicrosoft.com (Microsoft)"),
        };
        assert_eq!(by.as_deref(), expected, "{event:?}");
    }
}

#[tokio::test]
async fn earlier_consent_needs_only_save() {
    let bench = ConsentBench::new().await;
    assert_eq!(bench.app("contosoemea").await.standing(), Standing::NeedsSave);
    let mut browser = bench.browser();
    let invitation = bench.invite("contosoemea").await;
    let session = bench.sign_in(&mut browser, &invitation, "ada.administrator").await;
    let token = browser.form_token(&session).await;
    let sent = browser.post(&format!("{session}/okta"), &[("token", &token)]).await;
    assert_eq!(sent.location(), session, "no consent is needed");
    bench.work().await;
    let page = browser.get(&session).await;
    assert_eq!(page.heading(), "Done, and verified on both sides", "{}", page.body);
    assert_eq!(bench.app("contosoemea").await.standing(), Standing::Consented);
}

#[tokio::test]
async fn password_app_gets_consent_link_first() {
    let bench = ConsentBench::new().await;
    let mut browser = bench.browser();
    let session = bench.walk(&mut browser, "contoso").await;
    assert_eq!(browser.get(&session).await.heading(), "Done, and verified on both sides");
}

#[tokio::test]
async fn grants_without_hand_over_do_not_enable_connection() {
    let bench = ConsentBench::new().await;
    let mut browser = bench.browser();
    let invitation = bench.invite("acmelabs").await;
    let session = bench.sign_in(&mut browser, &invitation, "ada.administrator").await;
    bench.consent_at_okta(&mut browser, &session).await;
    let token = browser.form_token(&session).await;
    browser.post(&format!("{session}/finish"), &[("token", &token)]).await;
    assert_eq!(browser.get(&session).await.heading(), "Saving and verifying");
    bench.work().await;
    let page = browser.get(&session).await;
    assert_eq!(page.heading(), "Nothing shows your consent yet", "{}", page.body);
    assert_ne!(bench.app("acmelabs").await.standing(), Standing::Consented);
}

#[tokio::test]
async fn confirmation_survives_stale_session_read() {
    let bench = ConsentBench::new().await;
    let mut browser = bench.browser();
    let invitation = bench.invite("acmelabs").await;
    let path = bench.sign_in(&mut browser, &invitation, "ada.administrator").await;
    bench.consent_at_okta(&mut browser, &path).await;
    let cookies: Vec<_> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let headers = HeaderMap::from_iter([(COOKIE, cookies.join("; ").parse().unwrap())]);
    let mut early = session(&bench.ports, path.rsplit('/').next().unwrap(), &headers).await.unwrap();
    // The state before the save stopped waiting.
    let SessionState::Consenting { attempt, .. } = &mut early.session.state else { unreachable!() };
    attempt.finishing_since = Some(bench.ports.clock.now());
    finish_session(&bench.ports, &early).await.unwrap();
    assert_eq!(browser.get(&path).await.heading(), "Saving and verifying");
}

#[tokio::test]
async fn consent_completed_in_okta_console_is_seen() {
    let bench = ConsentBench::new().await;
    let mut browser = bench.browser();
    let invitation = bench.invite("acmelabs").await;
    let session = bench.sign_in(&mut browser, &invitation, "ada.administrator").await;
    bench.consent_at_okta(&mut browser, &session).await;
    let (_, app) = bench.ids("acmelabs").await;
    bench.simulation.okta.with_org("acme", |org| {
        let app = org.app_mut(app.as_str()).unwrap();
        app.consented = true;
        app.connection = app.connection.switched(true);
    });
    bench.work().await;
    assert_eq!(browser.get(&session).await.heading(), "Done, and verified on both sides");
}

#[tokio::test]
async fn enabled_app_stays_enabled_during_new_consent() {
    let bench = ConsentBench::new().await;
    let mut browser = bench.browser();
    let session = bench.walk(&mut browser, "acme").await;
    assert_eq!(browser.get(&session).await.heading(), "Done, and verified on both sides");
    let requests = bench.simulation.okta.requests("acme");
    assert!(requests.iter().all(|r| !(r.method == "POST" && r.path_and_query.ends_with("/connections/default"))));
    assert_eq!(bench.app("acme").await.standing(), Standing::Consented);
}

#[tokio::test]
async fn consent_without_sign_in_is_saved_by_operator() {
    let bench = ConsentBench::waiving().await;
    let mut browser = bench.browser();
    let invitation = bench.invite("acmelabs").await;
    let session = browser.post(&invitation, &[]).await.location_url().path().to_owned();
    let shown = bench.consent_at_okta(&mut browser, &session).await;
    let token = browser.form_token(&session).await;
    browser.post(&format!("{session}/handover"), &[("token", &token), ("handover", &shown)]).await;
    let before = bench.simulation.okta.snapshot("acme");
    bench.work().await;
    assert_eq!(bench.simulation.okta.snapshot("acme"), before, "the operator has not acted yet");
    assert!(!browser.get(&session).await.heading().starts_with("Done"));
    let (org, app) = bench.ids("acmelabs").await;
    assert_eq!(bench.browser().post(&format!("/v1/apps/{org}/{app}/save"), &[]).await.status, 202);
    bench.work().await;
    assert_eq!(browser.get(&session).await.heading(), "Done in Okta");
    let app = bench.app("acmelabs").await;
    assert_eq!((app.standing(), app.assessment.verified), (Standing::Consented, false));
}

#[tokio::test]
async fn unauthorized_person_leaves_okta_unchanged() {
    for (person, decision, failure) in [
        ("ada.administrator", Decision::Cancel, ConsentFailure::Declined),
        ("hugo.helpdesk", Decision::Accept, ConsentFailure::NotAdministrator),
        ("sven.stranger@elsewhere.example", Decision::Accept, ConsentFailure::WrongAccount),
        ("carl.conditional", Decision::Accept, ConsentFailure::BlockedByConditionalAccess),
        ("mia.mustfactor", Decision::Accept, ConsentFailure::MfaMissing),
    ] {
        let bench = ConsentBench::new().await;
        let before = bench.simulation.okta.snapshot("acme");
        let calls = bench.simulation.okta.requests("acme").len();
        let mut browser = bench.browser();
        let invitation = bench.invite("acmelabs").await;
        let sent = browser.post(&invitation, &[]).await;
        let back = bench.at_microsoft(&sent.location_url(), person, decision);
        let session = browser.get_url(&back).await.location();
        let page = browser.get(&session).await;
        assert!(page.body.contains("What to do") && page.body.contains("Nothing was changed in Okta."), "{person}");
        let kinds = bench.events("acmelabs").await;
        let told =
            kinds.iter().any(|kind| matches!(kind, EventKind::ConsentFailed { failure: told, .. } if *told == failure));
        assert!(told, "{person}: {kinds:?}");
        assert_eq!(bench.simulation.okta.snapshot("acme"), before, "{person}");
        assert_eq!(bench.simulation.okta.requests("acme").len(), calls, "{person}: Okta was not even asked");
    }
}

#[tokio::test]
async fn regrant_rejects_person_without_role() {
    let bench = ConsentBench::new().await;
    let invitation = bench.invite("acmelabs").await;
    // Microsoft no longer asks for consent to our registration.
    bench.sign_in(&mut bench.browser(), &invitation, "ada.administrator").await;
    let (before, calls) = (bench.simulation.okta.snapshot("acme"), bench.simulation.okta.requests("acme").len());
    for hides in [false, true] {
        bench.simulation.microsoft.with_tenant("acmelabs.onmicrosoft.com", |tenant| tenant.hides_roles = hides);
        let mut browser = bench.browser();
        let session = bench.sign_in(&mut browser, &invitation, "hugo.helpdesk").await;
        assert_eq!(browser.get(&session).await.heading(), "This account is not a Global Administrator right now");
    }
    assert_eq!(bench.simulation.okta.snapshot("acme"), before);
    assert_eq!(bench.simulation.okta.requests("acme").len(), calls);
}

#[tokio::test]
async fn missing_mfa_in_api_token_is_rejected() {
    let evidence = MfaEvidence {
        api_scope: Some("api://77777777-0000-4000-8000-000000000001/verify".to_owned()),
        ..MfaEvidence::default()
    };
    let bench = ConsentBench::without_registration().await;
    register(&bench.ports, &registration(evidence)).await;
    let mut browser = bench.browser();
    let invitation = bench.invite("acmelabs").await;
    let session = bench.sign_in(&mut browser, &invitation, "ada.administrator").await;
    assert!(browser.get(&session).await.body.contains("multi-factor authentication verified"));
    let mut other = bench.browser();
    let refused = bench.sign_in(&mut other, &invitation, "nora.nofactor").await;
    assert_eq!(other.get(&refused).await.heading(), "Multi-factor authentication is required");
}

#[tokio::test]
async fn demanded_but_unproven_mfa_is_rejected() {
    let bench = ConsentBench::without_registration().await;
    register(&bench.ports, &registration(MfaEvidence { required: true, ..MfaEvidence::default() })).await;
    let mut browser = bench.browser();
    let invitation = bench.invite("acmelabs").await;
    let session = bench.sign_in(&mut browser, &invitation, "ada.administrator").await;
    assert_eq!(browser.get(&session).await.heading(), "Multi-factor authentication is required");
    let context =
        MfaEvidence { required: true, authentication_context: Some("c1".to_owned()), ..MfaEvidence::default() };
    register(&bench.ports, &registration(context)).await;
    let session = bench.sign_in(&mut browser, &invitation, "ada.administrator").await;
    assert_eq!(browser.get(&session).await.heading(), "Next: approve Okta's access");
}

#[tokio::test]
async fn next_sign_in_repeats_graphs_claims_challenge() {
    let bench = ConsentBench::new().await;
    let microsoft = &bench.simulation.microsoft;
    let mut browser = bench.browser();
    let invitation = bench.invite("acmelabs").await;
    let claims = |sign_in_page: &Url| {
        sign_in_page.query_pairs().find(|(name, _)| name == "claims").map(|(_, value)| value.into_owned())
    };
    // Graph challenges every sign-in of before the policy begins.
    let begins_at = bench.ports.clock.now() + SignedDuration::from_mins(5);
    assert!(microsoft.set_access_policy(TENANT, Some(AccessPolicy::DemandsFactor { since: begins_at })));
    let first = browser.post(&invitation, &[]).await.location_url();
    assert_eq!(claims(&first), None);
    let back = bench.at_microsoft(&first, "ada.administrator", Decision::Accept);
    let session = browser.get_url(&back).await.location();
    assert_eq!(browser.get(&session).await.heading(), "Multi-factor authentication is required");

    bench.clock.advance(Duration::from_mins(5));
    let second = browser.post(&invitation, &[]).await.location_url();
    let challenge = r#"{"access_token":{"nbf":{"essential":true,"value":"1"}}}"#;
    assert_eq!(claims(&second).as_deref(), Some(challenge));
    let back = bench.at_microsoft(&second, "ada.administrator", Decision::Accept);
    browser.get_url(&back).await;
    let third = browser.post(&invitation, &[]).await.location_url();
    assert_eq!(claims(&third), None, "a verified sign-in has met the challenge");
}

#[tokio::test]
async fn prematurely_expired_access_token_is_renewed_once() {
    let bench = ConsentBench::new().await;
    bench.walk(&mut bench.browser(), "acmelabs").await;
    let consent = bench.app("acmelabs").await.consent;
    let (tenant, client) = (consent.tenant.unwrap(), consent.client.unwrap());
    let org = bench.ports.ledger.org(&bench.ids("acmelabs").await.0).await.unwrap().unwrap();
    let calls = || bench.simulation.microsoft.count("/oauth2/v2.0/token");
    let before = calls();
    bench.simulation.microsoft.revoke_access_tokens("acmelabs.onmicrosoft.com");
    assert!(read_grants(&bench.ports, &org, &tenant, &client).await.unwrap().principal.is_some());
    assert_eq!(calls() - before, 1);
    bench.simulation.microsoft.revoke_access_tokens("acmelabs.onmicrosoft.com");
    bench.simulation.microsoft.revoke_refresh_tokens("acmelabs.onmicrosoft.com");
    assert!(matches!(
        read_grants(&bench.ports, &org, &tenant, &client).await,
        Err(GraphAccessError::SignInRequired(_))
    ));
}

#[tokio::test]
async fn save_waits_for_delayed_grants() {
    let bench = ConsentBench::new().await;
    bench.simulation.microsoft.with_tenant("acmelabs.onmicrosoft.com", |tenant| {
        tenant.replication_seconds = 20;
        tenant.page_size = 1;
    });
    let mut browser = bench.browser();
    let session = bench.walk(&mut browser, "acmelabs").await;
    assert_eq!(browser.get(&session).await.heading(), "Done, and verified on both sides");
}

#[tokio::test]
async fn operator_can_save_app_that_needs_save() {
    let bench = ConsentBench::new().await;
    let (org, app) = bench.ids("contosoemea").await;
    let path = format!("/v1/apps/{org}/{app}/save");
    assert_eq!(bench.browser().post(&path, &[]).await.status, 202);
    bench.work().await;
    assert_eq!(bench.app("contosoemea").await.standing(), Standing::Consented);
    let journal = bench.ports.ledger.save_journal(&org, &app).await.unwrap().unwrap();
    assert!(matches!(journal.outcome, Some(SaveOutcome::Saved { .. })));
}

#[tokio::test]
async fn new_link_revokes_old_one() {
    let bench = ConsentBench::new().await;
    let mut browser = bench.browser();
    let old = bench.invite("acmelabs").await;
    let new = bench.invite("acmelabs").await;
    assert_eq!(browser.get(&old).await.heading(), "This link was replaced or revoked");
    let session = bench.sign_in(&mut browser, &new, "ada.administrator").await;
    let shown = bench.consent_at_okta(&mut browser, &session).await;
    let token = browser.form_token(&session).await;
    browser.post(&format!("{session}/handover"), &[("token", &token), ("handover", &shown)]).await;
    bench.work().await;
    assert_eq!(browser.get(&new).await.heading(), "This consent has already been completed");
}

#[tokio::test]
async fn challenge_during_a_scan_reaches_the_next_sign_in() {
    let bench = ConsentBench::new().await;
    bench.walk(&mut bench.browser(), "acmelabs").await;
    let microsoft = &bench.simulation.microsoft;
    assert_eq!(bench.app("acmelabs").await.consent.claims_challenge, None);
    bench.clock.advance(Duration::from_mins(5));
    let since = bench.ports.clock.now();
    assert!(microsoft.set_access_policy(TENANT, Some(AccessPolicy::DemandsFactor { since })));
    start_scan(&bench.ports, &Selection::All).await.unwrap();
    drain_scans(&bench.ports, 2, || ()).await.unwrap();
    let challenge = r#"{"access_token":{"nbf":{"essential":true,"value":"1"}}}"#;
    let stored = bench.app("acmelabs").await.consent.claims_challenge.unwrap();
    assert_eq!(stored.as_str(), challenge);
    let invitation = bench.invite("acmelabs").await;
    let sign_in = bench.browser().post(&invitation, &[]).await.location_url();
    let claims = sign_in.query_pairs().find(|(name, _)| name == "claims").map(|(_, value)| value.into_owned());
    assert_eq!(claims.as_deref(), Some(challenge));
}
