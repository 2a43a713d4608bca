//! Tests the credentials of Regrant's registration in complete sign-ins at the simulator.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use regrant::microsoft::{ClientCredential, MfaEvidence, Registration};
use regrant_simulators::microsoft::{CLIENT_CERTIFICATE, CLIENT_KEY, Decision};
use regrant_tests::consent::{ConsentBench, register, registration};
use secrecy::SecretString;
use serde_json::json;

const TENANT: &str = "acmelabs";

/// Signs in twice with this credential of Regrant's registration.
async fn signs_in_twice(credential: ClientCredential) {
    let bench = ConsentBench::without_registration().await;
    register(&bench.ports, &Registration { credential, ..registration(MfaEvidence::default()) }).await;
    for _ in 0..2 {
        let sent = {
            let mut browser = bench.browser();
            let location = browser.post(&bench.invite(TENANT).await, &[]).await.location_url();
            let back = bench.at_microsoft(&location, "ada.administrator", Decision::Accept);
            let session = browser.get_url(&back).await.location();
            browser.get(&session).await
        };
        assert_eq!(sent.heading(), "Next: approve Okta's access");
    }
}

/// The simulator accepts each assertion's `jti` once, PS256 only, and the certificate's thumbprint.
#[tokio::test]
async fn certificate_uses_fresh_assertion_each_time() {
    let (certificate, private_key) = (CLIENT_CERTIFICATE.to_owned(), SecretString::from(CLIENT_KEY));
    signs_in_twice(ClientCredential::Certificate { certificate, private_key }).await;
}

#[tokio::test]
async fn federated_token_is_read_for_each_sign_in() {
    let folder = tempfile::tempdir().unwrap();
    let token_file = folder.path().join("token");
    let claims = json!({
        "iss": "https://issuer.example.com",
        "sub": "regrant",
        "aud": "api://AzureADTokenExchange",
        "exp": regrant_tests::bench::dawn().as_second() + 86_400,
    });
    let key = EncodingKey::from_rsa_pem(CLIENT_KEY.as_bytes()).unwrap();
    std::fs::write(&token_file, encode(&Header::new(Algorithm::RS256), &claims, &key).unwrap()).unwrap();
    signs_in_twice(ClientCredential::Federated { token_file }).await;
}

#[tokio::test]
async fn invalid_registration_credential_shows_error_page() {
    let bench = ConsentBench::without_registration().await;
    let credential = ClientCredential::Secret { value: SecretString::from("another-secret") };
    register(&bench.ports, &Registration { credential, ..registration(MfaEvidence::default()) }).await;
    let invitation = bench.invite(TENANT).await;
    let mut browser = bench.browser();
    let session = bench.sign_in(&mut browser, &invitation, "ada.administrator").await;
    let page = browser.get(&session).await;
    assert!(page.body.contains("AADSTS7000215") && !page.body.contains("canary"), "{}", page.body);
}
