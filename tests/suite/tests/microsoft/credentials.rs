//! Tests client authentication by certificate, federated token and secret.

use std::collections::BTreeSet;
use std::path::PathBuf;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use regrant::microsoft::{ClientCredential, Microsoft as _, MicrosoftError};
use regrant_simulators::microsoft::{CLIENT_CERTIFICATE, CLIENT_KEY, OPERATOR_SECRET, REGRANT_CLIENT};
use regrant_simulators::{Fault, Times};
use regrant_tests::bench::dawn;
use serde_json::{Value, json};

use super::hostile::{Heard, Reply};
use super::sign_ins::SignIns;
use super::{Bench, TENANT, TOKEN, proven_by, tells_no_secret, tokens};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

pub(crate) fn certificate() -> ClientCredential {
    ClientCredential::Certificate { certificate: CLIENT_CERTIFICATE.to_owned(), private_key: CLIENT_KEY.into() }
}

fn der(pem: &str) -> Vec<u8> {
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(body).unwrap()
}

/// A decoded part of a request's assertion.
pub(crate) fn part(request: &Heard, number: usize) -> Value {
    let assertion = request.field("client_assertion").unwrap();
    let part = assertion.split('.').nth(number).unwrap().to_owned();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// A token of the federated issuer that the simulated registration trusts.
pub(crate) fn federated_token(subject: &str) -> String {
    let claims = json!({
        "iss": "https://issuer.example.com",
        "sub": subject,
        "aud": "api://AzureADTokenExchange",
        "exp": dawn().as_second() + 3_600,
    });
    let signed = [json!({"alg": "RS256", "typ": "JWT"}), claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    let signed = signed.join(".");
    let key = RsaKeyPair::from_pkcs8(&der(CLIENT_KEY)).unwrap();
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

pub(crate) fn federated(folder: &tempfile::TempDir) -> (PathBuf, ClientCredential) {
    let token_file = folder.path().join("token");
    (token_file.clone(), ClientCredential::Federated { token_file })
}

#[tokio::test]
async fn certificate_works_for_codes_and_refreshes() {
    let sign_ins = SignIns::of(proven_by(certificate())).await;
    let signed_in = sign_ins.sign_in().await.unwrap();
    let refresh_token = signed_in.tokens.refresh_token.unwrap();
    sign_ins.client.refresh(&sign_ins.registration, &sign_ins.tenant, &refresh_token).await.unwrap();
    assert_eq!(sign_ins.microsoft.count(TOKEN), 2);
}

#[tokio::test]
async fn assertion_has_only_required_claims() {
    let bench = Bench::with(vec![(TOKEN, vec![Reply::json(200, &tokens())])]).await;
    bench.refresh_as(&proven_by(certificate())).await.unwrap();
    let heard = bench.heard();
    let header = part(&heard[0], 0);
    assert_eq!(header["alg"], "PS256");
    assert_eq!(header["x5t#S256"], URL_SAFE_NO_PAD.encode(digest(&SHA256, &der(CLIENT_CERTIFICATE))));
    let claims = part(&heard[0], 1);
    assert_eq!(claims["aud"], format!("{}/{TENANT}{TOKEN}", bench.server.base));
    assert_eq!((&claims["iss"], &claims["sub"]), (&json!(REGRANT_CLIENT), &json!(REGRANT_CLIENT)));
    let now = dawn().as_second();
    assert!((now + 1..=now + 600).contains(&claims["exp"].as_i64().unwrap()), "{claims}");
    assert!(claims["nbf"].as_i64().unwrap() <= now, "{claims}");
    assert_eq!(heard[0].field("client_assertion_type").as_deref(), Some(JWT_BEARER));
    assert_eq!(heard[0].field("client_secret"), None);
    assert!(!heard[0].body.contains("PRIVATE"));
}

#[tokio::test]
async fn each_attempt_has_own_assertion() {
    let replies = vec![Reply::html(503), Reply::Closed, Reply::CutOff, Reply::json(200, &tokens())];
    let bench = Bench::with(vec![(TOKEN, replies)]).await;
    bench.refresh_as(&proven_by(certificate())).await.unwrap();
    let ids: BTreeSet<String> = bench.heard().iter().map(|request| part(request, 1)["jti"].to_string()).collect();
    assert_eq!(ids.len(), 4, "{ids:?}");
}

#[tokio::test]
async fn retry_after_lost_response_uses_new_assertion() {
    let sign_ins = SignIns::of(proven_by(certificate())).await;
    let refresh_token = sign_ins.sign_in().await.unwrap().tokens.refresh_token.unwrap();
    // The simulator accepts an assertion once.
    sign_ins.microsoft.fail(TOKEN, Fault::Truncated, Times::Exactly(1));
    sign_ins.client.refresh(&sign_ins.registration, &sign_ins.tenant, &refresh_token).await.unwrap();
    assert_eq!(sign_ins.microsoft.count(TOKEN), 3);
}

#[tokio::test]
async fn a_federated_token_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let (token_file, credential) = federated(&folder);
    std::fs::write(&token_file, federated_token("regrant")).unwrap();
    let sign_ins = SignIns::of(proven_by(credential)).await;
    sign_ins.sign_in().await.unwrap();
    std::fs::write(&token_file, federated_token("another-issuer")).unwrap();
    let error = sign_ins.sign_in().await.unwrap_err();
    assert_eq!(error.code().as_deref(), Some("AADSTS700027"), "the simulator looks at what it is sent");
}

#[tokio::test]
async fn federated_token_is_read_again_for_each_use() {
    let folder = tempfile::tempdir().unwrap();
    let (token_file, credential) = federated(&folder);
    let registration = proven_by(credential);
    let bench = Bench::with(vec![(TOKEN, vec![Reply::json(200, &tokens())])]).await;
    for token in ["first.canary.token", "second.canary.token"] {
        std::fs::write(&token_file, format!("{token}\n")).unwrap();
        bench.refresh_as(&registration).await.unwrap();
        let heard = bench.heard();
        let last = heard.last().unwrap();
        assert_eq!(last.field("client_assertion").as_deref(), Some(token));
        assert_eq!(last.field("client_assertion_type").as_deref(), Some(JWT_BEARER));
        assert_eq!((last.field("client_secret"), last.header("authorization")), (None, None));
    }
}

#[tokio::test]
async fn unusable_credential_fails_before_any_request() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let token_file = folder.path().join(name);
        std::fs::write(&token_file, text).unwrap();
        ClientCredential::Federated { token_file }
    };
    let pair = |certificate: &str, private_key: &str| ClientCredential::Certificate {
        certificate: certificate.to_owned(),
        private_key: private_key.into(),
    };
    for (name, credential) in [
        ("no file", ClientCredential::Federated { token_file: folder.path().join("missing") }),
        ("an empty file", file("empty", "")),
        ("a file with something else", file("other", "canary-secret")),
        ("no key", pair(CLIENT_CERTIFICATE, "canary-key")),
        ("a certificate in the place of the key", pair(CLIENT_CERTIFICATE, CLIENT_CERTIFICATE)),
        ("no certificate", pair("canary-certificate", CLIENT_KEY)),
    ] {
        let bench = Bench::with(vec![("", vec![Reply::json(200, &tokens())])]).await;
        let error = bench.refresh_as(&proven_by(credential)).await.unwrap_err();
        assert!(matches!(error, MicrosoftError::Credential(_)), "{name}: {error:?}");
        tells_no_secret(&error);
        assert_eq!(bench.heard().len(), 0, "{name}");
    }
}

#[tokio::test]
async fn secret_is_sent_in_body_only() {
    let bench = Bench::with(vec![(TOKEN, vec![Reply::json(200, &tokens())])]).await;
    bench.refresh().await.unwrap();
    let heard = bench.heard();
    assert_eq!(heard[0].field("client_secret").as_deref(), Some(OPERATOR_SECRET));
    assert_eq!((heard[0].field("client_assertion"), heard[0].header("authorization")), (None, None));
    assert!(!heard[0].line.contains('?'), "{}", heard[0].line);
}
