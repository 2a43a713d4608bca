//! The function's API, called in process through the router that Lambda and `regrant serve` use.
#![expect(clippy::unwrap_used, reason = "tests may panic")]

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use http_body_util::BodyExt;
use regrant::domain::actor::Actor;
use regrant::domain::app::AppIdentity;
use regrant::domain::standing::Standing;
use regrant::domain::text::UntrustedText;
use regrant::embedded;
use regrant::testing::records::{app_identity, org_profile, store_app};
use regrant::usecases::Ports;
use regrant::web::authorization::Caller;
use regrant_discovery::router;
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt;

struct Api {
    router: Router,
    _folder: TempDir,
}

/// The API over three apps of two orgs. One label contains markup and a terminal escape sequence.
async fn api() -> Api {
    let folder = tempfile::tempdir().unwrap();
    let ports = embedded::open(&folder.path().join("data"), embedded::Config::default()).await.unwrap();
    record_app(&ports, "00oacme", "0oa1", "Office 365", Standing::Consented).await;
    record_app(&ports, "00oacme", "0oa2", "<script>\u{202e}\u{1b}[31m", Standing::Broken).await;
    record_app(&ports, "00oglobex", "0oa3", "Office 365", Standing::NeedsConsent).await;
    let caller = Caller::ThisMachine(Actor::OsUser { name: UntrustedText::new("tester") });
    Api { router: router(ports).layer(axum::Extension(caller)), _folder: folder }
}

async fn record_app(ports: &Ports, org: &str, app: &str, label: &str, standing: Standing) {
    let identity = AppIdentity { tenant: Some("contoso".to_owned().into()), ..app_identity(org, app, label) };
    store_app(ports, &org_profile(org), identity, standing, "Invented for this test.").await;
}

impl Api {
    async fn send(&self, method: &str, path: &str, body: &str) -> Response<Body> {
        let request = Request::builder().method(method).uri(path).body(Body::from(body.to_owned())).unwrap();
        self.router.clone().oneshot(request).await.unwrap()
    }

    async fn json(&self, method: &str, path: &str, body: &str) -> (u16, String, Value) {
        let response = self.send(method, path, body).await;
        let status = response.status().as_u16();
        let content_type = response.headers()["content-type"].to_str().unwrap().to_owned();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, content_type, serde_json::from_slice(&bytes).unwrap())
    }
}

#[tokio::test]
async fn apps_are_sorted_worst_first_and_filtered() {
    let api = api().await;
    let (_, _, all) = api.json("GET", "/v1/apps", "").await;
    let standings: Vec<_> = all["apps"].as_array().unwrap().iter().map(|app| app["standing"].clone()).collect();
    assert_eq!(standings, ["broken", "needs-consent", "consented"]);
    for (query, count) in [
        ("standing=broken", 1),
        ("standing=degraded", 0),
        ("org=00oacme", 2),
        ("tenant=CONTOSO.onmicrosoft.com", 3),
        ("tenant=other", 0),
        ("org=00oacme&standing=consented", 1),
    ] {
        let (status, _, found) = api.json("GET", &format!("/v1/apps?{query}"), "").await;
        assert_eq!((status, found["apps"].as_array().unwrap().len()), (200, count), "{query}");
    }
}

#[tokio::test]
async fn empty_values_count_as_absent() {
    let api = api().await;
    for query in ["limit=", "cursor=", "standing=&org=&tenant=", "limit"] {
        let (status, _, found) = api.json("GET", &format!("/v1/apps?{query}"), "").await;
        assert_eq!((status, found["apps"].as_array().map(Vec::len)), (200, Some(3)), "{query}: {found}");
    }
    for body in ["", " ", "null", "{}", "{\"orgs\":null}"] {
        let (status, _, scan) = api.json("POST", "/v1/scans", body).await;
        assert_eq!(status, 202, "{body}: {scan}");
    }
}

#[tokio::test]
async fn cursor_walks_the_list_and_is_bound_to_its_filter() {
    let api = api().await;
    let mut path = "/v1/apps?limit=1".to_owned();
    let mut listed = Vec::new();
    let mut last = String::new();
    loop {
        let (_, _, page) = api.json("GET", &path, "").await;
        listed.push(page["apps"][0]["app"].as_str().unwrap().to_owned());
        match page["next_cursor"].as_str() {
            Some(cursor) => cursor.clone_into(&mut last),
            None => break,
        }
        path = format!("/v1/apps?limit=1&cursor={last}");
    }
    assert_eq!(listed, ["0oa2", "0oa3", "0oa1"]);
    let (status, _, _) = api.json("GET", &format!("/v1/apps?org=00oacme&cursor={last}"), "").await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn invalid_requests_get_problems_that_say_what_to_do() {
    let api = api().await;
    for (method, path, body, status, hint) in [
        ("GET", "/v1/apps?standing=fine", "", 400, "needs-consent"),
        ("GET", "/v1/apps?limit=0", "", 400, "1 to 200"),
        ("GET", "/v1/apps?limit=many", "", 400, "1 to 200"),
        ("GET", "/v1/apps?cursor=forged", "", 400, "start again"),
        ("GET", "/v1/apps?org=../etc", "", 400, "org id"),
        ("GET", "/v1/apps?colour=red", "", 400, "\"colour\" is unknown; use standing, org, tenant"),
        ("GET", "/v1/apps?limit=1&limit=2", "", 400, "repeated"),
        ("GET", "/v1/apps?tenant=%ff", "", 400, "UTF-8"),
        ("GET", "/v1/apps/00oacme/0oa1?standing=broken", "", 400, "use limit, cursor"),
        ("GET", "/v1/apps/00oacme/0oa9", "", 404, "/v1/apps"),
        ("GET", "/v1/apps/00oacme/..%2f0oa1", "", 404, "/v1/apps"),
        ("GET", "/v1/scans/none", "", 404, "POST /v1/scans"),
        ("POST", "/v1/scans", "{", 400, "orgs"),
        ("POST", "/v1/scans", "{\"orgs\":[\"../x\"]}", 400, "orgs"),
        ("POST", "/v1/scans", "{\"orgs\":[\"00onobody\"]}", 404, "00onobody"),
        ("DELETE", "/v1/apps", "", 405, "DELETE"),
        ("GET", "/elsewhere", "", 404, "/elsewhere"),
    ] {
        let (answered_status, content_type, problem) = api.json(method, path, body).await;
        assert_eq!((answered_status, content_type.as_str()), (status, "application/problem+json"), "{method} {path}");
        assert_eq!(problem["status"], status, "{method} {path}");
        assert!(problem["detail"].as_str().unwrap().contains(hint), "{method} {path}: {problem}");
        assert_eq!(problem["request_id"].as_str().unwrap().len(), 32, "{method} {path}");
    }
}

#[tokio::test]
async fn hostile_label_is_escaped_and_decodes_unchanged() {
    let api = api().await;
    let response = api.send("GET", "/v1/apps?standing=broken", "").await;
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    assert!(response.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    assert!(!text.contains(['<', '>', '&', '\u{202e}', '\u{1b}']), "{text}");
    let list: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(list["apps"][0]["label"], "<script>\u{202e}\u{1b}[31m");
}

#[tokio::test]
async fn scan_of_no_orgs_finishes_and_is_shown() {
    let api = api().await;
    let response = api.send("POST", "/v1/scans", "{\"orgs\":[]}").await;
    assert_eq!(response.status(), 202);
    let location = response.headers()["location"].to_str().unwrap().to_owned();
    let (status, _, scan) = api.json("GET", &location, "").await;
    assert_eq!((status, scan["orgs_pending"].as_u64()), (200, Some(0)));
    assert!(scan["finished_at"].is_string());
}
