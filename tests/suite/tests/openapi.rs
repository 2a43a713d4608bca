//! The published description of the HTTP interface, against the code of the four functions that serve it.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

use serde_json::Value;
use utoipa::openapi::{InfoBuilder, OpenApi};

fn described() -> OpenApi {
    let mut all = regrant_discovery::openapi();
    all.merge(regrant_consent_url::openapi());
    all.merge(regrant_save::openapi());
    all.merge(regrant_notify::openapi());
    let about = "Every Office 365 app of every Okta org: where it stands and why, links for the administrators who have to \
                 consent, the save that ends a consent, and who was told what.";
    all.info = InfoBuilder::new().title("Regrant").version(env!("CARGO_PKG_VERSION")).description(Some(about)).build();
    all
}

/// `UPDATE_OPENAPI=1` writes the document instead of comparing it.
#[test]
fn the_published_description_is_the_codes_own() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/openapi.json");
    let document = described().to_pretty_json().unwrap() + "\n";
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(path, &document).unwrap();
    }
    let published = std::fs::read_to_string(path).unwrap_or_default();
    assert!(published == document, "infra/openapi.json is stale; run this test with UPDATE_OPENAPI=1");
    let document: Value = serde_json::from_str(&document).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut paths: Vec<_> = document["paths"].as_object().unwrap().keys().cloned().collect();
    paths.sort();
    assert_eq!(
        paths,
        [
            "/v1/apps",
            "/v1/apps/{org}/{app}",
            "/v1/apps/{org}/{app}/failed-work",
            "/v1/apps/{org}/{app}/invitations",
            "/v1/apps/{org}/{app}/invitations/{invitation}",
            "/v1/apps/{org}/{app}/save",
            "/v1/apps/{org}/{app}/waiver",
            "/v1/orgs/{org}/notices",
            "/v1/scans",
            "/v1/scans/{id}",
        ]
    );
}
