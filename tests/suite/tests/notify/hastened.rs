//! An event of a log stream brings the next look forward, and decides nothing by itself.

use regrant::embedded::worker::drain_scans;
use std::time::Duration;

use jiff::SignedDuration;
use regrant::clock::Clock as _;
use regrant::domain::standing::Standing;
use regrant::okta::log_stream::{self, NotALogStreamEvent};
use regrant::usecases::scan::rescan_soon::rescan_soon;
use regrant_simulators::LogEntry;
use serde_json::{Value, json};

use super::desk::{ADA, BEA, Desk, RUNNING};

const REFUSED: &str = "app.office365.api.error.validate.creds";

/// An event as EventBridge brings it from the log stream of an org.
async fn event(desk: &Desk, org: &str, id: &str, kind: &str) -> Value {
    let (_, app) = desk.bench.ids(RUNNING).await;
    let now = desk.bench.clock.now();
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

/// How many orgs are looked at for an event.
async fn looks_at(desk: &Desk, event: &Value) -> usize {
    rescan_soon(&desk.bench.ports, &log_stream::decode(event).unwrap()).await.unwrap()
}

/// Works off what was asked for, and tells everybody.
async fn works_off(desk: &Desk) {
    drain_scans(&desk.bench.ports, 4, || ()).await.unwrap();
    desk.work().await;
}

#[tokio::test]
async fn an_event_of_a_consent_that_broke_has_its_org_looked_at_and_people_told_within_five_minutes() {
    let desk = Desk::settled().await;
    let began = desk.bench.clock.now();
    let others = || ["contoso", "globex", "initech"].map(|org| desk.bench.simulation.okta.requests(org).len());
    let asked = others();
    let id = desk.breaks(RUNNING).await;
    assert_eq!(looks_at(&desk, &event(&desk, "acme", &id, REFUSED).await).await, 1);
    works_off(&desk).await;
    assert_eq!(desk.bench.app(RUNNING).await.standing(), Standing::Broken);
    assert_eq!(desk.told().await, [format!("urgent {ADA}"), format!("urgent {BEA}")]);
    assert!(desk.bench.clock.now().duration_since(began) <= SignedDuration::from_mins(5));
    assert_eq!(others(), asked, "no other org is asked anything");
}

#[tokio::test]
async fn further_events_of_the_same_minute_ask_for_no_further_look_and_one_of_the_next_minute_does() {
    let desk = Desk::settled().await;
    for (second, looks) in [(0, 1), (1, 0), (30, 0), (70, 1)] {
        desk.until(&(regrant_tests::bench::dawn() + SignedDuration::from_secs(3_600 + second)).to_string());
        let id = desk.breaks(RUNNING).await;
        assert_eq!(looks_at(&desk, &event(&desk, "acme", &id, REFUSED).await).await, looks, "{second}");
    }
}

#[tokio::test]
async fn an_event_of_no_meaning_or_of_another_org_has_nobody_looked_at() {
    let desk = Desk::settled().await;
    let id = "c6ed294a-0000-4000-8000-000000000001";
    for kind in ["user.session.start", "app.office365.api.error.endpoint.unavailable", "something.new"] {
        assert_eq!(looks_at(&desk, &event(&desk, "acme", id, kind).await).await, 0, "{kind}");
    }
    for org in ["acme2", "acm", "elsewhere"] {
        assert_eq!(looks_at(&desk, &event(&desk, org, id, REFUSED).await).await, 0, "{org}");
    }
    assert_eq!(looks_at(&desk, &event(&desk, "acme", id, REFUSED).await).await, 1, "none of them used up the minute");
}

#[tokio::test]
async fn an_event_of_another_source_is_none_of_a_log_stream() {
    let desk = Desk::settled().await;
    let good = event(&desk, "acme", "c6ed294a-0000-4000-8000-000000000001", REFUSED).await;
    for source in ["aws.events", "evil.example/okta.com/acme/x", "aws.partner/evil.example/acme/x", ""] {
        let mut event = good.clone();
        event["source"] = json!(source);
        assert_eq!(log_stream::decode(&event), Err(NotALogStreamEvent::NotFromOkta), "{source}");
    }
}

#[tokio::test]
async fn an_event_that_is_not_in_the_log_breaks_nothing() {
    let desk = Desk::settled().await;
    let id = "c6ed294a-0000-4000-8000-000000000001";
    assert_eq!(looks_at(&desk, &event(&desk, "acme", id, REFUSED).await).await, 1);
    works_off(&desk).await;
    assert_eq!(desk.bench.app(RUNNING).await.standing(), Standing::Consented);
    assert!(desk.told().await.is_empty());
    desk.later(Duration::from_mins(2));
    let (_, app) = desk.bench.ids(RUNNING).await;
    desk.log(LogEntry::endpoint_unavailable(app.as_str()));
    desk.scan().await;
    assert_eq!(desk.bench.app(RUNNING).await.standing(), Standing::Consented, "an outage passes by itself");
}
