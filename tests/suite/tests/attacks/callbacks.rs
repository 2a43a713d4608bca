//! Attacks with modified callbacks or callbacks for a different browser.

use axum::body::Body;
use regrant::domain::cloud::Cloud;
use regrant_simulators::microsoft::Decision;
use regrant_tests::consent::ConsentBench;

use super::{ADMIN, TENANT, exchanges, sent, sent_from, state, value, with};

/// Sends a modified callback from the right browser and checks that it has no effect.
async fn comes_to_nothing(bend: impl Fn(&url::Url) -> String) {
    let bench = ConsentBench::new().await;
    let (mut browser, back) = sent(&bench).await;
    let before = state(&bench).await;
    let seen = browser.get(&bend(&back)).await;
    assert!(seen.location().starts_with("/oauth/failed/"), "{}", seen.location());
    assert_eq!(exchanges(&bench), 0);
    assert_eq!(state(&bench).await, before);
}

fn path(url: &url::Url) -> String {
    format!("{}?{}", url.path(), url.query().unwrap_or_default())
}

#[tokio::test]
async fn a_forged_state_spends_no_code() {
    comes_to_nothing(|back| path(&with(back, "state", "forged-forged-forged-forged-forged-forged-f"))).await;
}

#[tokio::test]
async fn a_missing_state_spends_no_code() {
    comes_to_nothing(|back| path(&with(back, "state", ""))).await;
}

#[tokio::test]
async fn truncated_state_spends_no_code() {
    comes_to_nothing(|back| path(&with(back, "state", &value(back, "state")[..42]))).await;
}

#[tokio::test]
async fn state_in_different_case_spends_no_code() {
    comes_to_nothing(|back| path(&with(back, "state", &value(back, "state").to_ascii_uppercase()))).await;
}

#[tokio::test]
async fn digest_of_state_is_rejected() {
    comes_to_nothing(|back| {
        let digest = regrant::domain::id::Sha256Digest::of(&value(back, "state"));
        path(&with(back, "state", digest.as_str()))
    })
    .await;
}

#[tokio::test]
async fn two_states_spend_no_code() {
    comes_to_nothing(|back| format!("{}&state=other", path(back))).await;
}

#[tokio::test]
async fn two_codes_spend_no_code() {
    comes_to_nothing(|back| format!("{}&code=other", path(back))).await;
}

#[tokio::test]
async fn escaped_second_code_spends_no_code() {
    comes_to_nothing(|back| format!("{}&%63ode=other", path(back))).await;
}

#[tokio::test]
async fn a_code_and_an_error_together_spend_no_code() {
    comes_to_nothing(|back| path(&with(back, "error", "access_denied"))).await;
}

#[tokio::test]
async fn callback_without_code_or_error_is_rejected() {
    comes_to_nothing(|back| path(&with(back, "code", ""))).await;
}

#[tokio::test]
async fn parameters_that_are_not_utf_8_come_to_nothing() {
    comes_to_nothing(|back| format!("{}&extra=%FF%FE", path(back))).await;
}

#[tokio::test]
async fn oversized_code_is_rejected() {
    comes_to_nothing(|back| path(&with(back, "code", &"a".repeat(5_000)))).await;
}

#[tokio::test]
async fn oversized_query_is_rejected() {
    comes_to_nothing(|back| format!("{}&junk={}", path(back), "a".repeat(40_000))).await;
}

#[tokio::test]
async fn hundred_parameters_are_rejected() {
    comes_to_nothing(|back| {
        let many: Vec<String> = (0..100).map(|n| format!("p{n}=1")).collect();
        format!("{}&{}", path(back), many.join("&"))
    })
    .await;
}

#[tokio::test]
async fn admin_consent_without_code_is_rejected() {
    comes_to_nothing(|back| {
        let state = value(back, "state");
        format!("{}?admin_consent=True&tenant=11111111-2222-4333-8444-555555555555&state={state}", back.path())
    })
    .await;
}

#[tokio::test]
async fn other_clouds_callback_rejects_this_clouds_answer() {
    for cloud in [Cloud::GccHigh, Cloud::Dod, Cloud::China21Vianet] {
        comes_to_nothing(|back| format!("{}?{}", cloud.callback_path(), back.query().unwrap())).await;
    }
}

#[tokio::test]
async fn other_issuer_in_callback_spends_no_code() {
    let bench = ConsentBench::new().await;
    let (mut browser, back) = sent(&bench).await;
    let session = browser.get_url(&with(&back, "iss", "https://login.evil.example/v2.0")).await.location();
    assert_eq!(browser.get(&session).await.heading(), "We could not trust a response");
    assert_eq!(exchanges(&bench), 0);
}

#[tokio::test]
async fn callback_accepts_get_only() {
    let bench = ConsentBench::new().await;
    let (mut browser, back) = sent(&bench).await;
    for method in ["POST", "PUT", "DELETE"] {
        assert_eq!(browser.send(method, &path(&back), Body::empty()).await.status, 405, "{method}");
    }
    assert_eq!(exchanges(&bench), 0);
}

#[tokio::test]
async fn replayed_callback_exchanges_code_once() {
    let bench = ConsentBench::new().await;
    let (mut browser, back) = sent(&bench).await;
    let first = browser.get_url(&back).await.location();
    for _ in 0..5 {
        assert_eq!(browser.get_url(&back).await.location(), first);
    }
    assert_eq!(exchanges(&bench), 1);
}

#[tokio::test]
async fn replayed_callback_in_other_browser_learns_nothing() {
    let bench = ConsentBench::new().await;
    let (mut browser, back) = sent(&bench).await;
    browser.get_url(&back).await;
    let mut thief = bench.browser();
    assert_eq!(thief.get_url(&back).await.location(), "/oauth/failed/session-lost");
    assert_eq!(exchanges(&bench), 1);
}

#[tokio::test]
async fn known_state_alone_cannot_end_the_session() {
    let bench = ConsentBench::new().await;
    let (mut browser, back) = sent(&bench).await;
    bench.browser().get_url(&with(&back, "code", "junk")).await;
    let session = browser.get_url(&back).await.location();
    assert_eq!(browser.get(&session).await.heading(), "Next: approve Okta's access");
}

#[tokio::test]
async fn code_of_other_attempt_fails_pkce() {
    let bench = ConsentBench::new().await;
    let invitation = bench.invite(TENANT).await;
    let (mut browser, back) = sent_from(&bench, &invitation).await;
    let (_, other) = sent_from(&bench, &invitation).await;
    let session = browser.get_url(&with(&back, "code", &value(&other, "code"))).await.location();
    assert_eq!(browser.get(&session).await.heading(), "This attempt can't continue");
    assert!(!state(&bench).await.1, "no token was kept");
}

#[tokio::test]
async fn invented_code_is_rejected() {
    let bench = ConsentBench::new().await;
    let (mut browser, back) = sent(&bench).await;
    let session = browser.get_url(&with(&back, "code", "0.madeup")).await.location();
    assert_eq!(browser.get(&session).await.heading(), "This attempt can't continue");
    assert!(!state(&bench).await.1);
}

#[tokio::test]
async fn code_of_other_tenant_is_rejected() {
    let bench = ConsentBench::new().await;
    let (mut browser, back) = sent(&bench).await;
    let invitation = bench.invite("contoso").await;
    let location = bench.browser().post(&invitation, &[]).await.location_url();
    let other = bench.at_microsoft(&location, ADMIN, Decision::Accept);
    let session = browser.get_url(&with(&back, "code", &value(&other, "code"))).await.location();
    assert_eq!(browser.get(&session).await.heading(), "This attempt can't continue");
    assert!(!state(&bench).await.1);
}

#[tokio::test]
async fn callback_after_ten_minutes_is_rejected() {
    let bench = ConsentBench::new().await;
    let (mut browser, back) = sent(&bench).await;
    bench.clock.advance(std::time::Duration::from_mins(10));
    let session = browser.get_url(&back).await.location();
    assert_eq!(browser.get(&session).await.heading(), "This attempt can't continue");
    assert_eq!(exchanges(&bench), 0);
}

#[tokio::test]
async fn thousand_unknown_states_cause_no_calls() {
    let bench = ConsentBench::new().await;
    let mut browser = bench.browser();
    let calls = bench.simulation.kill_point.calls();
    for n in 0..1_000 {
        let seen = browser.get(&format!("/oauth/microsoft/callback?code=c&state=s{n}")).await;
        assert_eq!(seen.location(), "/oauth/failed/session-lost");
    }
    assert_eq!(bench.simulation.kill_point.calls(), calls);
}

#[tokio::test]
async fn concurrent_tabs_do_not_disturb_each_other() {
    let bench = ConsentBench::new().await;
    let invitation = bench.invite(TENANT).await;
    let mut browser = bench.browser();
    let first = browser.post(&invitation, &[]).await.location_url();
    let second = browser.post(&invitation, &[]).await.location_url();
    let first = bench.at_microsoft(&first, ADMIN, Decision::Accept);
    let second = bench.at_microsoft(&second, ADMIN, Decision::Accept);
    let second = browser.get_url(&second).await.location();
    let first = browser.get_url(&first).await.location();
    assert_ne!(first, second);
    for session in [first, second] {
        assert_eq!(browser.get(&session).await.heading(), "Next: approve Okta's access");
    }
}
