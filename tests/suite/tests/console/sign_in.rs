//! Signing in and out, and what each role sees.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use regrant::domain::access_policy::ClaimMatch;
use regrant::usecases::access::roles;
use serde_json::{Value, json};

use crate::Bench;
use crate::provider::{CLIENT, MODULUS};

#[tokio::test]
async fn console_needs_a_sign_in() {
    let bench = Bench::new().await;
    for path in [
        "/console",
        "/console/apps/acme/0oa1",
        "/console/apps/acme/0oa1/evidence?format=json",
        "/console/apps?format=csv",
        "/console/report?format=csv",
        "/console/tenant?name=acme",
        "/console/orgs",
        "/console/orgs/acme",
        "/console/customers",
        "/console/scans/latest",
        "/console/emails",
        "/console/settings",
    ] {
        let seen = bench.browser().get(path).await;
        assert_eq!((seen.status, seen.location().as_str()), (StatusCode::SEE_OTHER, "/console/sign-in"), "{path}");
    }
    for path in ["/console/bulk", "/console/apps/acme/0oa1", "/console/sign-out"] {
        let seen = bench.browser().post(path, &[("action", "invite")]).await;
        assert_eq!(seen.location(), "/console/sign-in", "{path}");
    }
}

#[tokio::test]
async fn local_url_works_once() {
    let bench = Bench::new().await;
    let wrong = bench.browser().get("/console/sign-in/local?token=00").await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    let mut browser = bench.local().await;
    assert!(browser.get("/console").await.body.contains("3 apps"));
    assert_eq!(bench.browser().get(&bench.local).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn each_group_sees_its_own_customers() {
    let bench = Bench::new().await;
    let provider = bench.with_provider().await;
    for (groups, sees, hidden) in [
        (&["viewers"][..], "Acme mail", "Globex"),
        (&["others"], "Globex mail", "Acme"),
        (&["administrators"], "Globex mail", "nothing"),
    ] {
        let mut browser = bench.operator(&provider, groups).await;
        for path in ["/console", "/console/customers", "/console/orgs", "/console/scans/latest", "/console/emails"] {
            let page = browser.get(path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            assert!(!page.body.contains(hidden), "{groups:?} sees {hidden} at {path}");
        }
        assert!(browser.get("/console").await.body.contains(sees));
    }
    let mut other = bench.operator(&provider, &["others"]).await;
    let (foreign, missing) = (other.get("/console/apps/acme/0oa1").await, other.get("/console/apps/acme/0oa9").await);
    assert_eq!((foreign.status, foreign.body), (StatusCode::NOT_FOUND, missing.body));
}

#[tokio::test]
async fn no_role_means_no_access_and_ends_sessions() {
    let bench = Bench::new().await;
    let provider = bench.with_provider().await;
    let mut stranger = bench.operator(&provider, &["strangers"]).await;
    assert_eq!(stranger.get("/console").await.status, StatusCode::FORBIDDEN);
    let mut viewer = bench.operator(&provider, &["viewers"]).await;
    assert_eq!(viewer.get("/console").await.status, StatusCode::OK);
    roles::revoke(&bench.ports, &ClaimMatch::new("groups", "viewers").unwrap(), None).await.unwrap();
    assert_eq!(viewer.get("/console").await.status, StatusCode::FORBIDDEN, "the role is gone");
}

#[tokio::test]
async fn forged_and_stale_id_tokens_sign_no_one_in() {
    let bench = Bench::new().await;
    let provider = bench.with_provider().await;
    for changes in [
        json!({ "aud": "other-client" }),
        json!({ "aud": [CLIENT, "other"] }),
        json!({ "iss": "https://evil.example" }),
        json!({ "nonce": "other" }),
        json!({ "exp": 1 }),
        json!({ "iat": 4_102_444_800_u64 }),
        json!({ "azp": "other-client" }),
        json!({ "sub": "" }),
    ] {
        let mut browser = bench.browser();
        let answer = provider.sign_in(&mut browser, changes.clone()).await;
        let seen = browser.get(&answer).await;
        assert_eq!(seen.status, StatusCode::FORBIDDEN, "{changes}: {}", seen.body);
        assert!(!browser.cookies.contains_key("__Host-regrant-console"), "{changes}");
    }
    // An HMAC with the public modulus as its secret, and no signature at all.
    let mut browser = bench.browser();
    let url = browser.get("/console/sign-in/begin").await.location_url();
    let query: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    let claims = json!({ "iss": provider.issuer, "sub": "00u1", "aud": CLIENT, "nonce": query["nonce"], "exp": 4_102_444_800_u64 });
    let hmac = encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(MODULUS.as_bytes())).unwrap();
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let unsigned = format!("{}.{}.", part(&json!({ "alg": "none" })), part(&claims));
    for token in [hmac, unsigned] {
        let answer = provider.grant(&query, token);
        assert_eq!(browser.get(&answer).await.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn answer_completes_only_its_own_browser() {
    let bench = Bench::new().await;
    let provider = bench.with_provider().await;
    let (mut victim, mut attacker) = (bench.browser(), bench.browser());
    let stolen = provider.sign_in(&mut attacker, json!({ "groups": ["administrators"] })).await;
    assert_eq!(bench.browser().get(&stolen).await.status, StatusCode::FORBIDDEN, "without a cookie");
    victim.get("/console/sign-in/begin").await;
    assert_eq!(victim.get(&stolen).await.status, StatusCode::FORBIDDEN, "with the cookie of another attempt");
    assert_eq!(attacker.get(&stolen).await.status, StatusCode::SEE_OTHER, "its own browser");
    let mut refused = bench.browser();
    refused.get("/console/sign-in/begin").await;
    for query in ["error=access_denied&state=x", "code=a&code=b&state=x", "state=", ""] {
        let seen = refused.get(&format!("/console/callback?{query}")).await;
        assert_eq!(seen.status, StatusCode::FORBIDDEN, "{query}");
    }
}

#[tokio::test]
async fn sign_out_ends_the_session_and_offers_the_providers() {
    let bench = Bench::new().await;
    let provider = bench.with_provider().await;
    let mut browser = bench.operator(&provider, &["viewers"]).await;
    let token = browser.form_token("/console").await;
    let seen = browser.post("/console/sign-out", &[("token", &token)]).await;
    assert!(seen.body.contains(&format!("{}/logout?client_id={CLIENT}", provider.issuer)), "{}", seen.body);
    assert!(!browser.cookies.contains_key("__Host-regrant-console"));
}
