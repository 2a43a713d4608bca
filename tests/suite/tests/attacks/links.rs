//! Attacks with Okta consent links that Regrant must not follow.

use regrant::embedded::worker::drain_scans;
use regrant::usecases::scan::start::{Selection, start_scan};
use regrant_tests::consent::ConsentBench;

use super::{ADMIN, TENANT};

const GOOD: &str = "response_type=code&state=s1&client_id=11111111-2222-4333-8444-555555555555&redirect_uri=https%3A%2F%2Fsystem-admin.okta.com%2Fx&scope=y";

/// Makes Okta offer this link and checks that Regrant does not redirect to it.
async fn leads_nobody_there(link: impl Fn(&str) -> String) {
    let bench = ConsentBench::new().await;
    let invitation = bench.invite(TENANT).await;
    let mut browser = bench.browser();
    let session = bench.sign_in(&mut browser, &invitation, ADMIN).await;
    let (_, app) = bench.ids(TENANT).await;
    let href = link(&bench.simulation.microsoft.login_url());
    bench
        .simulation
        .okta
        .with_org("acme", |org| org.app_mut(app.as_str()).unwrap().authorize_href = Some(href.clone()));
    let token = browser.form_token(&session).await;
    let seen = browser.post(&format!("{session}/okta"), &[("token", &token)]).await;
    assert!(!seen.headers.contains_key("location"), "{href}");
    assert_eq!(seen.heading(), "We could not trust a response", "{href}");
}

#[tokio::test]
async fn genuine_consent_link_is_followed() {
    let bench = ConsentBench::new().await;
    let invitation = bench.invite(TENANT).await;
    let mut browser = bench.browser();
    let session = bench.sign_in(&mut browser, &invitation, ADMIN).await;
    let link = browser.open_consent(&session).await.unwrap();
    assert!(link.as_str().starts_with(&bench.simulation.microsoft.login_url()));
}

#[tokio::test]
async fn link_to_other_host_is_rejected() {
    leads_nobody_there(|_| format!("https://login.evil.example/acmelabs.onmicrosoft.com/oauth2/authorize?{GOOD}"))
        .await;
}

#[tokio::test]
async fn link_to_lookalike_host_is_rejected() {
    leads_nobody_there(|_| {
        format!("https://login.microsoftonline.com.evil.example/acmelabs.onmicrosoft.com/oauth2/authorize?{GOOD}")
    })
    .await;
}

#[tokio::test]
async fn script_link_is_rejected() {
    leads_nobody_there(|_| "javascript:alert(1)//s1".to_owned()).await;
}

#[tokio::test]
async fn link_to_other_tenant_is_rejected() {
    leads_nobody_there(|login| format!("{login}/contoso.onmicrosoft.com/oauth2/authorize?{GOOD}x")).await;
}

#[tokio::test]
async fn link_to_any_tenant_is_rejected() {
    leads_nobody_there(|login| format!("{login}/common/oauth2/authorize?{GOOD}x")).await;
}

#[tokio::test]
async fn link_with_other_redirect_uri_is_rejected() {
    leads_nobody_there(|login| {
        let bent = GOOD.replace("system-admin.okta.com", "evil.example");
        format!("{login}/acmelabs.onmicrosoft.com/oauth2/authorize?{bent}")
    })
    .await;
}

#[tokio::test]
async fn link_for_own_registration_is_rejected() {
    leads_nobody_there(|login| {
        let bent = GOOD.replace("11111111-2222-4333-8444-555555555555", regrant_simulators::microsoft::REGRANT_CLIENT);
        format!("{login}/acmelabs.onmicrosoft.com/oauth2/authorize?{bent}")
    })
    .await;
}

#[tokio::test]
async fn link_to_tenant_that_no_one_verified_is_rejected() {
    let bench = ConsentBench::new().await;
    let invitation = bench.invite(TENANT).await;
    let mut browser = bench.browser();
    let session = bench.sign_in(&mut browser, &invitation, ADMIN).await;
    // An Okta administrator changes the app's tenant after the sign-in, and a scan sees it.
    let (_, app) = bench.ids(TENANT).await;
    bench.simulation.okta.with_org("acme", |org| org.app_mut(app.as_str()).unwrap().tenant = Some("globex".to_owned()));
    start_scan(&bench.ports, &Selection::All).await.unwrap();
    drain_scans(&bench.ports, 4, || ()).await.unwrap();
    let token = browser.form_token(&session).await;
    let seen = browser.post(&format!("{session}/okta"), &[("token", &token)]).await;
    assert!(!seen.headers.contains_key("location"));
    assert_eq!(seen.heading(), "We could not trust a response");
}
