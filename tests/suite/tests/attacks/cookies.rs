//! Attacks with the number and the length of cookies.

use regrant_tests::consent::{Browser, ConsentBench};

use super::{ADMIN, TENANT, with};

/// The limit of API Gateway for all headers of a request.
const HEADER_LIMIT: usize = 10_240;
/// What a browser's other headers need at most.
const OTHER_HEADERS: usize = 3_000;

#[tokio::test]
async fn many_attempts_do_not_lock_a_browser_out() {
    let bench = ConsentBench::new().await;
    let mut browser = bench.browser();
    for _ in 0..40 {
        let invitation = bench.invite(TENANT).await;
        browser.post(&invitation, &[]).await;
        assert!(browser.cookie_header().len() + OTHER_HEADERS < HEADER_LIMIT, "{} cookies", browser.cookies.len());
    }
    assert!(browser.cookies.len() <= 8);
    let invitation = bench.invite(TENANT).await;
    let session = bench.sign_in(&mut browser, &invitation, ADMIN).await;
    assert!(!browser.form_token(&session).await.is_empty());
}

#[tokio::test]
async fn planted_long_cookies_are_expired_first() {
    let bench = ConsentBench::new().await;
    let mut browser = bench.browser();
    for n in 0..3 {
        browser.cookies.insert(format!("__Host-regrant-{n:032x}"), "a".repeat(4_000));
    }
    let invitation = bench.invite(TENANT).await;
    let session = bench.sign_in(&mut browser, &invitation, ADMIN).await;
    assert!(browser.cookie_header().len() + OTHER_HEADERS < HEADER_LIMIT);
    assert!(!browser.form_token(&session).await.is_empty());
}

#[tokio::test]
async fn cookies_of_other_sites_are_left_alone() {
    let bench = ConsentBench::new().await;
    let mut browser = bench.browser();
    for n in 0..20 {
        browser.cookies.insert(format!("other-{n}"), "a".repeat(400));
    }
    browser.post(&bench.invite(TENANT).await, &[]).await;
    assert_eq!(browser.cookies.len(), 21);
}

/// The `Set-Cookie` headers of a session's page, by cookie name.
async fn cookies_set(browser: &mut Browser, session: &str) -> Vec<String> {
    let seen = browser.get(session).await;
    let all = seen.headers.get_all("set-cookie").iter();
    all.map(|cookie| cookie.to_str().unwrap().to_owned()).collect()
}

fn lifetime_of<'a>(cookies: &'a [String], name: &str) -> &'a str {
    let cookie = cookies.iter().find(|cookie| cookie.starts_with(&format!("{name}="))).unwrap();
    cookie.split("; ").find_map(|part| part.strip_prefix("Max-Age=")).unwrap()
}

#[tokio::test]
async fn finished_session_keeps_its_cookie_for_a_reload_only() {
    let bench = ConsentBench::new().await;
    let mut browser = bench.browser();
    let session = bench.walk(&mut browser, TENANT).await;
    let name = format!("__Host-regrant-{}", session.rsplit('/').next().unwrap());
    let set = cookies_set(&mut browser, &session).await;
    assert_eq!((lifetime_of(&set, &name), lifetime_of(&set, &format!("{name}-link"))), ("600", "0"));
    assert_eq!(browser.cookies.len(), 1, "the link is gone");
    assert!(browser.get(&session).await.heading().starts_with("Done"), "the page can be reloaded");
}

#[tokio::test]
async fn refused_sign_in_keeps_its_cookie_for_a_reload_only() {
    let bench = ConsentBench::new().await;
    let mut browser = bench.browser();
    let invitation = bench.invite(TENANT).await;
    let session = bench.sign_in(&mut browser, &invitation, "hugo.helpdesk").await;
    let name = format!("__Host-regrant-{}", session.rsplit('/').next().unwrap());
    assert_eq!(lifetime_of(&cookies_set(&mut browser, &session).await, &name), "600");
}

#[tokio::test]
async fn expired_session_leaves_no_cookie() {
    let bench = ConsentBench::new().await;
    let (mut browser, invitation) = (bench.browser(), bench.invite(TENANT).await);
    let session = bench.sign_in(&mut browser, &invitation, ADMIN).await;
    bench.simulation.open_okta(&mut browser, &session).await.unwrap();
    assert_eq!(browser.cookies.len(), 2);
    bench.clock.advance(std::time::Duration::from_hours(1));
    browser.get(&session).await;
    assert!(browser.cookies.is_empty(), "{:?}", browser.cookies.keys());
}

/// Every consent is opened, and Okta's links are as long as they may be: the browser stays below API Gateway's limit.
#[tokio::test]
async fn long_links_of_okta_do_not_lock_a_browser_out() {
    let bench = ConsentBench::new().await;
    let (_, app) = bench.ids(TENANT).await;
    let mut browser = bench.browser();
    for n in 0..12 {
        let invitation = bench.invite(TENANT).await;
        let session = bench.sign_in(&mut browser, &invitation, ADMIN).await;
        bench.simulation.okta.with_org("acme", |org| org.app_mut(app.as_str()).unwrap().authorize_href = None);
        let link = bench.simulation.open_okta(&mut browser, &session).await.unwrap();
        let link = with(&link, "state", &format!("invented{n}"));
        let long = format!("{link}&padding={}", "a".repeat(2_300 - link.as_str().len()));
        bench.simulation.okta.with_org("acme", |org| org.app_mut(app.as_str()).unwrap().authorize_href = Some(long));
        assert!(bench.simulation.open_okta(&mut browser, &session).await.is_some(), "attempt {n}");
        assert!(browser.cookie_header().len() + OTHER_HEADERS < HEADER_LIMIT, "{n}: {}", browser.cookie_header().len());
    }
}

#[tokio::test]
async fn consents_do_not_sign_an_operator_out() {
    let bench = ConsentBench::new().await;
    let mut browser = bench.browser();
    browser.cookies.insert("__Host-regrant-console".to_owned(), "a".repeat(400));
    for _ in 0..20 {
        browser.post(&bench.invite(TENANT).await, &[]).await;
    }
    assert!(browser.cookies.contains_key("__Host-regrant-console"));
    assert!(browser.cookies.len() <= 9);
}
