use reqwest::Method;
use serde_json::{Value, json};

use super::fixture::{Fixture, acme, acme_with, error_of};
use crate::App;

fn links(response: &reqwest::Response) -> Vec<String> {
    response.headers().get_all("link").iter().map(|value| value.to_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn unknown_host_answers_edge_proxy_404() {
    let fixture = Fixture::new(acme()).await;
    let url = format!("{}/api/v1/apps", fixture.okta.org_url("unknown"));
    let response = fixture.bare(Method::GET, &url).send().await.unwrap();
    assert_eq!(response.status(), 404);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body, json!({ "message": "Resource not found", "status": 404 }));
}

#[tokio::test]
async fn well_known_document_is_public_and_can_redirect() {
    let mut org = acme();
    org.id = "00oAcme".to_owned();
    let fixture = Fixture::new(org).await;
    let url = fixture.url("/.well-known/okta-organization");
    let read =
        || async { fixture.bare(Method::GET, &url).send().await.unwrap().json::<serde_json::Value>().await.unwrap() };
    let body = read().await;
    assert_eq!(body["id"], "00oAcme");
    assert_eq!(body["pipeline"], "idx");
    assert_eq!(body["_links"]["organization"]["href"], fixture.okta.org_url("acme"));
    fixture.okta.with_org("acme", |org| org.organization_href = Some("https://evil.example".to_owned())).unwrap();
    assert_eq!(read().await["_links"]["organization"]["href"], "https://evil.example");
}

#[tokio::test]
async fn app_list_filters_by_name_and_keeps_inactive_apps() {
    let org = acme()
        .with_app(App::of_kind("acme_office365_3", "office365", "acme"))
        .with_app(App::office365("one", "acme"))
        .with_app(App::office365("two", "acme").inactive());
    let fixture = Fixture::new(org).await;
    let (_, all) = fixture.read("/api/v1/apps").await;
    assert_eq!(all.as_array().unwrap().len(), 3);
    let (_, some) = fixture.read("/api/v1/apps?filter=name%20eq%20%22office365%22").await;
    let seen: Vec<_> = some.as_array().unwrap().iter().map(|app| (&app["label"], &app["status"])).collect();
    assert_eq!(seen, [(&"one".into(), &"ACTIVE".into()), (&"two".into(), &"INACTIVE".into())]);
    assert_eq!(some[0]["settings"]["app"]["msftTenant"], "acme");
    let (status, body) = fixture.read("/api/v1/apps?filter=label%20eq%20%22x%22").await;
    assert_eq!((status, error_of(&body).0.as_str()), (400, "E0000031"));
}

#[tokio::test]
async fn app_pages_link_to_the_next_until_the_last() {
    let mut org = acme();
    org.apps = (0..45).map(|n| App::office365(&format!("app {n}"), "acme")).collect();
    let ids: Vec<String> = org.apps.iter().map(|app| app.id.clone()).collect();
    let fixture = Fixture::new(org).await;
    let first = fixture.get("/api/v1/apps?filter=name+eq+%22office365%22").await;
    let lines = links(&first);
    assert_eq!(lines.len(), 2);
    assert_eq!(
        lines[0],
        format!("<{}>; rel=\"self\"", fixture.url("/api/v1/apps?limit=20&filter=name+eq+%22office365%22"))
    );
    let mut seen = Vec::new();
    let mut page = first;
    let mut pages = 0;
    loop {
        pages += 1;
        let next =
            links(&page).into_iter().find_map(|line| Some(line.strip_suffix(">; rel=\"next\"")?[1..].to_owned()));
        let body: serde_json::Value = page.json().await.unwrap();
        seen.extend(body.as_array().unwrap().iter().map(|app| app["id"].as_str().unwrap().to_owned()));
        let Some(next) = next else { break };
        let path = next.strip_prefix(&fixture.okta.org_url("acme")).unwrap().to_owned();
        page = fixture.get(&path).await;
    }
    assert_eq!((pages, seen), (3, ids));
}

#[tokio::test]
async fn app_page_has_at_most_200_apps() {
    let mut org = acme();
    org.apps = (0..201).map(|n| App::office365(&format!("app {n}"), "acme")).collect();
    org.next_link_origin = Some("https://evil.example".to_owned());
    let fixture = Fixture::new(org).await;
    let response = fixture.get("/api/v1/apps?limit=500").await;
    assert!(links(&response)[1].starts_with("<https://evil.example/api/v1/apps?after=0oa"));
    let body: serde_json::Value = response.json().await.unwrap();
    assert_eq!(body.as_array().unwrap().len(), 200);
}

#[tokio::test]
async fn invalid_app_cursor_answers_recorded_error() {
    let fixture = Fixture::new(acme()).await;
    let (status, body) = fixture.read("/api/v1/apps?after=00u1testcursorvalue&limit=1").await;
    assert_eq!(status, 400);
    assert_eq!(error_of(&body), ("E0000029".to_owned(), Some("Invalid cursor.".to_owned())));
    assert_eq!(body["errorSummary"], "Invalid paging request.");
}

#[tokio::test]
async fn unknown_app_id_is_named_in_the_error() {
    let (org, path) = acme_with(App::office365("Microsoft Office 365", "acme"));
    let fixture = Fixture::new(org).await;
    let (status, body) = fixture.read(&path).await;
    assert_eq!((status, &body["name"]), (200, &"office365".into()));
    let (status, body) = fixture.read("/api/v1/apps/0oaNobody/connections/default").await;
    assert_eq!((status, error_of(&body).0.as_str()), (404, "E0000007"));
    assert_eq!(body["errorSummary"], "Not found: Resource not found: 0oaNobody (AppInstance)");
}

#[tokio::test]
async fn unknown_paths_and_methods_are_rejected() {
    let fixture = Fixture::new(acme()).await;
    assert_eq!(fixture.get("/api/v2/apps").await.status(), 404);
    assert_eq!(fixture.get("/api/v1/users").await.status(), 404);
    assert_eq!(fixture.call(Method::DELETE, "/api/v1/apps").send().await.unwrap().status(), 405);
}
