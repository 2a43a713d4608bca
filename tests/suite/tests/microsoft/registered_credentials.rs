//! Tests the expiry of Regrant's own credential, from Graph and from the certificate.

use regrant::domain::registered_credential::{RegisteredCredentialKind, own_credential, own_credential_ends_at};
use regrant::domain::tenant::ClientId;
use regrant::microsoft::{ClientCredential, MicrosoftError, TokenFailure};
use regrant_simulators::microsoft::{CLIENT_KEY, OPERATOR_SECRET, REGRANT_CLIENT};
use serde_json::{Value, json};

use super::credentials::{certificate, federated};
use super::hostile::Reply;
use super::{Bench, tells_no_secret};

const APPLICATION: &str = "/v1.0/applications(appId='99999999-8888-4777-8666-555555555555')";

fn regrants_client() -> ClientId {
    REGRANT_CLIENT.parse().unwrap()
}

fn secret(hint: &Value, ends: &str) -> Value {
    json!({
        "customKeyIdentifier": null, "displayName": "Regrant", "endDateTime": ends, "hint": hint,
        "keyId": "cccccccc-0000-4000-8000-000000000001", "secretText": null, "startDateTime": "2026-01-01T00:00:00Z",
    })
}

fn key(identifier: &Value, ends: &str) -> Value {
    json!({
        "customKeyIdentifier": identifier, "displayName": "CN=regrant", "endDateTime": ends, "key": null,
        "keyId": "cccccccc-0000-4000-8000-000000000002", "startDateTime": "2026-01-01T00:00:00Z",
        "type": "AsymmetricX509Cert", "usage": "Verify",
    })
}

fn application(secrets: &[Value], keys: &[Value]) -> Value {
    json!({"@odata.context": "$metadata#applications", "passwordCredentials": secrets, "keyCredentials": keys})
}

async fn shown(application: &Value) -> Bench {
    Bench::with(vec![(APPLICATION, vec![Reply::json(200, application)])]).await
}

/// The expiry of the credential according to this answer.
async fn told(application: &Value, credential: &ClientCredential) -> Option<String> {
    let bench = shown(application).await;
    let all = bench.graph().registration_credentials(&regrants_client()).await.unwrap().unwrap();
    own_credential_ends_at(&all.credentials, &credential.known_by().unwrap()).map(|at| at.to_string())
}

#[tokio::test]
async fn secrets_and_certificates_are_read() {
    let whole = application(
        &[secret(&json!("dem"), "2027-01-31T08:00:00Z"), secret(&Value::Null, "2026-12-31T00:00:00.0000000Z")],
        &[key(&json!("1F03C565368756C9C99984D0E41911429D5E552B"), "2028-01-31T08:00:00Z")],
    );
    let bench = shown(&whole).await;
    let all = bench.graph().registration_credentials(&regrants_client()).await.unwrap().unwrap();
    assert_eq!(bench.heard()[0].line, format!("GET {APPLICATION}?%24select=passwordCredentials%2CkeyCredentials"));
    let kinds: Vec<_> =
        all.credentials.iter().map(|one| (one.kind, one.hint.is_some(), one.thumbprint.is_some())).collect();
    let (a, b) = (RegisteredCredentialKind::Secret, RegisteredCredentialKind::Certificate);
    assert_eq!(kinds, [(a, true, false), (a, false, false), (b, false, true)]);
    assert_eq!(all.credentials[0].display_name.raw(), "Regrant");
    assert_eq!(all.credentials[2].ends_at.to_string(), "2028-01-31T08:00:00Z");
    let shown = format!("{all:?}");
    assert!(!shown.contains("\"dem\"") && !shown.contains("dem,"), "{shown}");
}

#[tokio::test]
async fn own_certificate_is_found_by_any_thumbprint_format() {
    let credential = certificate();
    let other = key(&json!("00".repeat(20)), "2030-01-01T00:00:00Z");
    for identifier in [
        "1F03C565368756C9C99984D0E41911429D5E552B",
        "1f:03:c5:65:36:87:56:c9:c9:99:84:d0:e4:19:11:42:9d:5e:55:2b",
        // The digest in base64, and its digits in base64.
        "HwPFZTaHVsnJmYTQ5BkRQp1eVSs=",
        "MUYwM0M1NjUzNjg3NTZDOUM5OTk4NEQwRTQxOTExNDI5RDVFNTUyQg==",
    ] {
        let ours = key(&json!(identifier), "2027-06-01T00:00:00Z");
        let whole = application(&[secret(&Value::Null, "2031-01-01T00:00:00Z")], &[other.clone(), ours]);
        assert_eq!(told(&whole, &credential).await.as_deref(), Some("2027-06-01T00:00:00Z"), "{identifier}");
    }
    for identifier in [json!("Regrant's certificate"), json!(""), Value::Null] {
        let whole = application(&[], &[other.clone(), key(&identifier, "2027-06-01T00:00:00Z")]);
        assert_eq!(told(&whole, &credential).await, None, "{identifier}");
    }
}

#[tokio::test]
async fn own_secret_is_found_by_hint() {
    let credential = ClientCredential::Secret { value: OPERATOR_SECRET.into() };
    let hint = json!(OPERATOR_SECRET.chars().take(3).collect::<String>());
    let (ours, other) = (secret(&hint, "2027-06-01T00:00:00Z"), secret(&json!("x~y"), "2030-01-01T00:00:00Z"));
    let both = application(&[other.clone(), ours], &[]);
    assert_eq!(told(&both, &credential).await.as_deref(), Some("2027-06-01T00:00:00Z"));
    assert_eq!(told(&application(&[other], &[]), &credential).await, None);
}

#[tokio::test]
async fn registration_in_other_tenant_is_not_found() {
    let missing = Reply::json(404, &json!({"error": {"code": "Request_ResourceNotFound"}}));
    let bench = Bench::with(vec![(APPLICATION, vec![missing])]).await;
    assert_eq!(bench.graph().registration_credentials(&regrants_client()).await, Ok(None));
    let bench = Bench::with(vec![(APPLICATION, vec![Reply::html(404)])]).await;
    assert!(bench.graph().registration_credentials(&regrants_client()).await.is_err(), "the answer was not from Graph");
}

#[tokio::test]
async fn odd_credential_does_not_hide_the_others() {
    for (name, value) in [
        ("keyId", Value::Null),
        ("keyId", json!("first")),
        ("endDateTime", Value::Null),
        ("endDateTime", json!("next year")),
        ("displayName", json!(7)),
    ] {
        let (good, mut odd) = (secret(&Value::Null, "2027-01-01T00:00:00Z"), key(&Value::Null, "2027-01-01T00:00:00Z"));
        odd[name] = value.clone();
        let bench = shown(&application(&[good], &[odd])).await;
        let read = bench.graph().registration_credentials(&regrants_client()).await.unwrap().unwrap();
        assert!(!read.credentials.is_empty() && read.unreadable.len() == 1, "{name} {value}: {read:?}");
        assert!(read.unreadable[0].contains(name), "{read:?}");
    }
    for body in
        [json!({}), json!({"passwordCredentials": []}), json!({"keyCredentials": {}, "passwordCredentials": []})]
    {
        let read = shown(&body).await.graph().registration_credentials(&regrants_client()).await;
        assert!(matches!(&read, Err(MicrosoftError::Unexpected { .. })), "{body}: {read:?}");
    }
}

#[tokio::test]
async fn failed_credential_read_revokes_nothing() {
    let denied = Reply::json(403, &json!({"error": {"code": "Authorization_RequestDenied", "message": "canary"}}));
    for (problem, asked, failure) in [
        (Reply::html(503), 4, TokenFailure::Transient),
        (Reply::Closed, 4, TokenFailure::Transient),
        (Reply::CutOff, 4, TokenFailure::Transient),
        (Reply::json(429, &json!({})).with_header("retry-after", "1800"), 1, TokenFailure::Transient),
        (Reply::html(200), 1, TokenFailure::Transient),
        (Reply::redirect(302, "{base}/elsewhere"), 1, TokenFailure::Transient),
        (denied, 1, TokenFailure::NotAllowed),
    ] {
        let bench = Bench::with(vec![("", vec![problem.clone()])]).await;
        let error = bench.graph().registration_credentials(&regrants_client()).await.unwrap_err();
        tells_no_secret(&error);
        assert_eq!((error.token_failure(), bench.heard().len()), (failure, asked), "{problem:?}: {error:?}");
    }
}

#[tokio::test]
async fn only_certificate_states_its_own_expiry() {
    assert_eq!(certificate().ends_at().map(|at| at.to_string()).as_deref(), Some("2126-10-30T20:54:38Z"));
    let folder = tempfile::tempdir().unwrap();
    let (_, another_issuers) = federated(&folder);
    assert!(another_issuers.ends_at().is_none() && another_issuers.known_by().is_none());
    for pem in ["", "canary", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", CLIENT_KEY] {
        let broken = ClientCredential::Certificate { certificate: pem.to_owned(), private_key: CLIENT_KEY.into() };
        assert_eq!(broken.ends_at(), None, "{pem}");
        assert!(broken.known_by().is_none_or(|known| own_credential(&[], &known).is_none()));
    }
}
