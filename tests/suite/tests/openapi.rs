//! `infra/openapi.json` matches the code of the functions, and unknown paths and methods get a useful answer.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::collections::BTreeSet;

use axum::Router;
use axum::body::Body;
use axum::http::header::{ACCEPT, ALLOW, CONTENT_TYPE, LOCATION};
use axum::http::{Request, Response};
use http_body_util::BodyExt as _;
use regrant::embedded;
use serde_json::Value;
use tower::ServiceExt as _;
use utoipa::openapi::{InfoBuilder, OpenApi};

fn document() -> OpenApi {
    let mut all = regrant_discovery::openapi();
    all.merge(regrant_consent_url::openapi());
    all.merge(regrant_save::openapi());
    all.merge(regrant_notify::openapi());
    let about = "Regrant's API for operators. It lists the Office 365 apps of every Okta org with their standing and its \
                 reasons, starts scans and saves, creates invitations for Microsoft administrators, postpones apps, and \
                 shows which notifications were sent.";
    all.info = InfoBuilder::new().title("Regrant").version(env!("CARGO_PKG_VERSION")).description(Some(about)).build();
    all
}

/// With `UPDATE_OPENAPI=1` the test writes the document first.
#[test]
fn published_document_matches_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/openapi.json");
    let document = document().to_pretty_json().unwrap() + "\n";
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
            "/v1/mail/suppressed",
            "/v1/mail/suppressed/{address}",
            "/v1/orgs",
            "/v1/orgs/{org}",
            "/v1/orgs/{org}/notifications",
            "/v1/scans",
            "/v1/scans/{id}",
        ]
    );
}

#[tokio::test]
async fn documented_methods_are_exactly_the_served_ones() {
    let folder = tempfile::tempdir().unwrap();
    let ports = embedded::open(&folder.path().join("data"), embedded::Config::default()).await.unwrap();
    let router = regrant_tests::consent::router(&ports);
    let document = serde_json::to_value(document()).unwrap();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let concrete_path = path.replace(['{', '}'], "");
        let request = Request::builder().method("PROPFIND").uri(&concrete_path).body(Body::empty()).unwrap();
        let response: Response<Body> = router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 405, "{path}");
        let allowed = response.headers()[ALLOW].to_str().unwrap().to_lowercase();
        let served: BTreeSet<&str> = allowed.split(',').filter(|method| *method != "head").collect();
        let documented: BTreeSet<&str> = methods.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(served, documented, "{path}");
    }
}

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// Sends a request; returns status, media type and body.
async fn send(router: &Router, method: &str, path: &str, accept: &str) -> (u16, String, String) {
    let request = Request::builder().method(method).uri(path).header(ACCEPT, accept).body(Body::empty()).unwrap();
    let response: Response<Body> = router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.headers()["x-content-type-options"], "nosniff", "{method} {path}");
    let status = response.status().as_u16();
    assert_eq!(response.headers().contains_key(ALLOW), status == 405, "{method} {path}");
    let media_type = response.headers()[CONTENT_TYPE].to_str().unwrap().to_owned();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, media_type, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn unknown_endpoints_send_programs_problems_and_people_pages() {
    let folder = tempfile::tempdir().unwrap();
    let ports = embedded::open(&folder.path().join("data"), embedded::Config::default()).await.unwrap();
    // Each function as Lambda serves it, with one of its paths, which does not support TRACE; then all in one process.
    let functions = [
        (regrant_discovery::router(ports.clone()), "/v1/scans"),
        (regrant_consent_url::router(ports.clone()), "/v1/apps/00oacme/0oa1/invitations"),
        (regrant_callback::router(ports.clone()), "/oauth/failed/declined"),
        (regrant_save::router(ports.clone()), "/v1/apps/00oacme/0oa1/save"),
        (regrant_notify::router(ports.clone()), "/v1/apps/00oacme/0oa1/waiver"),
        (regrant_tests::consent::router(&ports), "/v1/orgs/00oacme/notifications"),
    ];
    for (router, own) in &functions {
        for (method, path, expected) in [("GET", "/v1/nothing", 404), ("TRACE", *own, 405)] {
            let (status, media_type, body) = send(router, method, path, "application/json").await;
            assert_eq!((status, media_type.as_str()), (expected, "application/problem+json"), "{method} {path}");
            let problem: Value = serde_json::from_str(&body).unwrap();
            let named = if expected == 404 { path } else { method };
            assert!(problem["detail"].as_str().unwrap().contains(named), "{problem}");
            assert_eq!(problem["request_id"].as_str().unwrap().len(), 32);
        }
        let (status, media_type, page) = send(router, "GET", "/consent/cut/off/in/the/mail", BROWSER).await;
        assert_eq!(
            (status, media_type.as_str()),
            (404, "text/html; charset=utf-8"),
            "in the function that serves {own}"
        );
        assert!(page.contains("This page does not exist"), "{page}");
    }
    let (status, media_type, page) = send(&functions[4].0, "DELETE", "/mail/mute/t", BROWSER).await;
    assert_eq!((status, media_type.as_str()), (405, "text/html; charset=utf-8"));
    assert!(page.contains("open it again directly from there"), "{page}");
    // Reloading a page that a form led to.
    for (path, function) in [("/consent/session/s1/finish", 3), ("/consent/session/s1/okta", 1)] {
        let request = Request::get(path).header(ACCEPT, BROWSER).body(Body::empty()).unwrap();
        let response: Response<Body> = functions[function].0.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 303, "{path}");
        assert_eq!(response.headers()[LOCATION], "/consent/session/s1", "{path}");
    }
}
