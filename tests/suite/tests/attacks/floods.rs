//! Attacks that repeat one request: nothing that a person without a sign-in does may make more than a constant number of
//! records, secrets, calls to vendors, queue messages or emails.

use regrant_simulators::microsoft::Decision;
use regrant_tests::consent::{Browser, ConsentBench, router};

use super::constant_cost::Counted;
use super::{ADMIN, TENANT, sent};

/// Repeats requests that are not this person's to make, each in a new browser or in `browser`.
async fn repeat(counted: &Counted, browser: Option<&Browser>, requests: &[(&str, &str, &str)]) {
    for request in requests {
        counted.repeat(browser, *request).await;
    }
}

#[tokio::test]
async fn opening_pages_repeatedly_causes_nothing() {
    let counted = Counted::new().await;
    let invitation = counted.bench.invite(TENANT).await;
    let pages = [
        ("GET", invitation.as_str(), ""),
        ("HEAD", &invitation, ""),
        ("GET", "/consent/forged", ""),
        ("GET", "/consent/session/00000000000000000000000000000000", ""),
        ("HEAD", "/consent/session/00000000000000000000000000000000", ""),
        ("GET", "/oauth/failed/session-lost", ""),
        ("HEAD", "/oauth/failed/session-lost", ""),
        ("GET", "/mail/mute/forged", ""),
        ("HEAD", "/mail/mute/forged", ""),
        ("GET", "/mail/request/forged", ""),
        ("HEAD", "/mail/request/forged", ""),
        ("GET", "/unknown", ""),
    ];
    repeat(&counted, None, &pages).await;
}

#[tokio::test]
async fn forged_forms_cause_nothing() {
    let counted = Counted::new().await;
    let session = "/consent/session/00000000000000000000000000000000";
    let (okta, finish, handover) =
        (format!("{session}/okta"), format!("{session}/finish"), format!("{session}/handover"));
    let forms = [
        ("POST", "/consent/forged", ""),
        ("POST", okta.as_str(), "token=x"),
        ("POST", &finish, "token=x"),
        ("POST", &handover, "token=x&handover=y"),
        ("POST", "/mail/mute/forged", "List-Unsubscribe=One-Click"),
    ];
    repeat(&counted, None, &forms).await;
}

#[tokio::test]
async fn forged_callbacks_cause_nothing() {
    let counted = Counted::new().await;
    let callbacks = [
        ("GET", "/oauth/microsoft/callback?state=x&code=y", ""),
        ("GET", "/oauth/microsoft/gcc-high/callback?state=x&code=y", ""),
        ("GET", "/oauth/microsoft/dod/callback?state=x&error=access_denied", ""),
        ("GET", "/oauth/microsoft/21vianet/callback", ""),
    ];
    repeat(&counted, None, &callbacks).await;
}

#[tokio::test]
async fn stolen_state_without_cookie_causes_nothing() {
    let counted = Counted::new().await;
    let (_, back) = sent(&counted.bench).await;
    let path = format!("{}?{}", back.path(), back.query().unwrap());
    repeat(&counted, None, &[("GET", &path, "")]).await;
}

#[tokio::test]
async fn replayed_callback_causes_nothing_more() {
    let counted = Counted::new().await;
    let invitation = counted.bench.invite(TENANT).await;
    let mut browser = Browser::new(router(&counted.bench.ports));
    let location = browser.post(&invitation, &[]).await.location_url();
    let back = counted.bench.at_microsoft(&location, ADMIN, Decision::Accept);
    let path = format!("{}?{}", back.path(), back.query().unwrap());
    repeat(&counted, Some(&browser), &[("GET", &path, "")]).await;
}

#[tokio::test]
async fn pages_of_a_session_cause_nothing() {
    let counted = Counted::new().await;
    let invitation = counted.bench.invite(TENANT).await;
    let mut browser = Browser::new(router(&counted.bench.ports));
    let session = counted.bench.sign_in(&mut browser, &invitation, ADMIN).await;
    repeat(&counted, Some(&browser), &[("GET", &session, ""), ("HEAD", &session, "")]).await;
}

#[tokio::test]
async fn installation_without_registration_never_calls_microsoft() {
    let bench = ConsentBench::without_registration().await;
    let mut browser = bench.browser();
    browser.get("/consent/forged").await;
    browser.post("/consent/forged", &[]).await;
    browser.get("/oauth/microsoft/callback?state=x&code=y").await;
    assert_eq!(bench.simulation.microsoft.count(""), 0);
}
