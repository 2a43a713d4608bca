//! Tests application tokens: every kind of credential, retries, and no connection to a person.

use std::collections::BTreeSet;
use std::time::Duration;

use regrant::domain::cloud::Cloud;
use regrant::microsoft::{ClientCredential, Microsoft as _, MicrosoftError, TokenFailure, TokenSet};
use regrant_simulators::microsoft::OPERATOR_SECRET;
use regrant_tests::bench::{dawn, simulated_clock};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::credentials::{certificate, federated, federated_token, part};
use super::hostile::{Hostile, Reply};
use super::sign_ins::{DOMAIN, SignIns};
use super::{Bench, TENANT, TOKEN, proven_by, tells_no_secret, tenant};

/// The response that Microsoft documents: no `scope`, no refresh token, no ID token.
fn application_token() -> Value {
    json!({
        "token_type": "Bearer",
        "expires_in": 3_599,
        "ext_expires_in": 3_599,
        "access_token": "canary-application-token",
    })
}

fn refused(error: &str, number: u32) -> Reply {
    let status = if error == "invalid_client" { 401 } else { 400 };
    Reply::json(status, &json!({"error": error, "error_codes": [number], "error_description": "canary-description"}))
}

async fn of_simulator(sign_ins: &SignIns) -> Result<TokenSet, MicrosoftError> {
    sign_ins.client.application_token(&sign_ins.registration, &sign_ins.tenant).await
}

#[tokio::test]
async fn application_token_request_uses_default_scope() {
    let bench = Bench::with(vec![(TOKEN, vec![Reply::json(200, &application_token())])]).await;
    let token = bench.application_token().await.unwrap();
    assert_eq!(token.access_token.expose_secret(), "canary-application-token");
    assert!(token.refresh_token.is_none() && token.scopes.is_empty());
    assert_eq!(token.expires_at.duration_since(dawn()).as_secs(), 3_599);
    let heard = bench.heard();
    assert_eq!((heard.len(), heard[0].line.as_str()), (1, format!("POST /{TENANT}{TOKEN}").as_str()));
    for (name, value) in [
        ("grant_type", Some("client_credentials")),
        ("scope", Some("https://graph.microsoft.com/.default")),
        ("client_secret", Some(OPERATOR_SECRET)),
        ("refresh_token", None),
        ("redirect_uri", None),
    ] {
        assert_eq!(heard[0].field(name).as_deref(), value, "{name}");
    }
    assert_eq!(heard[0].header("authorization"), None);
}

#[tokio::test]
async fn unexpected_refresh_token_is_discarded() {
    let mut answer = application_token();
    answer["refresh_token"] = json!("canary-refresh-token-of-no-person");
    let bench = Bench::with(vec![(TOKEN, vec![Reply::json(200, &answer)])]).await;
    assert!(bench.application_token().await.unwrap().refresh_token.is_none());
}

#[tokio::test]
async fn every_credential_kind_gets_application_token() {
    let folder = tempfile::tempdir().unwrap();
    let (token_file, another_issuers) = federated(&folder);
    std::fs::write(&token_file, federated_token("regrant")).unwrap();
    let secret = ClientCredential::Secret { value: OPERATOR_SECRET.into() };
    for credential in [secret, certificate(), another_issuers] {
        let sign_ins = SignIns::of(proven_by(credential)).await;
        assert!(sign_ins.microsoft.consent_to_ours(DOMAIN));
        for _ in 0..2 {
            let token = of_simulator(&sign_ins).await.unwrap();
            let graph = sign_ins.client.graph(Cloud::Global, &token.access_token);
            assert_eq!(graph.organization().await.unwrap().id, sign_ins.tenant);
        }
    }
}

#[tokio::test]
async fn each_attempt_has_own_assertion() {
    let replies = vec![Reply::html(503), Reply::Closed, Reply::CutOff, Reply::json(200, &application_token())];
    let bench = Bench::with(vec![(TOKEN, replies)]).await;
    bench.client.application_token(&proven_by(certificate()), &tenant()).await.unwrap();
    let ids: BTreeSet<String> = bench.heard().iter().map(|request| part(request, 1)["jti"].to_string()).collect();
    assert_eq!(ids.len(), 4, "{ids:?}");
}

#[tokio::test]
async fn application_token_request_retries_like_refresh() {
    let wait = Reply::json(429, &json!({"error": "temporarily_unavailable"})).with_header("retry-after", "7");
    let bench = Bench::with(vec![(TOKEN, vec![wait, Reply::json(200, &application_token())])]).await;
    bench.application_token().await.unwrap();
    assert_eq!(bench.pauses(), [Duration::from_secs(7)]);
    for problem in [Reply::html(500), Reply::html(502), Reply::html(504), Reply::Closed, Reply::CutOff] {
        let replies = vec![problem.clone(), problem.clone(), Reply::json(200, &application_token())];
        let bench = Bench::with(vec![(TOKEN, replies)]).await;
        assert!(bench.application_token().await.is_ok(), "{problem:?}");
        assert_eq!(bench.heard().len(), 3, "{problem:?}");
    }
}

#[tokio::test]
async fn permanent_failure_is_reported_and_revokes_nothing() {
    let long = Reply::json(429, &json!({})).with_header("retry-after", "1800");
    let bench = Bench::with(vec![(TOKEN, vec![long])]).await;
    let error = bench.application_token().await.unwrap_err();
    assert_eq!(error, MicrosoftError::RateLimited { retry_after: Duration::from_mins(30) });
    assert_eq!((error.token_failure(), bench.heard().len()), (TokenFailure::Transient, 1));
    for (problem, asked) in [
        (Reply::html(503), 4),
        (Reply::Closed, 4),
        (Reply::CutOff, 4),
        (Reply::html(200), 1),
        (Reply::html(400), 1),
        (Reply::json(200, &json!(["canary"])), 1),
        (Reply::json(200, &json!({"token_type": "Bearer", "expires_in": 1, "access_token": null})), 1),
        (Reply::json(200, &json!({"token_type": "pop", "expires_in": 1, "access_token": "canary"})), 1),
        (Reply::json(400, &json!({"error": {"code": "canary"}})), 1),
    ] {
        let bench = Bench::with(vec![(TOKEN, vec![problem.clone()])]).await;
        let error = bench.application_token().await.unwrap_err();
        tells_no_secret(&error);
        assert_eq!(
            (error.token_failure(), bench.heard().len()),
            (TokenFailure::Transient, asked),
            "{problem:?}: {error:?}"
        );
    }
    let bench = Bench::impatient(vec![(TOKEN, vec![Reply::Silence])]).await;
    let error = bench.application_token().await.unwrap_err();
    assert!(error.to_string().contains("timed out") && error.token_failure() == TokenFailure::Transient, "{error}");
    assert_eq!(bench.heard().len(), 4);
}

#[tokio::test]
async fn a_redirect_is_never_followed() {
    let elsewhere = Hostile::start(simulated_clock(), vec![("", vec![Reply::json(200, &application_token())])]).await;
    for status in [302, 307, 308] {
        let bench = Bench::with(vec![("", vec![Reply::redirect(status, &format!("{}/x", elsewhere.base))])]).await;
        let error = bench.application_token().await.unwrap_err();
        assert!(matches!(&error, MicrosoftError::Unexpected { what, .. } if what == "a redirect"), "{error:?}");
        assert_eq!((error.token_failure(), bench.heard().len()), (TokenFailure::Transient, 1));
    }
    assert_eq!(elsewhere.heard().len(), 0);
}

#[tokio::test]
async fn rejection_is_final_and_names_cause() {
    for (error, number, failure) in [
        ("invalid_client", 7_000_215, TokenFailure::OurCredential),
        ("invalid_client", 7_000_222, TokenFailure::OurCredential),
        ("unauthorized_client", 700_016, TokenFailure::OurRegistration),
        ("invalid_scope", 1_002_012, TokenFailure::OurRegistration),
        ("invalid_grant", 53_003, TokenFailure::Permanent),
    ] {
        let replies = vec![refused(error, number), Reply::json(200, &application_token())];
        let bench = Bench::with(vec![(TOKEN, replies)]).await;
        let error = bench.application_token().await.unwrap_err();
        tells_no_secret(&error);
        assert_eq!(error.code(), Some(format!("AADSTS{number}")));
        assert_eq!((error.token_failure(), bench.heard().len()), (failure, 1), "{number}");
    }
}

#[tokio::test]
async fn tenant_without_consent_yields_no_usable_token() {
    let sign_ins = SignIns::new().await;
    let error = of_simulator(&sign_ins).await.unwrap_err();
    assert_eq!((error.code().as_deref(), error.token_failure()), (Some("AADSTS700016"), TokenFailure::OurRegistration));
    // A sign-in consents to the delegated permission only.
    sign_ins.sign_in().await.unwrap();
    let token = of_simulator(&sign_ins).await.unwrap();
    let graph = sign_ins.client.graph(Cloud::Global, &token.access_token);
    let error = graph.organization().await.unwrap_err();
    assert_eq!(error.code().as_deref(), Some("Authorization_RequestDenied"));
    assert_eq!(error.token_failure(), TokenFailure::NotAllowed);
    assert!(sign_ins.microsoft.consent_to_ours(DOMAIN));
    let token = of_simulator(&sign_ins).await.unwrap();
    let graph = sign_ins.client.graph(Cloud::Global, &token.access_token);
    assert!(graph.organization().await.is_ok());
    let error = graph.my_roles().await.unwrap_err();
    assert!(
        matches!(&error, MicrosoftError::Graph(refusal) if refusal.status == 400),
        "it belongs to no person: {error:?}"
    );
}

#[tokio::test]
async fn application_token_is_independent_of_people() {
    let sign_ins = SignIns::new().await;
    let (microsoft, ada) = (&sign_ins.microsoft, "ada.administrator");
    assert!(microsoft.consent_to_ours(DOMAIN));
    assert!(
        microsoft.block_people(DOMAIN) && microsoft.take_roles(DOMAIN, ada) && microsoft.delete_person(DOMAIN, ada)
    );
    let token = of_simulator(&sign_ins).await.unwrap();
    let graph = sign_ins.client.graph(Cloud::Global, &token.access_token);
    assert_eq!(graph.organization().await.unwrap().id, sign_ins.tenant);
}
