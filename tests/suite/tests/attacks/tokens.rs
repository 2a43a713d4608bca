//! Attacks with invalid ID tokens.

use regrant_simulators::microsoft::TokenTampering;
use regrant_tests::consent::ConsentBench;

use super::{ADMIN, TENANT, state};

/// Signs in with tampered tokens and checks that they are rejected and nothing is stored.
async fn is_rejected(tampering: TokenTampering) {
    let bench = ConsentBench::new().await;
    let before = state(&bench).await;
    let invitation = bench.invite(TENANT).await;
    bench.simulation.microsoft.tamper(tampering);
    let mut browser = bench.browser();
    let session = bench.sign_in(&mut browser, &invitation, ADMIN).await;
    assert_eq!(browser.get(&session).await.heading(), "We could not trust a response");
    assert_eq!(state(&bench).await, before);
    assert_eq!(bench.simulation.microsoft.count("/v1.0/"), 0, "Graph was not asked anything");
}

#[tokio::test]
async fn unsigned_token_is_rejected() {
    is_rejected(TokenTampering { unsigned: true, ..TokenTampering::default() }).await;
}

#[tokio::test]
async fn token_signed_with_public_key_is_rejected() {
    is_rejected(TokenTampering { signed_with_public_key: true, ..TokenTampering::default() }).await;
}

#[tokio::test]
async fn token_with_other_signature_is_rejected() {
    is_rejected(TokenTampering { wrong_signature: true, ..TokenTampering::default() }).await;
}

#[tokio::test]
async fn token_with_unknown_key_is_rejected() {
    is_rejected(TokenTampering { kid: Some("unknown".to_owned()), ..TokenTampering::default() }).await;
}

#[tokio::test]
async fn token_for_other_client_is_rejected() {
    let audience = Some("11111111-2222-4333-8444-555555555555".to_owned());
    is_rejected(TokenTampering { audience, ..TokenTampering::default() }).await;
}

#[tokio::test]
async fn token_of_other_issuer_is_rejected() {
    let issuer = Some("https://login.evil.example/11111111-2222-4333-8444-555555555555/v2.0".to_owned());
    is_rejected(TokenTampering { issuer, ..TokenTampering::default() }).await;
}

#[tokio::test]
async fn token_of_other_tenant_is_rejected() {
    let tenant = Some("11111111-2222-4333-8444-555555555555".to_owned());
    is_rejected(TokenTampering { tenant, ..TokenTampering::default() }).await;
}

#[tokio::test]
async fn token_with_other_nonce_is_rejected() {
    is_rejected(TokenTampering { nonce: Some("another".to_owned()), ..TokenTampering::default() }).await;
}

#[tokio::test]
async fn token_with_empty_nonce_is_rejected() {
    is_rejected(TokenTampering { nonce: Some(String::new()), ..TokenTampering::default() }).await;
}

#[tokio::test]
async fn expired_token_is_rejected() {
    is_rejected(TokenTampering { expires_in: Some(-301), ..TokenTampering::default() }).await;
}

#[tokio::test]
async fn not_yet_valid_token_is_rejected() {
    is_rejected(TokenTampering { not_before_in: Some(301), ..TokenTampering::default() }).await;
}

#[tokio::test]
async fn token_of_version_1_is_rejected() {
    is_rejected(TokenTampering { version: Some("1.0".to_owned()), ..TokenTampering::default() }).await;
}

#[tokio::test]
async fn token_without_object_id_is_rejected() {
    is_rejected(TokenTampering { no_object_id: true, ..TokenTampering::default() }).await;
}

#[tokio::test]
async fn response_without_id_token_is_rejected() {
    is_rejected(TokenTampering { missing: true, ..TokenTampering::default() }).await;
}

#[tokio::test]
async fn many_unknown_keys_cause_one_fetch() {
    let bench = ConsentBench::new().await;
    let invitation = bench.invite(TENANT).await;
    for n in 0..20 {
        let kid = Some(format!("unknown-{n}"));
        bench.simulation.microsoft.tamper(TokenTampering { kid, ..TokenTampering::default() });
        let mut browser = bench.browser();
        let session = bench.sign_in(&mut browser, &invitation, ADMIN).await;
        assert_eq!(browser.get(&session).await.heading(), "We could not trust a response");
    }
    assert_eq!(bench.simulation.microsoft.count("/discovery/"), 1);
}

#[tokio::test]
async fn new_signing_key_is_fetched_on_first_use() {
    let bench = ConsentBench::new().await;
    let invitation = bench.invite(TENANT).await;
    bench.sign_in(&mut bench.browser(), &invitation, ADMIN).await;
    bench.simulation.microsoft.rotate_keys();
    bench.clock.advance(std::time::Duration::from_mins(5));
    let mut browser = bench.browser();
    let session = bench.sign_in(&mut browser, &invitation, ADMIN).await;
    assert_eq!(browser.get(&session).await.heading(), "Next: approve Okta's access");
    assert_eq!(bench.simulation.microsoft.count("/discovery/"), 2);
}
