//! Attacks on the operators' API as it runs behind API Gateway, and on the installation's keys.

use regrant::domain::actor::Actor;
use regrant::lambda::{Event, answer};
use regrant::ledger::PageRequest;
use regrant::usecases::access::keys::{rotate_keys, rotate_keys_at_once};
use regrant_tests::api_gateway::{self, OPERATOR, token};
use regrant_tests::consent::{ConsentBench, grant_operator};
use serde_json::{Value, json};

use super::{ADMIN, TENANT};

/// The event of a request, as API Gateway sends it for an operator's access token.
fn event(method: &str, path: &str) -> Value {
    let request = axum::http::Request::builder().method(method).uri(path).body(()).unwrap();
    api_gateway::event(&request.into_parts().0, &axum::body::Bytes::new())
}

/// The status of the response of the functions.
async fn status(bench: &ConsentBench, event: Value) -> u64 {
    let Event::Http(request) = Event::read(event).unwrap() else { unreachable!("it is an HTTP event") };
    let functions = regrant_discovery::router(bench.ports.clone())
        .merge(regrant_consent_url::router(bench.ports.clone()).reset_fallback());
    answer(functions, *request, lambda_runtime::Context::default()).await.unwrap()["statusCode"].as_u64().unwrap()
}

async fn bench() -> ConsentBench {
    let bench = ConsentBench::new().await;
    grant_operator(&bench.ports).await;
    bench
}

/// The event with a token that has these further claims, which the authorizer accepted.
fn with_claims(mut event: Value, extra: &Value) -> Value {
    let mut claims = json!({ "iss": "https://id.example.com", "sub": OPERATOR, "aud": "regrant" });
    claims.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    event["headers"]["authorization"] = json!(format!("Bearer {}", token(&claims)));
    event
}

#[tokio::test]
async fn request_without_verified_claims_is_rejected() {
    let bench = bench().await;
    for (method, path) in [("GET", "/v1/apps"), ("POST", "/v1/scans"), ("GET", "/v1/orgs")] {
        let accepted = event(method, path);
        assert!(status(&bench, accepted.clone()).await < 300, "the operator is answered");
        let mut direct = accepted;
        direct["requestContext"].as_object_mut().unwrap().remove("authorizer");
        assert_eq!(status(&bench, direct).await, 401, "{method} {path}");
    }
}

#[tokio::test]
async fn id_token_is_not_an_operator() {
    let bench = bench().await;
    for member in [json!({ "nonce": "n" }), json!({ "at_hash": "h" }), json!({ "token_use": "id" })] {
        let sent = with_claims(event("GET", "/v1/apps"), &member);
        assert_eq!(status(&bench, sent).await, 401, "{member}");
    }
}

#[tokio::test]
async fn token_that_the_authorizer_did_not_verify_is_rejected() {
    let bench = bench().await;
    for other in [json!({ "sub": "00u1somebody" }), json!({ "iss": "https://evil.example" })] {
        let sent = with_claims(event("GET", "/v1/apps"), &other);
        assert_eq!(status(&bench, sent).await, 401, "{other}");
    }
}

#[tokio::test]
async fn token_without_access_rule_has_no_access() {
    let bench = ConsentBench::new().await;
    assert_eq!(status(&bench, event("GET", "/v1/apps")).await, 403);
    assert_eq!(status(&bench, event("POST", "/v1/scans")).await, 403);
}

#[tokio::test]
async fn every_change_names_its_operator() {
    let bench = bench().await;
    let (org, app) = bench.ids(TENANT).await;
    assert_eq!(status(&bench, event("POST", &format!("/v1/apps/{org}/{app}/invitations"))).await, 201);
    let newest = bench.ports.ledger.events(&org, &app, PageRequest::first(1_000)).await.unwrap().items;
    let is_operators = |by: &Actor| matches!(by, Actor::Operator { subject, .. } if subject.raw() == OPERATOR);
    assert!(newest.iter().any(|event| event.by.as_ref().is_some_and(is_operators)), "{newest:?}");
}

#[tokio::test]
async fn disclosed_key_opens_nothing_after_rotation_at_once() {
    let bench = ConsentBench::new().await;
    let invitation = bench.invite(TENANT).await;
    let mut browser = bench.browser();
    let session = bench.sign_in(&mut browser, &invitation, ADMIN).await;
    rotate_keys_at_once(&bench.ports).await.unwrap();
    assert_eq!(bench.browser().get(&invitation).await.heading(), "This link does not work");
    assert_eq!(browser.get(&session).await.heading(), "This attempt can't continue");
}

#[tokio::test]
async fn retired_key_opens_nothing_after_second_rotation() {
    let bench = ConsentBench::new().await;
    let invitation = bench.invite(TENANT).await;
    rotate_keys(&bench.ports).await.unwrap();
    assert_eq!(bench.browser().get(&invitation).await.status, 200, "the previous key still counts");
    rotate_keys(&bench.ports).await.unwrap();
    assert_eq!(bench.browser().post(&invitation, &[]).await.heading(), "This link does not work");
}

/// An installation is only as good as the crates it is built from.
#[test]
fn documented_installations_use_the_lock_file() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let mut found = 0;
    for folder in [".", "docs", "infra", ".ci"] {
        for entry in std::fs::read_dir(format!("{root}/{folder}")).unwrap() {
            let path = entry.unwrap().path();
            let Some(text) =
                Some(&path).filter(|path| path.is_file()).and_then(|path| std::fs::read_to_string(path).ok())
            else {
                continue;
            };
            for line in text.lines().filter(|line| line.contains("cargo install")) {
                assert!(line.contains("--locked"), "{}: {line}", path.display());
                found += 1;
            }
        }
    }
    assert!(found >= 2, "the documents say how to install");
    let checks = std::fs::read_to_string(format!("{root}/.ci/run")).unwrap();
    let resolves =
        |line: &&str| ["cargo clippy", "cargo check", "cargo doc", "cargo test"].iter().any(|it| line.contains(it));
    for line in checks.lines().filter(resolves) {
        assert!(line.contains("--locked"), ".ci/run: {line}");
    }
}
