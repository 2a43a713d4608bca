//! A simulated `OpenID` provider.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use parking_lot::Mutex;
use regrant::clock::Clock;
use regrant::domain::id::Sha256Digest;
use regrant::openid::Provider;
use regrant_tests::consent::Browser;
use serde_json::{Value, json};

/// An `OpenID` provider that issues what a test asks for.
#[derive(Clone)]
pub(super) struct SimulatedProvider {
    pub(super) issuer: String,
    clock: Arc<dyn Clock>,
    codes: Arc<Mutex<BTreeMap<String, Granted>>>,
}

struct Granted {
    challenge: String,
    redirect_uri: String,
    token: String,
}

pub(super) const CLIENT: &str = "0oaconsole";
const SECRET: &str = "console-secret";
const KEY: &str = include_str!("../../../simulators/src/microsoft/keys/signing-1.pem");
pub(super) const MODULUS: &str = "09TqCI0Z-TQ4kFhfP4YTxJOTUHHIBEKvcfjAoOWxPyfLSKPrlXGjvJTbDcWEKFTpSaPcfFZ_1Bi7FatopFhx5bIaUVzO65t2s_a12sHQYmBd8y-cCQIJoP-1wWu7CXjfNCKL_Bd42r5tGNnG-UC0iJ34T1IOmiWWgOhjoq7YdNa0Et0U9UQXuZ3yxLbNI9YpoRtk949K9DOvhPm0v0At3DHmc5lkJN3JCJ29Y_Z4l8wMd-zkacQvSQa1QHbYToZfghCgVsyWuck2o5z14sD9Xqs3rAa7tZDmbBXJNsZnWiksavNQUzbLxj0dzoCkbi3XubljMZbcrDYNbpUeg4QQUQ";

impl SimulatedProvider {
    pub(super) async fn start(clock: Arc<dyn Clock>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let provider = Self { issuer: issuer.clone(), clock, codes: Arc::default() };
        let metadata = json!({
            "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/keys"),
            "end_session_endpoint": format!("{issuer}/logout"),
        });
        let keys =
            json!({ "keys": [{ "kty": "RSA", "use": "sig", "kid": "k1", "alg": "RS256", "n": MODULUS, "e": "AQAB" }] });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(move || async move { Json(metadata) }))
            .route("/keys", get(move || async move { Json(keys) }))
            .route("/token", post(token))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    pub(super) fn registration(&self) -> Provider {
        Provider {
            issuer: self.issuer.parse().unwrap(),
            client_id: CLIENT.to_owned(),
            client_secret: Some(SECRET.to_owned().into()),
            scopes: vec!["profile".to_owned(), "groups".to_owned()],
        }
    }

    /// The path and query of the provider's answer to a sign-in that `browser` begins. `changes` replaces claims.
    pub(super) async fn sign_in(&self, browser: &mut Browser, changes: Value) -> String {
        let begun = browser.get("/console/sign-in/begin").await;
        let url = begun.location_url();
        let query: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        assert_eq!((query["response_type"].as_str(), query["code_challenge_method"].as_str()), ("code", "S256"));
        assert_eq!(query["scope"], "openid profile groups");
        let now = self.clock.now().as_second();
        let mut claims = json!({
            "iss": self.issuer, "sub": "00u1", "aud": CLIENT, "nonce": query["nonce"], "iat": now, "exp": now + 300,
            "preferred_username": "ada@provider.example",
        });
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let header = Header { kid: Some("k1".to_owned()), ..Header::new(Algorithm::RS256) };
        let token = encode(&header, &claims, &EncodingKey::from_rsa_pem(KEY.as_bytes()).unwrap()).unwrap();
        self.grant(&query, token)
    }

    pub(super) fn grant(&self, query: &BTreeMap<String, String>, token: String) -> String {
        let code = format!("code-{}", self.codes.lock().len());
        let (challenge, redirect_uri) = (query["code_challenge"].clone(), query["redirect_uri"].clone());
        assert_eq!(redirect_uri, "https://regrant.example.com/console/callback");
        self.codes.lock().insert(code.clone(), Granted { challenge, redirect_uri, token });
        format!("/console/callback?code={code}&state={}&iss={}", query["state"], self.issuer)
    }
}

async fn token(
    State(provider): State<SimulatedProvider>,
    headers: HeaderMap,
    Form(form): Form<BTreeMap<String, String>>,
) -> (StatusCode, Json<Value>) {
    let refuse = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": error })));
    let basic = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{SECRET}")));
    if headers.get("authorization").and_then(|value| value.to_str().ok()) != Some(&basic) {
        return refuse("invalid_client");
    }
    let Some(granted) = provider.codes.lock().remove(&form["code"]) else { return refuse("invalid_grant") };
    let digest = Sha256Digest::of(&form["code_verifier"]);
    let bytes: Vec<u8> =
        (0..64).step_by(2).map(|at| u8::from_str_radix(&digest.as_str()[at..at + 2], 16).unwrap()).collect();
    if URL_SAFE_NO_PAD.encode(bytes) != granted.challenge || form["redirect_uri"] != granted.redirect_uri {
        return refuse("invalid_grant");
    }
    let answer = json!({ "access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": granted.token });
    (StatusCode::OK, Json(answer))
}
