//! Tests token refreshes: retries and error classification.

use std::time::Duration;

use regrant::domain::failure::consent::ConsentFailure;
use regrant::microsoft::MicrosoftError;
use regrant::microsoft::config::MicrosoftConfig;
use regrant_tests::bench::{dawn, simulated_clock};
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::hostile::{Hostile, Reply};
use super::{Bench, REFRESH_TOKEN, TENANT, TOKEN, tells_no_secret, tokens};

#[tokio::test]
async fn refresh_honors_retry_after() {
    let wait = Reply::json(429, &json!({"error": "temporarily_unavailable"})).with_header("retry-after", "7");
    let bench = Bench::with(vec![(TOKEN, vec![wait, Reply::json(200, &tokens())])]).await;
    let renewed = bench.refresh().await.unwrap();
    assert_eq!(renewed.access_token.expose_secret(), "canary-new-access-token");
    assert_eq!(bench.pauses(), [Duration::from_secs(7)]);
    let heard = bench.heard();
    assert!(heard.iter().all(|request| request.line == format!("POST /{TENANT}{TOKEN}")), "{heard:?}");
    assert!(heard.iter().all(|request| request.field("refresh_token").as_deref() == Some(REFRESH_TOKEN)));
}

#[tokio::test]
async fn too_long_retry_after_fails_at_once() {
    let wait = Reply::json(429, &json!({})).with_header("retry-after", "1800");
    let bench = Bench::with(vec![(TOKEN, vec![wait])]).await;
    let error = bench.refresh().await.unwrap_err();
    assert_eq!(error, MicrosoftError::RateLimited { retry_after: Duration::from_mins(30) });
    assert_eq!(error.consent_failure(), ConsentFailure::MicrosoftDown);
    assert_eq!(bench.heard().len(), 1);
    assert_eq!(regrant::clock::Clock::now(&bench.clock), dawn(), "no call waited");
}

#[tokio::test]
async fn total_wait_is_limited() {
    let wait = Reply::json(429, &json!({})).with_header("retry-after", "9");
    let bench = Bench::with(vec![(TOKEN, vec![wait])]).await;
    let error = bench.refresh().await.unwrap_err();
    assert_eq!(error, MicrosoftError::RateLimited { retry_after: Duration::from_secs(9) });
    assert_eq!(bench.pauses(), [Duration::from_secs(9); 2]);
}

#[tokio::test]
async fn outage_is_retried_with_backoff_then_reported() {
    for status in [500, 502, 503, 504] {
        let bench = Bench::with(vec![(TOKEN, vec![Reply::html(status)])]).await;
        let error = bench.refresh().await.unwrap_err();
        let MicrosoftError::NoAnswer { reason, .. } = &error else { panic!("{status}: {error:?}") };
        assert_eq!(*reason, format!("the server returned {status}"));
        assert!(error.is_transient());
        tells_no_secret(&error);
        assert_eq!(bench.pauses(), [500, 1_000, 2_000].map(Duration::from_millis), "{status}");
    }
}

#[tokio::test]
async fn short_outage_is_retried() {
    let outage = json!({"error": "temporarily_unavailable", "error_codes": [90_033]});
    let replies = vec![Reply::json(500, &outage), Reply::html(503), Reply::json(200, &tokens())];
    let bench = Bench::with(vec![(TOKEN, replies)]).await;
    assert!(bench.refresh().await.is_ok());
    assert_eq!(bench.heard().len(), 3);
}

#[tokio::test]
async fn lost_response_is_retried() {
    for lost in [Reply::Closed, Reply::CutOff] {
        let bench = Bench::with(vec![(TOKEN, vec![lost.clone(), Reply::json(200, &tokens())])]).await;
        assert!(bench.refresh().await.is_ok(), "{lost:?}");
        assert_eq!(bench.heard().len(), 2, "{lost:?}");
    }
}

#[tokio::test]
async fn timeouts_and_retries_are_limited() {
    let bench = Bench::impatient(vec![(TOKEN, vec![Reply::Silence])]).await;
    let error = bench.refresh().await.unwrap_err();
    assert!(error.to_string().contains("timed out"), "{error}");
    assert!(error.is_transient());
    tells_no_secret(&error);
    assert_eq!(bench.heard().len(), 4);
}

#[tokio::test]
async fn endless_body_is_aborted() {
    let body = format!("{{\"canary\": \"{}\"}}", "x".repeat(70_000));
    let config = MicrosoftConfig { max_body: 65_536, ..MicrosoftConfig::default() };
    let replies = vec![Reply::text(200, "application/json", &body), Reply::json(200, &tokens())];
    let bench = Bench::configured(config, vec![(TOKEN, replies)]).await;
    let error = bench.refresh().await.unwrap_err();
    assert!(matches!(error, MicrosoftError::TooLarge { limit: 65_536, .. }), "{error:?}");
    tells_no_secret(&error);
    assert_eq!(bench.heard().len(), 1, "it would be as long again");
}

#[tokio::test]
async fn invalid_token_response_is_rejected_without_quoting() {
    let with = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut body = tokens();
        change(&mut body);
        Reply::json(200, &body)
    };
    for (name, reply) in [
        ("a page in the place of JSON", Reply::html(200)),
        ("a page in the place of an error", Reply::html(400)),
        ("tokens as a page", Reply::text(200, "text/html", &tokens().to_string())),
        ("half of it", Reply::text(200, "application/json", "{\"access_token\": \"canary-half")),
        ("nothing", Reply::text(200, "application/json", "")),
        ("a list", Reply::json(200, &json!(["canary"]))),
        ("no access token", with(&|body| body["access_token"] = json!(null))),
        ("a token that is bound to a key", with(&|body| body["token_type"] = json!("pop"))),
        ("an error with an invalid code", Reply::json(400, &json!({"error": {"code": "canary"}}))),
    ] {
        let bench = Bench::with(vec![(TOKEN, vec![reply, Reply::json(200, &tokens())])]).await;
        let error = bench.refresh().await.unwrap_err();
        assert!(matches!(error, MicrosoftError::Unexpected { .. }), "{name}: {error:?}");
        assert!(!error.is_transient(), "{name}");
        tells_no_secret(&error);
        assert_eq!(bench.heard().len(), 1, "{name}");
    }
}

#[tokio::test]
async fn redirect_is_never_followed_and_leaks_nothing() {
    let elsewhere = Hostile::start(simulated_clock(), vec![("", vec![Reply::json(200, &tokens())])]).await;
    // 307 and 308 would resend the form unchanged.
    for status in [301, 302, 303, 307, 308] {
        for there in [format!("{}/{TENANT}{TOKEN}", elsewhere.base), "{base}/elsewhere".to_owned()] {
            let bench = Bench::with(vec![("", vec![Reply::redirect(status, &there)])]).await;
            let error = bench.refresh().await.unwrap_err();
            assert!(matches!(&error, MicrosoftError::Unexpected { what, .. } if what == "a redirect"), "{error:?}");
            tells_no_secret(&error);
            assert_eq!(bench.heard().len(), 1, "{status} to {there}");
        }
    }
    assert_eq!(elsewhere.heard().len(), 0);
}

#[tokio::test]
async fn rejection_is_classified_without_its_text() {
    let refusal = json!({
        "error": "invalid_grant",
        "suberror": "bad_token",
        "error_description": "AADSTS50173: canary-description of ada.administrator@contoso.onmicrosoft.com",
        "error_codes": [50_173, 70_008],
        "correlation_id": "cccccccc-0000-4000-8000-000000000003",
        "claims": "{\"access_token\":{}}",
    });
    let bench = Bench::with(vec![(TOKEN, vec![Reply::json(400, &refusal), Reply::json(200, &tokens())])]).await;
    let error = bench.refresh().await.unwrap_err();
    tells_no_secret(&error);
    assert_eq!(bench.heard().len(), 1, "a refusal is final");
    assert_eq!(error.code().as_deref(), Some("AADSTS50173"));
    let MicrosoftError::OAuth(read) = error else { panic!("{error:?}") };
    assert_eq!(
        (read.status, read.error.as_str(), read.codes.as_slice()),
        (400, "invalid_grant", &[50_173, 70_008][..])
    );
    assert_eq!(read.suberror.as_deref(), Some("bad_token"));
    assert_eq!(read.correlation_id.as_deref(), Some("cccccccc-0000-4000-8000-000000000003"));
    assert_eq!(read.claims.map(String::from).as_deref(), Some("{\"access_token\":{}}"));
}

#[tokio::test]
async fn error_number_selects_text_only() {
    // Numbers of other errors: a wrong secret, a missing factor, an outage, an unknown number.
    for number in [7_000_215, 50_076, 90_033, 1] {
        let refusal = json!({"error": "invalid_grant", "error_codes": [number]});
        let bench = Bench::with(vec![(TOKEN, vec![Reply::json(400, &refusal)])]).await;
        let error = bench.refresh().await.unwrap_err();
        assert_eq!(error.code(), Some(format!("AADSTS{number}")));
        assert_eq!((error.consent_failure(), error.is_transient()), (ConsentFailure::SessionLost, false), "{number}");
    }
    for (word, failure) in [
        ("invalid_client", ConsentFailure::RegistrationRefused),
        ("unauthorized_client", ConsentFailure::RegistrationRefused),
        ("interaction_required", ConsentFailure::MfaMissing),
        ("temporarily_unavailable", ConsentFailure::MicrosoftDown),
    ] {
        let refusal = json!({"error": word, "error_codes": [50_173]});
        let bench = Bench::with(vec![(TOKEN, vec![Reply::json(400, &refusal)])]).await;
        assert_eq!(bench.refresh().await.unwrap_err().consent_failure(), failure, "{word}");
    }
}
