use regrant::clock::Clock as _;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::fixture::{Fixture, acme, header};
use super::keys::{Key, rsa_signed};
use crate::{DpopRule, ServiceApp, dpop};

const CLIENT: &str = "0oaInventedClient";

struct Service {
    fixture: Fixture,
    key: Key,
}

impl Service {
    async fn new(dpop: DpopRule) -> Self {
        let key = Key::new();
        let mut org = acme();
        org.service_apps.push(ServiceApp {
            client_id: CLIENT.to_owned(),
            public_key_pem: key.public_pem(),
            scopes: vec!["okta.apps.read".to_owned()],
            dpop,
        });
        Self { fixture: Fixture::new(org).await, key }
    }

    fn now(&self) -> i64 {
        self.fixture.clock.now().as_second()
    }

    fn claims(&self, jti: &str) -> Value {
        let aud = self.fixture.url("/oauth2/v1/token");
        json!({ "iss": CLIENT, "sub": CLIENT, "aud": aud, "exp": self.now() + 300, "jti": jti })
    }

    fn proof(&self, key: &Key, jti: &str, nonce: Option<&str>) -> String {
        let htu = self.fixture.url("/oauth2/v1/token");
        key.proof(&json!({ "jti": jti, "htm": "POST", "htu": htu, "iat": self.now(), "nonce": nonce }))
    }

    async fn ask(&self, assertion: &str, scope: &str, proof: Option<&str>) -> Response {
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", scope),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion),
        ];
        let mut call = self.fixture.bare(Method::POST, &self.fixture.url("/oauth2/v1/token")).form(&form);
        if let Some(proof) = proof {
            call = call.header("dpop", proof);
        }
        call.send().await.unwrap()
    }

    async fn refusal(&self, claims: &Value) -> (u16, String) {
        let answer = self.ask(&self.key.sign(claims), "okta.apps.read", None).await;
        let status = answer.status().as_u16();
        (status, answer.json::<Value>().await.unwrap()["error"].as_str().unwrap_or("none").to_owned())
    }

    async fn list(&self, authorization: &str, proof: Option<&str>) -> u16 {
        let mut call = self.fixture.bare(Method::GET, &self.fixture.url("/api/v1/apps?limit=1"));
        call = call.header("authorization", authorization);
        if let Some(proof) = proof {
            call = call.header("dpop", proof);
        }
        call.send().await.unwrap().status().as_u16()
    }
}

#[tokio::test]
async fn assertion_yields_an_hour_token_for_its_scopes() {
    let service = Service::new(DpopRule::Optional).await;
    let answer = service.ask(&service.key.sign(&service.claims("1")), "okta.apps.read", None).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "x-rate-limit-limit")), (200, "150"));
    let body: Value = answer.json().await.unwrap();
    assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(3600)));
    let bearer = format!("Bearer {}", body["access_token"].as_str().unwrap());
    assert_eq!(service.list(&bearer, None).await, 200);
    let write = service.fixture.bare(Method::POST, &service.fixture.url("/api/v1/apps/x/connections/default"));
    assert_eq!(write.header("authorization", &bearer).send().await.unwrap().status(), 403);
    service.fixture.sleep(3_600);
    assert_eq!(service.list(&bearer, None).await, 401);
}

#[tokio::test]
async fn assertion_is_single_use() {
    let service = Service::new(DpopRule::Optional).await;
    let claims = service.claims("once");
    assert_eq!(service.refusal(&claims).await, (200, "none".to_owned()));
    assert_eq!(service.refusal(&claims).await, (401, "invalid_client".to_owned()));
}

#[tokio::test]
async fn invalid_assertions_are_rejected() {
    let service = Service::new(DpopRule::Optional).await;
    let now = service.now();
    for (member, value) in [
        ("iss", json!("0oaSomebody")),
        ("sub", json!("0oaSomebody")),
        ("aud", json!("http://acme.localhost/oauth2/default/v1/token")),
        ("exp", json!(now)),
        ("exp", json!(now + 3_601)),
    ] {
        let mut claims = service.claims("wrong");
        claims[member] = value;
        assert_eq!(service.refusal(&claims).await, (401, "invalid_client".to_owned()), "{member}");
    }
    let forged = Key::new().sign(&service.claims("forged"));
    assert_eq!(service.ask(&forged, "okta.apps.read", None).await.status(), 401);
    assert_eq!(service.ask("not a jwt", "okta.apps.read", None).await.status(), 401);
    let greedy = service.ask(&service.key.sign(&service.claims("greedy")), "okta.users.manage", None).await;
    assert_eq!(greedy.status(), 400);
    assert_eq!(greedy.json::<Value>().await.unwrap()["error"], "invalid_scope");
}

#[tokio::test]
async fn required_dpop_rejects_requests_without_proof() {
    let service = Service::new(DpopRule::Required).await;
    let answer = service.ask(&service.key.sign(&service.claims("1")), "okta.apps.read", None).await;
    assert_eq!(answer.status(), 400);
    let body: Value = answer.json().await.unwrap();
    let expected =
        json!({ "error": "invalid_dpop_proof", "error_description": "The DPoP proof JWT header is missing." });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn dpop_proof_gets_nonce_then_bound_token() {
    let service = Service::new(DpopRule::Required).await;
    let key = Key::new();
    let sign = |jti: &str| service.key.sign(&service.claims(jti));
    let first = service.ask(&sign("1"), "okta.apps.read", Some(&service.proof(&key, "p1", None))).await;
    let nonce = header(&first, "dpop-nonce").to_owned();
    assert_eq!(first.json::<Value>().await.unwrap()["error"], "use_dpop_nonce");
    let again = service.proof(&key, "p2", Some(&nonce));
    // The failed request has used up the first assertion.
    assert_eq!(service.ask(&sign("1"), "okta.apps.read", Some(&again)).await.status(), 401);
    let answer = service.ask(&sign("2"), "okta.apps.read", Some(&again)).await;
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["token_type"], "DPoP");
    let token = body["access_token"].as_str().unwrap();
    let bound = format!("DPoP {token}");
    let htu = service.fixture.url("/api/v1/apps");
    let proof = |key: &Key, jti: &str, htm: &str, ath: &str| {
        key.proof(&json!({ "jti": jti, "htm": htm, "htu": htu, "iat": service.now(), "ath": ath }))
    };
    let ath = dpop::hash(token);
    let good = proof(&key, "a", "GET", &ath);
    assert_eq!(service.list(&bound, Some(&good)).await, 200);
    assert_eq!(service.list(&bound, Some(&good)).await, 401, "a proof works once");
    assert_eq!(service.list(&bound, Some(&proof(&key, "b", "POST", &ath))).await, 401, "another method");
    assert_eq!(service.list(&bound, Some(&proof(&key, "c", "GET", "x"))).await, 401, "another token");
    assert_eq!(service.list(&bound, Some(&proof(&Key::new(), "d", "GET", &ath))).await, 401, "another key");
    assert_eq!(service.list(&bound, None).await, 401, "no proof");
    assert_eq!(service.list(&format!("Bearer {token}"), None).await, 401, "as a bearer token");
}

#[tokio::test]
async fn rsa_keys_can_sign_assertions() {
    let service = Service::new(DpopRule::Optional).await;
    let (assertion, public_key_pem) = rsa_signed(&service.claims("rsa"));
    assert_eq!(service.ask(&assertion, "okta.apps.read", None).await.status(), 401, "not registered yet");
    service.fixture.okta.with_org("acme", |org| org.service_apps[0].public_key_pem = public_key_pem).unwrap();
    assert_eq!(service.ask(&assertion, "okta.apps.read", None).await.status(), 200);
}
