//! Attacks with untrusted text in pages, headers, logs and redirects.

use regrant_simulators::microsoft::Decision;
use regrant_tests::consent::ConsentBench;

use super::{ADMIN, TENANT, sent, value, with};

const EVIL: &str = "<script>alert(1)</script>\"'\u{202e}";

#[tokio::test]
async fn error_description_markup_is_never_shown() {
    let bench = ConsentBench::new().await;
    let (mut browser, back) = sent(&bench).await;
    let bent = with(&with(&back, "code", ""), "error", "access_denied");
    let bent = with(&bent, "error_description", &format!("AADSTS65004{EVIL}"));
    let session = browser.get_url(&bent).await.location();
    let page = browser.get(&session).await;
    assert!(page.body.contains("AADSTS65004") && !page.body.contains("<script") && !page.body.contains('\u{202e}'));
}

#[tokio::test]
async fn line_breaks_in_error_create_no_header() {
    let bench = ConsentBench::new().await;
    let (mut browser, back) = sent(&bench).await;
    let bent = with(&with(&back, "code", ""), "error", "x\r\nSet-Cookie: evil=1");
    let seen = browser.get_url(&bent).await;
    assert!(seen.headers.get("set-cookie").is_none());
    assert!(seen.location().starts_with("/consent/session/"));
}

#[tokio::test]
async fn markup_error_code_is_an_unknown_code() {
    let bench = ConsentBench::new().await;
    let (mut browser, back) = sent(&bench).await;
    let session = browser.get_url(&with(&with(&back, "code", ""), "error", EVIL)).await.location();
    let page = browser.get(&session).await;
    assert_eq!(page.heading(), "The consent was declined");
    assert!(!page.body.contains("<script"));
}

#[tokio::test]
async fn callback_parameters_cannot_redirect_elsewhere() {
    let bench = ConsentBench::new().await;
    let (mut browser, back) = sent(&bench).await;
    for name in ["redirect_uri", "next", "return_to", "iss", "session_state", "error_uri", "tenant"] {
        let bent = with(&back, name, "https://evil.example/");
        let bent = with(&bent, "state", "unknown");
        let location = browser.get_url(&bent).await.location();
        assert!(location.starts_with("/oauth/failed/"), "{name}: {location}");
    }
}

#[tokio::test]
async fn host_header_does_not_change_redirect_uri() {
    let bench = ConsentBench::new().await;
    let invitation = bench.invite(TENANT).await;
    let router = regrant_tests::consent::router(&bench.ports);
    let request = axum::http::Request::builder()
        .method("POST")
        .uri(invitation)
        .header("host", "evil.example")
        .header("x-forwarded-host", "evil.example")
        .header("forwarded", "host=evil.example");
    let response = tower::ServiceExt::oneshot(router, request.body(axum::body::Body::empty()).unwrap()).await.unwrap();
    let location: url::Url = response.headers()["location"].to_str().unwrap().parse().unwrap();
    assert_eq!(value(&location, "redirect_uri"), "https://regrant.example.com/oauth/microsoft/callback");
    assert!(!location.as_str().contains("evil"));
}

#[tokio::test]
async fn markup_in_names_is_escaped_on_every_page() {
    let bench = ConsentBench::new().await;
    // The label of globex's first app contains markup.
    bench.simulation.microsoft.with_tenant("globex.onmicrosoft.com", |tenant| tenant.display_name = EVIL.to_owned());
    let mut browser = bench.browser();
    let invitation = bench.invite("globex").await;
    let mut pages = vec![browser.get(&invitation).await.body];
    let session = bench.sign_in(&mut browser, &invitation, ADMIN).await;
    pages.push(browser.get(&session).await.body);
    let shown = bench.consent_at_okta(&mut browser, &session).await;
    pages.push(browser.get(&session).await.body);
    let token = browser.form_token(&session).await;
    browser.post(&format!("{session}/handover"), &[("token", &token), ("handover", &shown)]).await;
    pages.push(browser.get(&session).await.body);
    bench.work().await;
    pages.push(browser.get(&session).await.body);
    for page in pages {
        assert!(page.contains("&lt;b onclick=") && !page.contains("<b onclick") && !page.contains("<script"), "{page}");
    }
}

#[tokio::test]
async fn page_urls_contain_no_secrets() {
    let bench = ConsentBench::new().await;
    let (mut browser, back) = sent(&bench).await;
    browser.visited.clear();
    let session = browser.get_url(&back).await.location();
    let (code, state) = (value(&back, "code"), value(&back, "state"));
    browser.visited.clear();
    browser.get(&session).await;
    bench.consent_at_okta(&mut browser, &session).await;
    assert!(
        browser.visited.iter().all(|path| !path.contains(&code) && !path.contains(&state)),
        "{:?}",
        browser.visited
    );
}

#[tokio::test]
async fn every_response_has_security_headers() {
    let bench = ConsentBench::new().await;
    let invitation = bench.invite(TENANT).await;
    let mut browser = bench.browser();
    let page = browser.get(&invitation).await;
    let sent_on = browser.post(&invitation, &[]).await;
    let back = bench.at_microsoft(&sent_on.location_url(), ADMIN, Decision::Accept);
    let returned = browser.get_url(&back).await;
    let session = browser.get(&returned.location()).await;
    for seen in [page, sent_on, returned, session] {
        let header = |name: &str| seen.headers[name].to_str().unwrap().to_owned();
        assert!(header("content-security-policy").contains("frame-ancestors 'none'"));
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("strict-transport-security"), "max-age=31536000");
        assert_eq!(header("referrer-policy"), "no-referrer");
    }
}
