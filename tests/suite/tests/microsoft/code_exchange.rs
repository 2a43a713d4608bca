//! Tests that a code is sent only once, unless Microsoft reports that it did not accept the request.

use std::time::Duration;

use regrant::domain::failure::consent::ConsentFailure;
use regrant::microsoft::MicrosoftError;
use regrant_simulators::microsoft::OPERATOR_SECRET;
use regrant_simulators::{Fault, Times};
use serde_json::json;

use super::hostile::{Heard, Reply};
use super::sign_ins::SignIns;
use super::{Bench, CODE, REDIRECT_URI, TOKEN, VERIFIER, tells_no_secret, tokens};

#[tokio::test]
async fn code_with_lost_response_is_not_resent() {
    for lost in [Reply::Closed, Reply::CutOff, Reply::Silence] {
        let bench = Bench::impatient(vec![(TOKEN, vec![lost.clone(), Reply::json(200, &tokens())])]).await;
        let error = bench.redeem().await.unwrap_err();
        assert!(matches!(error, MicrosoftError::NoAnswer { .. }), "{lost:?}: {error:?}");
        assert_eq!(error.consent_failure(), ConsentFailure::MicrosoftDown);
        tells_no_secret(&error);
        assert_eq!(bench.heard().len(), 1, "{lost:?}");
    }
}

#[tokio::test]
async fn code_is_not_resent_after_outage() {
    for status in [500, 502, 503, 504] {
        let outage = Reply::html(status).with_header("retry-after", "1");
        let bench = Bench::with(vec![(TOKEN, vec![outage, Reply::json(200, &tokens())])]).await;
        let error = bench.redeem().await.unwrap_err();
        assert!(matches!(error, MicrosoftError::NoAnswer { .. }), "{status}: {error:?}");
        assert_eq!(bench.heard().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn throttled_code_is_resent_after_wait() {
    let refused = json!({"error": "invalid_grant", "error_codes": [70_008]});
    let replies = vec![Reply::json(429, &json!({})).with_header("retry-after", "3"), Reply::json(400, &refused)];
    let bench = Bench::with(vec![(TOKEN, replies)]).await;
    let error = bench.redeem().await.unwrap_err();
    assert_eq!(error.code().as_deref(), Some("AADSTS70008"));
    assert_eq!(bench.pauses(), [Duration::from_secs(3)]);
    assert!(bench.heard().iter().all(|request| request.field("code").as_deref() == Some(CODE)));
}

#[tokio::test]
async fn exchange_sends_everything_in_body() {
    let bench = Bench::with(vec![(TOKEN, vec![Reply::Closed])]).await;
    bench.redeem().await.unwrap_err();
    let requests = bench.heard();
    for (name, value) in [
        ("grant_type", "authorization_code"),
        ("code", CODE),
        ("code_verifier", VERIFIER),
        ("redirect_uri", REDIRECT_URI),
        ("client_secret", OPERATOR_SECRET),
    ] {
        assert_eq!(requests[0].field(name).as_deref(), Some(value), "{name}");
    }
    let Heard { line, head, .. } = &requests[0];
    assert!(!line.contains('?') && !head.contains("canary"), "{line} {head}");
    assert_eq!(requests[0].header("authorization"), None);
}

#[tokio::test]
async fn a_redirect_of_an_exchange_is_never_followed() {
    let bench = Bench::with(vec![("", vec![Reply::redirect(307, "{base}/elsewhere")])]).await;
    let error = bench.redeem().await.unwrap_err();
    assert!(matches!(&error, MicrosoftError::Unexpected { what, .. } if what == "a redirect"), "{error:?}");
    assert_eq!(bench.heard().len(), 1);
}

#[tokio::test]
async fn sign_in_without_id_token_fails() {
    let bench = Bench::with(vec![(TOKEN, vec![Reply::json(200, &tokens())])]).await;
    let error = bench.redeem().await.unwrap_err();
    assert_eq!(error.consent_failure(), ConsentFailure::Untrusted);
    assert_eq!(bench.heard().len(), 1);
}

#[tokio::test]
async fn throttled_sign_in_succeeds_after_wait() {
    let sign_ins = SignIns::new().await;
    sign_ins.microsoft.fail(TOKEN, Fault::RateLimited, Times::Exactly(1));
    let signed_in = sign_ins.sign_in().await.unwrap();
    assert!(signed_in.tokens.refresh_token.is_some());
    assert_eq!(sign_ins.microsoft.count(TOKEN), 2);
}

#[tokio::test]
async fn code_with_lost_response_is_used_up() {
    let sign_ins = SignIns::new().await;
    sign_ins.microsoft.fail(TOKEN, Fault::Truncated, Times::Exactly(1));
    let code = sign_ins.code();
    assert!(matches!(sign_ins.redeem(&code).await, Err(MicrosoftError::NoAnswer { .. })));
    assert_eq!(sign_ins.microsoft.count(TOKEN), 1);
    let error = sign_ins.redeem(&code).await.unwrap_err();
    assert_eq!(error.code().as_deref(), Some("AADSTS54005"), "a second sending could only have failed");
}
