//! Tests of token verification: one claim is bent at a time, and the token is signed as Microsoft would.
#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::sync::Arc;

use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::clock::SimulatedClock;
use crate::http::loopback::LoopbackPolicy;
use crate::microsoft::config::{MicrosoftConfig, SimulatedMicrosoft};

const TENANT: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const CLIENT: &str = "22222222-2222-4333-8444-555555555555";
const PERSON: &str = "bbbbbbbb-0000-4000-8000-000000000002";
const API: &str = "api://33333333-2222-4333-8444-555555555555";
const NOW: i64 = 1_772_442_000;
/// The simulator's first signing key; invented, and opens nothing.
const PEM: &str = include_str!("../../../../tests/simulators/src/microsoft/keys/signing-1.pem");
/// Its modulus.
const MODULUS: &str = "09TqCI0Z-TQ4kFhfP4YTxJOTUHHIBEKvcfjAoOWxPyfLSKPrlXGjvJTbDcWEKFTpSaPcfFZ_1Bi7FatopFhx5bIaUVzO65t2s_a12sHQYmBd8y-cCQIJoP-1wWu7CXjfNCKL_Bd42r5tGNnG-UC0iJ34T1IOmiWWgOhjoq7YdNa0Et0U9UQXuZ3yxLbNI9YpoRtk949K9DOvhPm0v0At3DHmc5lkJN3JCJ29Y_Z4l8wMd-zkacQvSQa1QHbYToZfghCgVsyWuck2o5z14sD9Xqs3rAa7tZDmbBXJNsZnWiksavNQUzbLxj0dzoCkbi3XubljMZbcrDYNbpUeg4QQUQ";

/// A tenant whose keys are served on loopback.
struct Issuer {
    endpoints: Endpoints,
    http: RetryingClient,
    keys: Keys,
    tenant: TenantId,
    login: String,
}

impl Issuer {
    /// The key names its issuer as Microsoft's do.
    async fn new() -> Self {
        Self::whose_key_is_of("{login}/{tenantid}/v2.0").await
    }

    /// The key names another issuer.
    async fn whose_key_is_of(issuer: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let login = format!("http://{}", listener.local_addr().unwrap());
        let issuer = issuer.replace("{login}", &login);
        let keys = json!({"keys": [{"kty": "RSA", "kid": "one", "n": MODULUS, "e": "AQAB", "issuer": issuer}]});
        let answer = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{keys}");
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0u8; 2048];
                // Whoever asks for a key sends one small request; one that went away is nobody's loss.
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

    /// The claims of an ID token in which everything is right.
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

    /// The claims of an access token for our own API in which everything is right.
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
        let told = self.verifier().identify(&token, &CLIENT.parse().unwrap(), &nonce).await;
        told.map_err(|error| {
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
        // A public key in the place of a secret: everybody has it.
        Algorithm::HS256 => EncodingKey::from_secret(MODULUS.as_bytes()),
        _ => EncodingKey::from_rsa_pem(PEM.as_bytes()).unwrap(),
    };
    encode(&header, claims, &key).unwrap()
}

/// The claims with one of them changed; null takes it out.
fn bent(mut claims: Value, name: &str, value: Value) -> Value {
    let members = claims.as_object_mut().unwrap();
    match value {
        Value::Null => members.remove(name),
        value => members.insert(name.to_owned(), value),
    };
    claims
}

#[tokio::test]
async fn a_token_in_which_everything_is_right_says_who_signed_in() {
    let issuer = Issuer::new().await;
    let told = issuer.identify(&signed(Algorithm::RS256, Some("one"), &issuer.claims())).await;
    let identified = told.ok().unwrap();
    let person = identified.person;
    assert_eq!((person.tenant.as_str(), person.object.as_str()), (TENANT, PERSON));
    assert_eq!(person.username.raw(), "ada.administrator@contoso.onmicrosoft.com");
    assert_eq!(person.roles.map(|roles| roles.len()), Some(1));
    assert_eq!((person.token_id.as_deref(), identified.contexts), (Some("token-id"), vec!["c1".to_owned()]));
}

#[tokio::test]
async fn a_token_with_one_wrong_or_missing_claim_is_of_nobody() {
    let issuer = Issuer::new().await;
    let other = "dddddddd-0000-4000-8000-000000000004";
    for (name, value, told) in [
        ("aud", json!(other), "another client"),
        ("aud", Value::Null, "a claim is missing"),
        ("iss", json!(format!("{}/{other}/v2.0", issuer.login)), "another issuer"),
        ("iss", json!(format!("{}/{TENANT}/v2.0/", issuer.login)), "another issuer"),
        ("iss", json!(format!("https://login.microsoftonline.com/{TENANT}/v2.0")), "another issuer"),
        ("iss", Value::Null, "a claim is missing"),
        ("ver", json!("1.0"), "another version"),
        ("ver", Value::Null, "cannot be read"),
        ("tid", json!(other), "another tenant"),
        ("tid", json!("contoso.onmicrosoft.com"), "another tenant"),
        ("tid", Value::Null, "cannot be read"),
        ("nonce", json!("another-nonce"), "nonce"),
        ("nonce", json!("the-nonce-and-more"), "nonce"),
        ("nonce", json!(""), "nonce"),
        ("nonce", Value::Null, "nonce"),
        ("oid", json!("ada"), "whose it is"),
        ("oid", Value::Null, "whose it is"),
        ("exp", Value::Null, "cannot be read"),
        ("exp", json!("tomorrow"), "cannot be read"),
    ] {
        let claims = bent(issuer.claims(), name, value.clone());
        let refused = issuer.identify(&signed(Algorithm::RS256, Some("one"), &claims)).await.err();
        assert!(refused.as_ref().is_some_and(|error| error.contains(told)), "{name} {value}: {refused:?}");
    }
}

#[tokio::test]
async fn clocks_may_be_five_minutes_apart_and_no_more() {
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
        let claims = bent(issuer.claims(), name, json!(at));
        let read = issuer.identify(&signed(Algorithm::RS256, Some("one"), &claims)).await;
        assert_eq!(read.is_ok(), holds, "{name} {at}");
    }
}

#[tokio::test]
async fn only_rs256_by_a_key_of_the_tenant_counts() {
    let issuer = Issuer::new().await;
    let claims = issuer.claims();
    let whole = signed(Algorithm::RS256, Some("one"), &claims);
    let (head, signature) = whole.rsplit_once('.').unwrap();
    let another = signed(Algorithm::RS256, Some("one"), &bent(claims.clone(), "oid", json!("x")));
    let (another, _) = another.rsplit_once('.').unwrap();
    let padded = bent(claims.clone(), "padding", json!("x".repeat(LONGEST)));
    for (name, token, told) in [
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
        ("far too long", signed(Algorithm::RS256, Some("one"), &padded), "longer"),
    ] {
        let refused = issuer.identify(&token).await.err();
        assert!(refused.as_ref().is_some_and(|error| error.contains(told)), "{name}: {refused:?}");
        assert!(token.is_empty() || !refused.is_some_and(|error| error.contains(&token)), "{name} is quoted");
    }
}

#[tokio::test]
async fn a_key_counts_only_for_the_issuer_that_it_names() {
    let other = "dddddddd-0000-4000-8000-000000000004";
    for (issuer, holds) in [
        ("{login}/{tenantid}/v2.0".to_owned(), true),
        (format!("{{login}}/{TENANT}/v2.0"), true),
        (format!("{{login}}/{other}/v2.0"), false),
        ("https://login.evil.example/{tenantid}/v2.0".to_owned(), false),
        (String::new(), false),
    ] {
        let of_key = Issuer::whose_key_is_of(&issuer).await;
        let token = signed(Algorithm::RS256, Some("one"), &of_key.claims());
        assert_eq!(of_key.identify(&token).await.is_ok(), holds, "{issuer}");
    }
}

#[tokio::test]
async fn only_methods_that_say_so_prove_or_refute_a_second_factor() {
    let issuer = Issuer::new().await;
    for (methods, said) in [
        (json!(["pwd", "mfa"]), Mfa::Proven),
        (json!(["ngcmfa"]), Mfa::Proven),
        (json!(["pwd"]), Mfa::Refuted),
        (json!([]), Mfa::Refuted),
        (json!(["rsa", "wiaormfa"]), Mfa::NotProven),
        (json!(["wiaormfa", "mfa"]), Mfa::Proven),
        (Value::Null, Mfa::NotProven),
    ] {
        assert_eq!(issuer.mfa(&issuer.api_claims(&methods)).await, Ok(said), "{methods}");
    }
}

#[tokio::test]
async fn an_access_token_that_is_not_that_persons_for_our_api_proves_nothing() {
    let issuer = Issuer::new().await;
    let other = "dddddddd-0000-4000-8000-000000000004";
    let right = issuer.api_claims(&json!(["mfa"]));
    assert_eq!(issuer.mfa(&bent(right.clone(), "aud", json!(API.trim_start_matches("api://")))).await, Ok(Mfa::Proven));
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
        let read = issuer.mfa(&bent(right.clone(), name, value.clone())).await;
        assert!(read.is_err(), "{name} {value}: {read:?}");
    }
}
