use std::time::Duration;

use reqwest::Method;
use serde_json::Value;

use super::fixture::{Fixture, acme, error_of, header};
use crate::{Fault, FaultPlan, Times};

async fn failing(fault: Fault) -> Fixture {
    let mut org = acme();
    org.faults.next(fault);
    Fixture::new(org).await
}

#[tokio::test]
async fn single_fault_occurs_once_in_oktas_shape() {
    for (fault, status, code) in [
        (Fault::RateLimited, 429, "E0000047"),
        (Fault::ServerError, 500, "E0000009"),
        (Fault::ReadOnly, 503, "E0000010"),
        (Fault::DeadCredential, 401, "E0000011"),
    ] {
        let fixture = failing(fault).await;
        let (seen, body) = fixture.read("/api/v1/apps").await;
        assert_eq!((seen, error_of(&body).0.as_str()), (status, code));
        assert_eq!(fixture.get("/api/v1/apps").await.status(), 200);
    }
}

#[tokio::test]
async fn concurrency_limit_sends_zero_limit_and_remaining() {
    let answer = failing(Fault::ConcurrencyLimited).await.get("/api/v1/apps").await;
    assert_eq!(answer.status(), 429);
    assert_eq!((header(&answer, "x-rate-limit-limit"), header(&answer, "x-rate-limit-remaining")), ("0", "0"));
}

#[tokio::test]
async fn edge_proxy_fault_is_html_without_rate_headers() {
    let answer = failing(Fault::EdgeProxyError).await.get("/api/v1/apps").await;
    assert_eq!((answer.status().as_u16(), header(&answer, "content-type")), (503, "text/html"));
    assert_eq!(header(&answer, "x-rate-limit-limit"), "");
}

#[tokio::test]
async fn timeout_fault_lasts_until_client_gives_up() {
    let fixture = failing(Fault::Timeout).await;
    let call = fixture.call(Method::GET, "/api/v1/apps").timeout(Duration::from_millis(50));
    assert!(call.send().await.unwrap_err().is_timeout());
    assert_eq!(fixture.okta.requests("acme")[0].status, None);
    assert_eq!(fixture.get("/api/v1/apps").await.status(), 200);
}

#[tokio::test]
async fn reset_fault_closes_without_response() {
    let fixture = failing(Fault::Reset).await;
    assert!(fixture.call(Method::POST, "/api/v1/apps").send().await.unwrap_err().is_request());
}

#[tokio::test]
async fn truncated_body_ends_early_after_good_headers() {
    let answer = failing(Fault::Truncated).await.get("/.well-known/okta-organization").await;
    assert_eq!(answer.status(), 200);
    assert!(answer.content_length().unwrap() > 100);
    answer.bytes().await.unwrap_err();
}

#[tokio::test]
async fn malformed_bodies_come_with_status_200() {
    let text = failing(Fault::NotJson).await.get("/api/v1/apps").await.text().await.unwrap();
    assert!(serde_json::from_str::<Value>(&text).is_err());
    let (status, shape) = failing(Fault::OtherShape).await.read("/api/v1/apps").await;
    assert_eq!((status, shape["maintenance"].as_bool()), (200, Some(true)));
}

#[tokio::test]
async fn redirect_fault_names_its_target() {
    let answer = failing(Fault::Redirect("https://evil.example/".to_owned())).await.get("/api/v1/apps").await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (302, "https://evil.example/"));
}

#[tokio::test]
async fn huge_body_is_streamed_completely() {
    let fixture = failing(Fault::HugeBody(3_000_001)).await;
    let mut answer = fixture.get("/api/v1/apps").await;
    assert_eq!(answer.content_length(), None);
    let mut length = 0;
    while let Some(piece) = answer.chunk().await.unwrap() {
        length += piece.len();
    }
    assert_eq!(length, 3_000_001);
}

#[tokio::test]
async fn clock_skew_shifts_date_and_reset() {
    let answer = failing(Fault::ClockSkew(-3_600)).await.get("/api/v1/apps").await;
    assert_eq!(answer.status(), 200);
    assert_eq!(header(&answer, "date"), "Mon, 23 Nov 2026 09:00:00 GMT");
    assert_eq!(header(&answer, "x-rate-limit-reset"), "1795424460");
}

#[tokio::test]
async fn path_fault_occurs_only_there_and_as_often() {
    let mut org = acme();
    org.faults.on("/features", Fault::ServerError, Times::Exactly(2));
    let fixture = Fixture::new(org).await;
    let mut seen = Vec::new();
    for path in ["", "/0oaX/features", "", "/0oaX/features", "/0oaX/features"] {
        seen.push(fixture.get(&format!("/api/v1/apps{path}")).await.status().as_u16());
    }
    assert_eq!(seen, [200, 500, 200, 500, 404]);
}

#[tokio::test]
async fn fault_plan_is_reproducible_for_a_seed() {
    let run = |seed| async move {
        let mut org = acme();
        org.apps_limit = 1_000;
        let fixture = Fixture::with_seed(seed, org).await;
        fixture.okta.set_fault_plan(FaultPlan::default().with(0.2, Fault::ServerError).with(0.2, Fault::ReadOnly));
        let mut seen = Vec::new();
        for _ in 0..60 {
            let (status, body) = fixture.read("/api/v1/apps/0oaNobody/features").await;
            seen.push((status, body.to_string()));
        }
        seen
    };
    let (first, second, other) = (run(1).await, run(1).await, run(2).await);
    assert_eq!(first, second);
    assert_ne!(first, other);
    let share = |status| first.iter().filter(|(seen, _)| *seen == status).count();
    assert!(share(500) > 3 && share(503) > 3 && share(404) > 20, "{} {} {}", share(500), share(503), share(404));
}
