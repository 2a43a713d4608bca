//! Attacks with sessions of a different person, browser or app.

use regrant::domain::failure::consent::ConsentFailure;
use regrant_simulators::microsoft::Decision;
use regrant_tests::consent::{Browser, ConsentBench};

use super::{ADMIN, TENANT, exchanges, sent, state};

const LOST: &str = "This attempt can't continue";

/// A verified session and its browser.
async fn verified(bench: &ConsentBench) -> (Browser, String) {
    let (mut browser, back) = sent(bench).await;
    let session = browser.get_url(&back).await.location();
    (browser, session)
}

#[tokio::test]
async fn victims_browser_cannot_finish_attackers_attempt() {
    let bench = ConsentBench::new().await;
    let (_, back) = sent(&bench).await;
    let mut victim = bench.browser();
    assert_eq!(victim.get_url(&back).await.location(), "/oauth/failed/session-lost");
    assert_eq!(exchanges(&bench), 0);
    assert!(!state(&bench).await.1);
}

#[tokio::test]
async fn response_in_other_browser_is_reported_once() {
    use regrant::domain::event::EventKind;
    let bench = ConsentBench::new().await;
    let (mut browser, back) = sent(&bench).await;
    for _ in 0..3 {
        bench.browser().get_url(&back).await;
    }
    let reported = |kind: &EventKind| matches!(kind, EventKind::SignInReturnedElsewhere { .. });
    assert_eq!(bench.events(TENANT).await.iter().filter(|kind| reported(kind)).count(), 1);
    let session = browser.get_url(&back).await.location();
    assert_eq!(browser.get(&session).await.heading(), "Next: approve Okta's access", "the first browser goes on");
}

#[tokio::test]
async fn session_cookie_opens_only_its_session() {
    let bench = ConsentBench::new().await;
    let (browser, _) = verified(&bench).await;
    let (_, other) = verified(&bench).await;
    let mut bent = browser.clone();
    let (_, value) = browser.cookies.iter().next().unwrap();
    bent.cookies.insert(format!("__Host-regrant-{}", other.rsplit('/').next().unwrap()), value.clone());
    assert_eq!(bent.get(&other).await.heading(), LOST);
}

#[tokio::test]
async fn session_page_without_cookie_shows_nothing() {
    let bench = ConsentBench::new().await;
    let (_, session) = verified(&bench).await;
    let seen = bench.browser().get(&session).await;
    assert_eq!(seen.heading(), LOST);
    assert!(!seen.body.contains("ada.") && !seen.body.contains("acmelabs"));
}

#[tokio::test]
async fn modified_cookie_opens_nothing() {
    let bench = ConsentBench::new().await;
    let (mut browser, session) = verified(&bench).await;
    for value in browser.cookies.values_mut() {
        let middle = value.len() / 2;
        let other = if value.as_bytes()[middle] == b'a' { "b" } else { "a" };
        value.replace_range(middle..=middle, other);
    }
    assert_eq!(browser.get(&session).await.heading(), LOST);
}

#[tokio::test]
async fn cookie_of_other_installation_opens_nothing() {
    let bench = ConsentBench::new().await;
    let other = ConsentBench::new().await;
    let (mut browser, session) = verified(&bench).await;
    let keys = regrant::keyring::Keyring::new(&regrant::randomness::SystemRandomness);
    let name = browser.cookies.keys().next().unwrap().clone();
    let sealed = keys.seal_cookie(&name, &r#"{"browser":"x","code_verifier":"y","nonce":"z"}"#.to_owned().into());
    browser.cookies.insert(name, sealed.unwrap());
    assert_eq!(browser.get(&session).await.heading(), LOST);
    drop(other);
}

#[tokio::test]
async fn form_without_token_does_nothing() {
    let bench = ConsentBench::new().await;
    let (mut browser, session) = verified(&bench).await;
    let before = state(&bench).await;
    for form in [&[][..], &[("token", "")], &[("token", "0000")]] {
        for action in ["okta", "finish", "handover"] {
            assert_eq!(browser.post(&format!("{session}/{action}"), form).await.heading(), LOST, "{action}");
        }
    }
    assert_eq!(state(&bench).await, before);
}

#[tokio::test]
async fn cross_site_form_does_nothing() {
    let bench = ConsentBench::new().await;
    let (mut browser, session) = verified(&bench).await;
    let token = browser.form_token(&session).await;
    for site in ["cross-site", "same-site"] {
        browser.fetch_site = site;
        let seen = browser.post(&format!("{session}/okta"), &[("token", &token)]).await;
        assert_eq!(seen.heading(), LOST, "{site}");
    }
}

#[tokio::test]
async fn other_site_cannot_start_consent() {
    let bench = ConsentBench::new().await;
    let invitation = bench.invite(TENANT).await;
    let mut browser = bench.browser();
    browser.fetch_site = "cross-site";
    assert_eq!(browser.post(&invitation, &[]).await.heading(), LOST);
    assert!(browser.cookies.is_empty());
}

#[tokio::test]
async fn form_token_fits_only_its_session() {
    let bench = ConsentBench::new().await;
    let (mut browser, session) = verified(&bench).await;
    let (mut other, other_session) = verified(&bench).await;
    let token = other.form_token(&other_session).await;
    assert_eq!(browser.post(&format!("{session}/okta"), &[("token", &token)]).await.heading(), LOST);
}

#[tokio::test]
async fn okta_link_is_requested_only_after_verification() {
    let bench = ConsentBench::new().await;
    let (mut browser, _) = sent(&bench).await;
    let id = browser.cookies.keys().next().unwrap().trim_start_matches("__Host-regrant-").to_owned();
    let session = format!("/consent/session/{id}");
    assert_eq!(browser.get(&session).await.heading(), "Sign in at Microsoft");
    let calls = bench.simulation.okta.requests("acme").len();
    let secrets =
        regrant::usecases::consent::session::open_cookie(&bench.ports, &id.parse().unwrap(), &decoded(&browser)).await;
    let token = secrets.unwrap().unwrap().form_token();
    assert_eq!(browser.post(&format!("{session}/okta"), &[("token", &token)]).await.heading(), LOST);
    assert_eq!(browser.post(&format!("{session}/finish"), &[("token", &token)]).await.heading(), LOST);
    assert_eq!(
        browser.post(&format!("{session}/handover"), &[("token", &token), ("handover", "x")]).await.heading(),
        LOST
    );
    assert_eq!(bench.simulation.okta.requests("acme").len(), calls);
}

fn decoded(browser: &Browser) -> String {
    let value = browser.cookies.values().next().unwrap();
    url::form_urlencoded::parse(format!("v={}", value.replace('+', "%2B")).as_bytes()).next().unwrap().1.into_owned()
}

#[tokio::test]
async fn a_failed_session_goes_no_further() {
    let bench = ConsentBench::new().await;
    let invitation = bench.invite(TENANT).await;
    let mut browser = bench.browser();
    let location = browser.post(&invitation, &[]).await.location_url();
    let back = bench.at_microsoft(&location, ADMIN, Decision::Cancel);
    let session = browser.get_url(&back).await.location();
    assert_eq!(browser.get(&session).await.heading(), "The consent was declined");
    let id = session.rsplit('/').next().unwrap().parse().unwrap();
    let secrets =
        regrant::usecases::consent::session::open_cookie(&bench.ports, &id, &decoded(&browser)).await.unwrap().unwrap();
    let token = secrets.form_token();
    let sent_on = browser.post(&format!("{session}/okta"), &[("token", &token)]).await;
    assert_eq!(sent_on.location(), session);
    let handed = browser.post(&format!("{session}/handover"), &[("token", &token), ("handover", "x")]).await;
    assert_eq!(handed.location(), session);
}

#[tokio::test]
async fn a_session_ends_after_an_hour() {
    let bench = ConsentBench::new().await;
    let (mut browser, session) = verified(&bench).await;
    bench.clock.advance(std::time::Duration::from_hours(1));
    assert_eq!(browser.get(&session).await.heading(), LOST);
}

#[tokio::test]
async fn session_of_removed_org_is_lost() {
    let bench = ConsentBench::new().await;
    let (mut browser, session) = verified(&bench).await;
    let (org, _) = bench.ids(TENANT).await;
    regrant::usecases::access::orgs::remove(&bench.ports, &org).await.unwrap();
    assert_eq!(browser.get(&session).await.heading(), LOST);
}

#[tokio::test]
async fn invalid_id_is_rejected_like_unknown_id() {
    let bench = ConsentBench::new().await;
    for id in ["x", "..%2F..%2Fetc", "%00", "%F0%9F%92%A9", &"a".repeat(65)] {
        let seen = bench.browser().get(&format!("/consent/session/{id}")).await;
        assert_eq!(seen.heading(), LOST, "{id}");
    }
}

#[tokio::test]
async fn unstorable_token_stops_the_consent() {
    let bench = ConsentBench::new().await;
    let (mut browser, back) = sent(&bench).await;
    // Graph answers the administrator check once, and then fails the test of the stored token.
    bench.simulation.microsoft.fail(
        "/v1.0/me",
        regrant_simulators::Fault::Reset,
        regrant_simulators::Times::Exactly(0),
    );
    let tenant =
        bench.simulation.microsoft.with_tenant("acmelabs.onmicrosoft.com", |tenant| tenant.id.clone()).unwrap();
    let (org, _) = bench.ids(TENANT).await;
    let lease = format!("graph/{org}/{tenant}");
    let name = regrant::vault::SecretName::Graph(org, tenant.parse().unwrap());
    let holder = "a-worker-that-crashed";
    let until = jiff::Timestamp::MAX;
    bench.ports.ledger.acquire_lease(&lease, holder, jiff::Timestamp::MIN, until).await.unwrap();
    let session = browser.get_url(&back).await.location();
    assert_eq!(browser.get(&session).await.heading(), "We could not save your progress");
    assert!(bench.ports.vault.get(&name, regrant::vault::SecretVersion::Current).await.unwrap().is_none());
    let kinds = bench.events(TENANT).await;
    assert!(kinds.iter().any(|kind| matches!(
        kind,
        regrant::domain::event::EventKind::ConsentFailed { failure: ConsentFailure::NotStored, .. }
    )));
}
