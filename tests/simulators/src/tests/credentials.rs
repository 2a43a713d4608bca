use reqwest::Method;

use super::fixture::{Fixture, TOKEN, acme, error_of};
use crate::{CredentialKind, TokenPower};

#[tokio::test]
async fn each_token_state_answers_its_own_error() {
    let org = acme()
        .with_token("00noApps", TokenPower::NoApps)
        .with_token("00noFeature", TokenPower::FeatureMissing)
        .with_token("00revoked", TokenPower::Revoked);
    let fixture = Fixture::new(org).await;
    for (credential, status, code) in [
        (Some("SSWS 00noApps"), 403, "E0000006"),
        (Some("SSWS 00noFeature"), 401, "E0000015"),
        (Some("SSWS 00revoked"), 401, "E0000011"),
        (Some("SSWS 00neverSeen"), 401, "E0000011"),
        (None, 403, "E0000005"),
    ] {
        let mut call = fixture.bare(Method::GET, &fixture.url("/api/v1/apps"));
        if let Some(credential) = credential {
            call = call.header("authorization", credential);
        }
        let answer = call.send().await.unwrap();
        let seen = (answer.status().as_u16(), error_of(&answer.json().await.unwrap()).0);
        assert_eq!(seen, (status, code.to_owned()), "{credential:?}");
    }
}

#[tokio::test]
async fn unknown_access_token_is_refused_in_a_header_only() {
    let fixture = Fixture::new(acme()).await;
    let call = fixture.bare(Method::GET, &fixture.url("/api/v1/apps")).header("authorization", "Bearer 00neverSeen");
    let answer = call.send().await.unwrap();
    let challenge = answer.headers()["www-authenticate"].to_str().unwrap().to_owned();
    assert!(answer.status() == 401 && challenge.contains("error=\"invalid_token\""), "{challenge}");
    assert!(answer.text().await.unwrap().is_empty());
}

#[tokio::test]
async fn recorded_requests_omit_credentials() {
    let fixture = Fixture::new(acme()).await;
    fixture.get("/api/v1/apps?limit=2").await;
    let requests = fixture.okta.requests("acme");
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].path_and_query, "/api/v1/apps?limit=2");
    assert_eq!((requests[0].credential, requests[0].status), (CredentialKind::Ssws, Some(200)));
    assert!(!format!("{requests:?}").contains(TOKEN));
    assert!(!format!("{:?}", acme()).contains(TOKEN));
}
