use reqwest::Response;

use super::fixture::{Fixture, acme, acme_with, error_of, header};
use crate::{App, Bucket, Usage};

fn rate(response: &Response) -> [String; 3] {
    ["x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset"].map(|name| header(response, name).to_owned())
}

#[tokio::test]
async fn every_response_has_rate_date_and_request_id_headers() {
    let fixture = Fixture::new(acme()).await;
    let response = fixture.get("/api/v1/apps").await;
    assert_eq!(rate(&response), ["50", "49", "1795428060"]);
    assert_eq!(header(&response, "date"), "Mon, 23 Nov 2026 10:00:00 GMT");
    let id = header(&response, "x-okta-request-id").to_owned();
    assert!(id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()), "{id}");
    assert_ne!(id, header(&fixture.get("/api/v1/apps").await, "x-okta-request-id"));
}

#[tokio::test]
async fn calls_over_the_limit_fail_until_window_ends() {
    let mut org = acme();
    org.apps_limit = 2;
    let fixture = Fixture::new(org).await;
    assert_eq!(fixture.get("/api/v1/apps").await.status(), 200);
    fixture.sleep(30);
    // A 404 counts as well.
    let last = fixture.get("/api/v1/apps/0oaNobody/features").await;
    assert_eq!((last.status().as_u16(), rate(&last)), (404, ["2", "0", "1795428060"].map(str::to_owned)));
    let over = fixture.get("/api/v1/apps").await;
    assert_eq!((over.status().as_u16(), rate(&over)), (429, ["2", "0", "1795428060"].map(str::to_owned)));
    assert!(!over.headers().contains_key("retry-after"));
    assert_eq!(error_of(&over.json().await.unwrap()), ("E0000047".to_owned(), None));
    fixture.sleep(29);
    assert_eq!(fixture.get("/api/v1/apps").await.status(), 429);
    fixture.sleep(1);
    let again = fixture.get("/api/v1/apps").await;
    assert_eq!((again.status().as_u16(), rate(&again)), (200, ["2", "1", "1795428120"].map(str::to_owned)));
    assert_eq!(fixture.okta.usage("acme", Bucket::Apps), Usage { calls: 3, refused: 2, most_in_a_window: 2 });
    assert_eq!(fixture.okta.statuses("acme").get(&429), Some(&2));
}

#[tokio::test]
async fn single_apps_and_well_known_document_have_own_buckets() {
    let (mut org, path) = acme_with(App::office365("Office", "acme"));
    org.apps_limit = 10;
    let fixture = Fixture::new(org).await;
    assert_eq!(rate(&fixture.get(&path).await)[..2], ["50", "49"]);
    assert_eq!(rate(&fixture.get(&format!("{path}/connections/default")).await)[..2], ["10", "9"]);
    assert_eq!(rate(&fixture.get("/api/v1/apps").await)[..2], ["10", "8"]);
    assert_eq!(rate(&fixture.get("/.well-known/okta-organization").await)[..2], ["1000", "999"]);
}
