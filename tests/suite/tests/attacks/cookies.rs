//! Attacks with the number and the length of cookies.

use regrant_tests::consent::ConsentBench;

use super::{ADMIN, TENANT};

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
