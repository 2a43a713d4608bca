//! Tests that a log stream event triggers an early scan and never changes a standing directly.

use regrant::embedded::worker::drain_scans;
use std::time::Duration;

use jiff::SignedDuration;
use regrant::clock::Clock as _;
use regrant::domain::standing::Standing;
use regrant::okta::log_stream::{self, NotALogStreamEvent};
use regrant::usecases::scan::rescan_soon::rescan_soon;
use regrant_simulators::LogEntry;
use serde_json::{Value, json};

use super::fixture::{ADA, BEA, NotifyFixture, RUNNING};

const REFUSED: &str = "app.office365.api.error.validate.creds";

/// An event from the log stream of an org, as delivered by EventBridge.
async fn event(fixture: &NotifyFixture, org: &str, id: &str, kind: &str) -> Value {
    let (_, app) = fixture.bench.ids(RUNNING).await;
    let now = fixture.bench.clock.now();
    json!({
        "version": "0",
        "detail-type": "SystemLog",
        "source": format!("aws.partner/okta.com/{org}/consent-watch"),
        "time": now,
        "detail": {
            "uuid": id,
            "published": now,
            "eventType": kind,
            "severity": "ERROR",
            "outcome": { "result": "FAILURE", "reason": "AADSTS50126: Error validating credentials." },
            "target": [{ "id": app, "type": "AppInstance" }],
        },
    })
}

/// The number of orgs scanned for an event.
async fn looks_at(fixture: &NotifyFixture, event: &Value) -> usize {
    rescan_soon(&fixture.bench.ports, &log_stream::decode(event).unwrap()).await.unwrap()
}

/// Runs the requested scans and sends all notifications.
async fn works_off(fixture: &NotifyFixture) {
    drain_scans(&fixture.bench.ports, 4, || ()).await.unwrap();
    fixture.work().await;
}

#[tokio::test]
async fn broken_consent_event_notifies_people_within_five_minutes() {
    let fixture = NotifyFixture::settled().await;
    let began = fixture.bench.clock.now();
    let others = || ["contoso", "globex", "initech"].map(|org| fixture.bench.simulation.okta.requests(org).len());
    let asked = others();
    let id = fixture.breaks(RUNNING).await;
    assert_eq!(looks_at(&fixture, &event(&fixture, "acme", &id, REFUSED).await).await, 1);
    works_off(&fixture).await;
    assert_eq!(fixture.bench.app(RUNNING).await.standing(), Standing::Broken);
    assert_eq!(fixture.told().await, [format!("urgent {ADA}"), format!("urgent {BEA}")]);
    assert!(fixture.bench.clock.now().duration_since(began) <= SignedDuration::from_mins(5));
    assert_eq!(others(), asked, "no other org is asked anything");
}

#[tokio::test]
async fn events_trigger_one_scan_per_minute() {
    let fixture = NotifyFixture::settled().await;
    for (second, looks) in [(0, 1), (1, 0), (30, 0), (70, 1)] {
        fixture.until(&(regrant_tests::bench::dawn() + SignedDuration::from_secs(3_600 + second)).to_string());
        let id = fixture.breaks(RUNNING).await;
        assert_eq!(looks_at(&fixture, &event(&fixture, "acme", &id, REFUSED).await).await, looks, "{second}");
    }
}

#[tokio::test]
async fn irrelevant_event_triggers_no_scan() {
    let fixture = NotifyFixture::settled().await;
    let id = "c6ed294a-0000-4000-8000-000000000001";
    for kind in ["user.session.start", "app.office365.api.error.endpoint.unavailable", "something.new"] {
        assert_eq!(looks_at(&fixture, &event(&fixture, "acme", id, kind).await).await, 0, "{kind}");
    }
    for org in ["acme2", "acm", "elsewhere"] {
        assert_eq!(looks_at(&fixture, &event(&fixture, org, id, REFUSED).await).await, 0, "{org}");
    }
    assert_eq!(
        looks_at(&fixture, &event(&fixture, "acme", id, REFUSED).await).await,
        1,
        "none of them used up the minute"
    );
}

#[tokio::test]
async fn event_from_other_source_is_rejected() {
    let fixture = NotifyFixture::settled().await;
    let good = event(&fixture, "acme", "c6ed294a-0000-4000-8000-000000000001", REFUSED).await;
    for source in ["aws.events", "evil.example/okta.com/acme/x", "aws.partner/evil.example/acme/x", ""] {
        let mut event = good.clone();
        event["source"] = json!(source);
        assert_eq!(log_stream::decode(&event), Err(NotALogStreamEvent::NotFromOkta), "{source}");
    }
}

#[tokio::test]
async fn event_missing_from_log_breaks_nothing() {
    let fixture = NotifyFixture::settled().await;
    let id = "c6ed294a-0000-4000-8000-000000000001";
    assert_eq!(looks_at(&fixture, &event(&fixture, "acme", id, REFUSED).await).await, 1);
    works_off(&fixture).await;
    assert_eq!(fixture.bench.app(RUNNING).await.standing(), Standing::Consented);
    assert!(fixture.told().await.is_empty());
    fixture.later(Duration::from_mins(2));
    let (_, app) = fixture.bench.ids(RUNNING).await;
    fixture.log(LogEntry::endpoint_unavailable(app.as_str()));
    fixture.scan().await;
    assert_eq!(fixture.bench.app(RUNNING).await.standing(), Standing::Consented, "an outage passes by itself");
}
