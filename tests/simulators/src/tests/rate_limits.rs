use reqwest::Response;

use super::stage::{Stage, acme, acme_with, error_of, header};
use crate::{App, Bucket, Usage};

fn rate(response: &Response) -> [String; 3] {
    ["x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset"].map(|name| header(response, name).to_owned())
}

#[tokio::test]
async fn every_answer_tells_the_rate_the_date_and_a_request_id() {
    let stage = Stage::new(acme()).await;
    let response = stage.get("/api/v1/apps").await;
    assert_eq!(rate(&response), ["50", "49", "1795428060"]);
    assert_eq!(header(&response, "date"), "Mon, 23 Nov 2026 10:00:00 GMT");
    let id = header(&response, "x-okta-request-id").to_owned();
    assert!(id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()), "{id}");
    assert_ne!(id, header(&stage.get("/api/v1/apps").await, "x-okta-request-id"));
}

#[tokio::test]
async fn a_window_refuses_what_is_over_the_limit_and_opens_again_after_sixty_seconds() {
    let mut org = acme();
    org.apps_limit = 2;
    let stage = Stage::new(org).await;
    assert_eq!(stage.get("/api/v1/apps").await.status(), 200);
    stage.sleep(30);
    // A 404 counts as well.
    let last = stage.get("/api/v1/apps/0oaNobody/features").await;
    assert_eq!((last.status().as_u16(), rate(&last)), (404, ["2", "0", "1795428060"].map(str::to_owned)));
    let over = stage.get("/api/v1/apps").await;
    assert_eq!((over.status().as_u16(), rate(&over)), (429, ["2", "0", "1795428060"].map(str::to_owned)));
    assert!(!over.headers().contains_key("retry-after"));
    assert_eq!(error_of(&over.json().await.unwrap()), ("E0000047".to_owned(), None));
    stage.sleep(29);
    assert_eq!(stage.get("/api/v1/apps").await.status(), 429);
    stage.sleep(1);
    let again = stage.get("/api/v1/apps").await;
    assert_eq!((again.status().as_u16(), rate(&again)), (200, ["2", "1", "1795428120"].map(str::to_owned)));
    assert_eq!(stage.okta.usage("acme", Bucket::Apps), Usage { calls: 3, refused: 2, most_in_a_window: 2 });
    assert_eq!(stage.okta.statuses("acme").get(&429), Some(&2));
}

#[tokio::test]
async fn single_apps_and_the_well_known_document_have_buckets_of_their_own() {
    let (mut org, path) = acme_with(App::office365("Office", "acme"));
    org.apps_limit = 10;
    let stage = Stage::new(org).await;
    assert_eq!(rate(&stage.get(&path).await)[..2], ["50", "49"]);
    assert_eq!(rate(&stage.get(&format!("{path}/connections/default")).await)[..2], ["10", "9"]);
    assert_eq!(rate(&stage.get("/api/v1/apps").await)[..2], ["10", "8"]);
    assert_eq!(rate(&stage.get("/.well-known/okta-organization").await)[..2], ["1000", "999"]);
}
