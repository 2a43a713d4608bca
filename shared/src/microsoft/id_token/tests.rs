//! Tests of token verification: each alters one claim and signs the token as Microsoft would.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

use std::sync::Arc;

use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::clock::SimulatedClock;
use crate::http::loopback::LoopbackPolicy;
use crate::microsoft::config::{MicrosoftConfig, SimulatedMicrosoft};
use crate::openid::signed_token::MAX_TOKEN_BYTES;

const TENANT: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const CLIENT: &str = "22222222-2222-4333-8444-555555555555";
const PERSON: &str = "bbbbbbbb-0000-4000-8000-000000000002";
const API: &str = "api://33333333-2222-4333-8444-555555555555";
const NOW: i64 = 1_772_442_000;
/// The simulator's first signing key. It is invented and protects nothing.
const PEM: &str = include_str!("../../../../tests/simulators/src/microsoft/keys/signing-1.pem");
/// Its modulus.
const MODULUS: &str = "09TqCI0Z-TQ4kFhfP4YTxJOTUHHIBEKvcfjAoOWxPyfLSKPrlXGjvJTbDcWEKFTpSaPcfFZ_1Bi7FatopFhx5bIaUVzO65t2s_a12sHQYmBd8y-cCQIJoP-1wWu7CXjfNCKL_Bd42r5tGNnG-UC0iJ34T1IOmiWWgOhjoq7YdNa0Et0U9UQXuZ3yxLbNI9YpoRtk949K9DOvhPm0v0At3DHmc5lkJN3JCJ29Y_Z4l8wMd-zkacQvSQa1QHbYToZfghCgVsyWuck2o5z14sD9Xqs3rAa7tZDmbBXJNsZnWiksavNQUzbLxj0dzoCkbi3XubljMZbcrDYNbpUeg4QQUQ";

/// A tenant whose keys are served on a loopback address.
struct Issuer {
    endpoints: Endpoints,
    http: RetryingClient,
    keys: Keys,
    tenant: TenantId,
    login: String,
}

impl Issuer {
    /// Creates a tenant whose key names its issuer as Microsoft's do.
    async fn new() -> Self {
        Self::with_key_issuer("{login}/{tenantid}/v2.0").await
    }

    /// Creates a tenant whose key names the given issuer.
    async fn with_key_issuer(issuer: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let login = format!("http://{}", listener.local_addr().unwrap());
        let issuer = issuer.replace("{login}", &login);
        let keys = json!({"keys": [{"kty": "RSA", "kid": "one", "n": MODULUS, "e": "AQAB", "issuer": issuer}]});
        let answer = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{keys}");
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0u8; 2048];
                // A request for keys is small. A client that has disconnected needs no answer.
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        let simulator = SimulatedMicrosoft::parse(&format!("{login},{login}"), LoopbackPolicy::Allow).unwrap();
        let config = MicrosoftConfig { simulator: Some(simulator.clone()), ..MicrosoftConfig::default() };
        let clock = SimulatedClock::starting_at(Timestamp::from_second(NOW).unwrap());
        let http = RetryingClient::new(&config, Arc::new(clock)).unwrap();
        let (endpoints, keys) = (Endpoints::new(Some(simulator)), Keys::default());
        Self { endpoints, http, keys, tenant: TENANT.parse().unwrap(), login }
    }

    fn verifier(&self) -> Verifier<'_> {
        let now = Timestamp::from_second(NOW).unwrap();
        let Self { endpoints, http, keys, tenant, .. } = self;
        Verifier { endpoints, http, keys, cloud: Cloud::Global, tenant, now }
    }

    /// The claims of a valid ID token.
    fn claims(&self) -> Value {
        json!({
            "aud": CLIENT,
            "iss": format!("{}/{TENANT}/v2.0", self.login),
            "iat": NOW, "nbf": NOW, "exp": NOW + 3_600,
            "oid": PERSON, "tid": TENANT, "ver": "2.0",
            "nonce": "the-nonce",
            "preferred_username": "ada.administrator@contoso.onmicrosoft.com",
            "wids": ["62e90394-69f5-4237-9190-012177145e10"],
            "acrs": ["c1"],
            "uti": "token-id",
        })
    }

    /// The claims of a valid access token for our own API.
    fn api_claims(&self, methods: &Value) -> Value {
        json!({
            "aud": API,
            "iss": format!("{}/{TENANT}/sts/", self.login),
            "iat": NOW, "nbf": NOW, "exp": NOW + 3_600,
            "oid": PERSON, "tid": TENANT, "ver": "1.0",
            "amr": methods,
        })
    }

    async fn identify(&self, token: &str) -> Result<Identified, String> {
        let (token, nonce) = (SecretString::from(token.to_owned()), SecretString::from("the-nonce"));
        let identified = self.verifier().identify(&token, &CLIENT.parse().unwrap(), &nonce).await;
        identified.map_err(|error| {
            assert!(matches!(error, MicrosoftError::Untrusted(_)), "{error:?}");
            error.to_string()
        })
    }

    async fn mfa(&self, claims: &Value) -> Result<Mfa, String> {
        let person = Person {
            tenant: self.tenant.clone(),
            object: PERSON.parse().unwrap(),
            username: UntrustedText::default(),
            roles: None,
            token_id: None,
        };
        let token = SecretString::from(signed(Algorithm::RS256, Some("one"), claims));
        self.verifier().mfa(&token, &format!("{API}/verify"), &person).await.map_err(|error| error.to_string())
    }
}

fn signed(algorithm: Algorithm, kid: Option<&str>, claims: &Value) -> String {
    let header = Header { kid: kid.map(str::to_owned), ..Header::new(algorithm) };
    let key = match algorithm {
        // A public key used as a secret: anyone has it.
        Algorithm::HS256 => EncodingKey::from_secret(MODULUS.as_bytes()),
        _ => EncodingKey::from_rsa_pem(PEM.as_bytes()).unwrap(),
    };
    encode(&header, claims, &key).unwrap()
}

/// The claims with one of them changed; null removes it.
fn altered(mut claims: Value, name: &str, value: Value) -> Value {
    let members = claims.as_object_mut().unwrap();
    match value {
        Value::Null => members.remove(name),
        value => members.insert(name.to_owned(), value),
    };
    claims
}

#[tokio::test]
async fn valid_id_token_identifies_the_person() {
    let issuer = Issuer::new().await;
    let identified = issuer.identify(&signed(Algorithm::RS256, Some("one"), &issuer.claims())).await;
    let identified = identified.ok().unwrap();
    let person = identified.person;
    assert_eq!((person.tenant.as_str(), person.object.as_str()), (TENANT, PERSON));
    assert_eq!(person.username.raw(), "ada.administrator@contoso.onmicrosoft.com");
    assert_eq!(person.roles.map(|roles| roles.len()), Some(1));
    assert_eq!((person.token_id.as_deref(), identified.contexts), (Some("token-id"), vec!["c1".to_owned()]));
}

#[tokio::test]
async fn wrong_or_missing_claim_is_refused() {
    let issuer = Issuer::new().await;
    let other = "dddddddd-0000-4000-8000-000000000004";
    for (name, value, reason) in [
        ("aud", json!(other), "a different client"),
        ("aud", Value::Null, "a claim is missing"),
        ("iss", json!(format!("{}/{other}/v2.0", issuer.login)), "a different issuer"),
        ("iss", json!(format!("{}/{TENANT}/v2.0/", issuer.login)), "a different issuer"),
        ("iss", json!(format!("https://login.microsoftonline.com/{TENANT}/v2.0")), "a different issuer"),
        ("iss", Value::Null, "a claim is missing"),
        ("ver", json!("1.0"), "not version 2.0"),
        ("ver", Value::Null, "cannot be decoded"),
        ("tid", json!(other), "a different tenant"),
        ("tid", json!("contoso.onmicrosoft.com"), "a different tenant"),
        ("tid", Value::Null, "cannot be decoded"),
        ("nonce", json!("another-nonce"), "nonce"),
        ("nonce", json!("the-nonce-and-more"), "nonce"),
        ("nonce", json!(""), "nonce"),
        ("nonce", Value::Null, "nonce"),
        ("oid", json!("ada"), "does not identify an account"),
        ("oid", Value::Null, "does not identify an account"),
        ("exp", Value::Null, "cannot be decoded"),
        ("exp", json!("tomorrow"), "cannot be decoded"),
    ] {
        let claims = altered(issuer.claims(), name, value.clone());
        let refused = issuer.identify(&signed(Algorithm::RS256, Some("one"), &claims)).await.err();
        assert!(refused.as_ref().is_some_and(|error| error.contains(reason)), "{name} {value}: {refused:?}");
    }
}

#[tokio::test]
async fn clocks_may_differ_by_five_minutes() {
    let issuer = Issuer::new().await;
    for (name, at, holds) in [
        ("exp", NOW - 299, true),
        ("exp", NOW - 300, false),
        ("nbf", NOW + 300, true),
        ("nbf", NOW + 301, false),
        ("iat", NOW + 300, true),
        ("iat", NOW + 301, false),
        ("exp", i64::MIN, false),
        ("exp", i64::MAX, true),
    ] {
        let claims = altered(issuer.claims(), name, json!(at));
        let identified = issuer.identify(&signed(Algorithm::RS256, Some("one"), &claims)).await;
        assert_eq!(identified.is_ok(), holds, "{name} {at}");
    }
}

#[tokio::test]
async fn only_rs256_with_a_key_of_the_tenant_is_accepted() {
    let issuer = Issuer::new().await;
    let claims = issuer.claims();
    let whole = signed(Algorithm::RS256, Some("one"), &claims);
    let (head, signature) = whole.rsplit_once('.').unwrap();
    let another = signed(Algorithm::RS256, Some("one"), &altered(claims.clone(), "oid", json!("x")));
    let (another, _) = another.rsplit_once('.').unwrap();
    let padded = altered(claims.clone(), "padding", json!("x".repeat(MAX_TOKEN_BYTES)));
    for (name, token, reason) in [
        ("HS256 with the public key", signed(Algorithm::HS256, Some("one"), &claims), "RS256"),
        ("PS256 with the right key", signed(Algorithm::PS256, Some("one"), &claims), "RS256"),
        ("RS512 with the right key", signed(Algorithm::RS512, Some("one"), &claims), "RS256"),
        ("no key named", signed(Algorithm::RS256, None, &claims), "name its key"),
        ("an unknown key", signed(Algorithm::RS256, Some("two"), &claims), "not the tenant's"),
        ("another token's signature", format!("{another}.{signature}"), "signature is wrong"),
        ("no signature", format!("{head}."), "signature is wrong"),
        ("two parts", head.to_owned(), "not a signed token"),
        ("nothing", String::new(), "not a signed token"),
        ("words", "canary".to_owned(), "not a signed token"),
        ("too long", signed(Algorithm::RS256, Some("one"), &padded), "too long"),
    ] {
        let refused = issuer.identify(&token).await.err();
        assert!(refused.as_ref().is_some_and(|error| error.contains(reason)), "{name}: {refused:?}");
        assert!(token.is_empty() || !refused.is_some_and(|error| error.contains(&token)), "{name} is quoted");
    }
}

#[tokio::test]
async fn key_is_valid_only_for_its_own_issuer() {
    let other = "dddddddd-0000-4000-8000-000000000004";
    for (issuer, holds) in [
        ("{login}/{tenantid}/v2.0".to_owned(), true),
        (format!("{{login}}/{TENANT}/v2.0"), true),
        (format!("{{login}}/{other}/v2.0"), false),
        ("https://login.evil.example/{tenantid}/v2.0".to_owned(), false),
        (String::new(), false),
    ] {
        let of_key = Issuer::with_key_issuer(&issuer).await;
        let token = signed(Algorithm::RS256, Some("one"), &of_key.claims());
        assert_eq!(of_key.identify(&token).await.is_ok(), holds, "{issuer}");
    }
}

#[tokio::test]
async fn authentication_methods_verify_or_refute_mfa() {
    let issuer = Issuer::new().await;
    for (methods, said) in [
        (json!(["pwd", "mfa"]), Mfa::Verified),
        (json!(["ngcmfa"]), Mfa::Verified),
        (json!(["pwd"]), Mfa::Refuted),
        (json!([]), Mfa::Refuted),
        (json!(["rsa", "wiaormfa"]), Mfa::NotVerified),
        (json!(["wiaormfa", "mfa"]), Mfa::Verified),
        (Value::Null, Mfa::NotVerified),
    ] {
        assert_eq!(issuer.mfa(&issuer.api_claims(&methods)).await, Ok(said), "{methods}");
    }
}

#[tokio::test]
async fn access_token_for_another_api_or_person_is_refused() {
    let issuer = Issuer::new().await;
    let other = "dddddddd-0000-4000-8000-000000000004";
    let right = issuer.api_claims(&json!(["mfa"]));
    assert_eq!(
        issuer.mfa(&altered(right.clone(), "aud", json!(API.trim_start_matches("api://")))).await,
        Ok(Mfa::Verified)
    );
    for (name, value) in [
        ("aud", json!(CLIENT)),
        ("aud", json!("https://graph.microsoft.com")),
        ("iss", json!(format!("{}/{TENANT}/v2.0", issuer.login))),
        ("iss", json!(format!("{}/{other}/sts/", issuer.login))),
        ("tid", json!(other)),
        ("oid", json!(other)),
        ("oid", Value::Null),
        ("ver", json!("2.0")),
        ("exp", json!(NOW - 300)),
        ("nbf", json!(NOW + 301)),
    ] {
        let read = issuer.mfa(&altered(right.clone(), name, value.clone())).await;
        assert!(read.is_err(), "{name} {value}: {read:?}");
    }
}
