//! Tests which tenant owns a domain: only the tenant id is read from the answer, and only if the rest is valid.

use regrant::domain::cloud::Cloud;
use regrant::domain::failure::consent::ConsentFailure;
use regrant::domain::tenant::{TenantDomain, TenantId};
use regrant::microsoft::{Microsoft as _, MicrosoftError};
use serde_json::{Value, json};

use super::hostile::Reply;
use super::{Bench, TENANT, tenant};

const METADATA: &str = "/contoso.onmicrosoft.com/v2.0/.well-known/openid-configuration";

async fn asked(bench: &Bench) -> Result<TenantId, MicrosoftError> {
    let domain = TenantDomain::try_from("contoso.onmicrosoft.com".to_owned()).unwrap();
    bench.client.tenant(Cloud::Global, &domain).await
}

fn metadata(issuer: &str) -> Reply {
    let elsewhere = "https://login.evil.example/token";
    Reply::json(200, &json!({"issuer": issuer, "token_endpoint": elsewhere, "jwks_uri": elsewhere}))
}

#[tokio::test]
async fn tenant_id_comes_from_issuer() {
    let bench = Bench::with(vec![(METADATA, vec![metadata(&format!("{{base}}/{TENANT}/v2.0"))])]).await;
    assert_eq!(asked(&bench).await, Ok(tenant()));
    assert_eq!(bench.heard().len(), 1);
}

#[tokio::test]
async fn foreign_issuer_yields_no_tenant() {
    for issuer in [
        format!("https://login.evil.example/{TENANT}/v2.0"),
        format!("https://login.microsoftonline.us/{TENANT}/v2.0"),
        format!("{{base}}/x/{TENANT}/v2.0"),
        format!("{{base}}/{TENANT}/v2.0/"),
        format!("{{base}}/{TENANT}"),
        "{base}/common/v2.0".to_owned(),
        "{base}/{tenantid}/v2.0".to_owned(),
        String::new(),
    ] {
        let bench = Bench::with(vec![(METADATA, vec![metadata(&issuer)])]).await;
        let read = asked(&bench).await;
        assert!(matches!(&read, Err(MicrosoftError::Unexpected { .. })), "{issuer}: {read:?}");
    }
    let bench = Bench::with(vec![(METADATA, vec![Reply::json(200, &json!({"issuer": Value::Null}))])]).await;
    assert!(asked(&bench).await.is_err());
}

#[tokio::test]
async fn unowned_domain_differs_from_outage() {
    let unknown = json!({"error": "invalid_tenant", "error_codes": [90_002]});
    let bench = Bench::with(vec![(METADATA, vec![Reply::json(400, &unknown)])]).await;
    let error = asked(&bench).await.unwrap_err();
    assert_eq!((error.consent_failure(), error.is_transient()), (ConsentFailure::WrongTenant, false));
    assert_eq!((error.code().as_deref(), bench.heard().len()), (Some("AADSTS90002"), 1));

    for elsewhere in [Reply::html(404), Reply::html(400)] {
        let bench = Bench::with(vec![(METADATA, vec![elsewhere.clone()])]).await;
        assert_eq!(asked(&bench).await.unwrap_err().consent_failure(), ConsentFailure::MicrosoftDown, "{elsewhere:?}");
    }
    for problem in [Reply::html(503), Reply::html(500), Reply::Closed, Reply::CutOff] {
        let bench = Bench::with(vec![(METADATA, vec![problem.clone()])]).await;
        let error = asked(&bench).await.unwrap_err();
        assert_eq!(
            (error.consent_failure(), error.is_transient()),
            (ConsentFailure::MicrosoftDown, true),
            "{problem:?}"
        );
        assert_eq!(bench.heard().len(), 4, "{problem:?}");
    }
}

#[tokio::test]
async fn metadata_redirect_is_never_followed() {
    let bench = Bench::with(vec![("", vec![Reply::redirect(302, "{base}/elsewhere")])]).await;
    let error = asked(&bench).await.unwrap_err();
    assert!(matches!(&error, MicrosoftError::Unexpected { what, .. } if what == "a redirect"), "{error:?}");
    assert_eq!(bench.heard().len(), 1);
}
