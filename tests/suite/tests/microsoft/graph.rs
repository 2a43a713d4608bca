//! Tests Graph calls: classification of errors, and that only Graph's own answer proves absence.

use std::time::Duration;

use regrant::domain::failure::consent::ConsentFailure;
use regrant::domain::tenant::ClientId;
use regrant::microsoft::MicrosoftError;
use regrant::microsoft::config::MicrosoftConfig;
use regrant_tests::bench::simulated_clock;
use serde_json::{Value, json};

use super::hostile::{Hostile, Reply};
use super::{ACCESS_TOKEN, Bench, TENANT, tells_no_secret};

const ORGANIZATION: &str = "/v1.0/organization";
const OKTAS_CLIENT: &str = "11111111-2222-4333-8444-555555555555";
const PRINCIPAL: &str = "bbbbbbbb-0000-4000-8000-000000000002";

fn oktas_client() -> ClientId {
    OKTAS_CLIENT.parse().unwrap()
}

fn organization() -> Value {
    json!({"value": [{"id": TENANT, "displayName": "Contoso", "verifiedDomains": [{"name": "Contoso.Example.com"}]}]})
}

fn principal() -> Value {
    json!({"id": PRINCIPAL, "appId": OKTAS_CLIENT, "displayName": "Okta", "accountEnabled": true})
}

fn refusal(code: &str) -> Value {
    json!({"error": {"code": code, "message": "canary-message", "innerError": {"request-id": "dddddddd-0004"}}})
}

#[tokio::test]
async fn graph_call_honors_retry_after() {
    let wait = Reply::json(429, &refusal("TooManyRequests")).with_header("retry-after", "11");
    let bench = Bench::with(vec![(ORGANIZATION, vec![wait, Reply::json(200, &organization())])]).await;
    let found = bench.graph().organization().await.unwrap();
    assert_eq!(found.verified_domains, ["contoso.example.com"]);
    assert_eq!(bench.pauses(), [Duration::from_secs(11)]);
    let bearer = format!("Bearer {ACCESS_TOKEN}");
    assert!(bench.heard().iter().all(|request| request.header("authorization") == Some(&bearer)));
}

#[tokio::test]
async fn too_long_retry_after_fails_at_once() {
    let wait = Reply::json(429, &refusal("TooManyRequests")).with_header("retry-after", "86400");
    let bench = Bench::with(vec![(ORGANIZATION, vec![wait])]).await;
    let error = bench.graph().organization().await.unwrap_err();
    assert_eq!(error, MicrosoftError::RateLimited { retry_after: Duration::from_hours(1) });
    assert_eq!(bench.heard().len(), 1);
}

#[tokio::test]
async fn graph_call_retries_lost_answers_and_outages() {
    let outage = Reply::json(500, &refusal("generalException"));
    for problem in [outage, Reply::html(503), Reply::Closed, Reply::CutOff] {
        let replies = vec![problem.clone(), problem.clone(), Reply::json(200, &organization())];
        let bench = Bench::with(vec![(ORGANIZATION, replies)]).await;
        assert!(bench.graph().organization().await.is_ok(), "{problem:?}");
        assert_eq!(bench.heard().len(), 3, "{problem:?}");
    }
}

#[tokio::test]
async fn timeouts_and_retries_are_limited() {
    let bench = Bench::impatient(vec![(ORGANIZATION, vec![Reply::Silence])]).await;
    let error = bench.graph().organization().await.unwrap_err();
    assert!(error.to_string().contains("timed out") && error.is_transient(), "{error}");
    tells_no_secret(&error);
    assert_eq!(bench.heard().len(), 4);
}

#[tokio::test]
async fn endless_body_is_aborted() {
    let config = MicrosoftConfig { max_body: 65_536, ..MicrosoftConfig::default() };
    let endless = Reply::text(200, "application/json", &"canary ".repeat(10_000));
    let bench = Bench::configured(config, vec![("", vec![endless, Reply::json(200, &organization())])]).await;
    let error = bench.graph().organization().await.unwrap_err();
    assert!(matches!(error, MicrosoftError::TooLarge { limit: 65_536, .. }), "{error:?}");
    assert_eq!(bench.heard().len(), 1);
}

#[tokio::test]
async fn rejected_token_is_not_resent() {
    // {"access_token":{"nbf":{"essential":true,"value":"1"}}}
    let claims = "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxIn19fQ==";
    let challenge = format!("Bearer realm=\"\", error=\"insufficient_claims\", claims=\"{claims}\"");
    let refused = Reply::json(401, &refusal("InvalidAuthenticationToken")).with_header("www-authenticate", &challenge);
    let bench = Bench::with(vec![(ORGANIZATION, vec![refused, Reply::json(200, &organization())])]).await;
    let error = bench.graph().organization().await.unwrap_err();
    assert_eq!(bench.heard().len(), 1);
    assert!(!error.is_transient(), "only another token helps");
    tells_no_secret(&error);
    let MicrosoftError::Graph(read) = error else { panic!("{error:?}") };
    assert_eq!((read.status, read.code.as_deref()), (401, Some("InvalidAuthenticationToken")));
    let claims = r#"{"access_token":{"nbf":{"essential":true,"value":"1"}}}"#;
    assert_eq!(read.claims.map(String::from).as_deref(), Some(claims));
}

#[tokio::test]
async fn missing_read_permission_fails_at_once() {
    let refused = Reply::json(403, &refusal("Authorization_RequestDenied"));
    let bench = Bench::with(vec![("", vec![refused, Reply::json(200, &principal())])]).await;
    let error = bench.graph().service_principal(&oktas_client()).await.unwrap_err();
    assert_eq!(bench.heard().len(), 1);
    assert_eq!(error.consent_failure(), ConsentFailure::NotAdministrator);
    assert_eq!(error.code().as_deref(), Some("Authorization_RequestDenied"));
    assert!(error.to_string().contains("dddddddd-0004"), "{error}");
    tells_no_secret(&error);
}

#[tokio::test]
async fn unknown_client_has_no_consent() {
    let missing = Reply::json(404, &refusal("Request_ResourceNotFound"));
    let bench = Bench::with(vec![("", vec![missing, Reply::json(200, &principal())])]).await;
    assert_eq!(bench.graph().service_principal(&oktas_client()).await, Ok(None));
    assert_eq!(bench.heard().len(), 1);
}

#[tokio::test]
async fn foreign_404_proves_nothing_about_consent() {
    for page in [Reply::html(404), Reply::json(404, &json!({})), Reply::json(404, &json!({"error": "canary"}))] {
        let bench = Bench::with(vec![("", vec![page.clone()])]).await;
        let error = bench.graph().service_principal(&oktas_client()).await.unwrap_err();
        assert!(matches!(&error, MicrosoftError::Graph(refusal) if refusal.status == 404), "{page:?}: {error:?}");
        tells_no_secret(&error);
    }
}

#[tokio::test]
async fn redirect_is_never_followed_with_token() {
    let elsewhere = Hostile::start(simulated_clock(), vec![("", vec![Reply::json(200, &organization())])]).await;
    for status in [301, 302, 307, 308] {
        let there = format!("{}{ORGANIZATION}", elsewhere.base);
        let bench = Bench::with(vec![("", vec![Reply::redirect(status, &there)])]).await;
        let error = bench.graph().organization().await.unwrap_err();
        assert!(matches!(&error, MicrosoftError::Unexpected { what, .. } if what == "a redirect"), "{error:?}");
        assert_eq!(bench.heard().len(), 1, "{status}");
    }
    assert_eq!(elsewhere.heard().len(), 0);
}

#[tokio::test]
async fn foreign_answer_is_rejected_without_quoting() {
    let half = Reply::text(200, "application/json", "{\"value\": [{\"id\": \"canary");
    for page in [Reply::html(200), half, Reply::text(200, "application/json", "")] {
        let bench = Bench::with(vec![("", vec![page.clone(), Reply::json(200, &organization())])]).await;
        let error = bench.graph().organization().await.unwrap_err();
        assert!(matches!(&error, MicrosoftError::Unexpected { what, .. } if what.contains("not JSON")), "{error:?}");
        tells_no_secret(&error);
        assert_eq!(bench.heard().len(), 1, "{page:?}");
    }
}

#[tokio::test]
async fn incomplete_or_ambiguous_organization_is_rejected() {
    let whole = organization()["value"][0].clone();
    for list in [json!([]), json!([whole, whole]), json!([{"displayName": "Contoso"}]), json!([{"id": "contoso"}])] {
        let bench = Bench::with(vec![("", vec![Reply::json(200, &json!({ "value": list }))])]).await;
        let read = bench.graph().organization().await;
        assert!(matches!(&read, Err(MicrosoftError::Unexpected { .. })), "{list}: {read:?}");
    }
}

#[tokio::test]
async fn incomplete_or_wrong_principal_is_rejected() {
    for (name, value) in [
        ("id", Value::Null),
        ("id", json!("not-a-guid")),
        ("appId", Value::Null),
        ("appId", json!("99999999-2222-4333-8444-555555555555")),
        ("accountEnabled", Value::Null),
        ("accountEnabled", json!("true")),
    ] {
        let mut found = principal();
        found[name] = value.clone();
        let bench = Bench::with(vec![("", vec![Reply::json(200, &found)])]).await;
        let read = bench.graph().service_principal(&oktas_client()).await;
        assert!(matches!(&read, Err(MicrosoftError::Unexpected { .. })), "{name} {value}: {read:?}");
    }
    let bench = Bench::with(vec![("", vec![Reply::json(200, &principal())])]).await;
    let found = bench.graph().service_principal(&oktas_client()).await.unwrap().unwrap();
    assert_eq!((found.id.as_str(), found.account_enabled, found.owner), (PRINCIPAL, true, None));
}
