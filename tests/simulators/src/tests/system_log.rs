use regrant::domain::system_log::FILTER;
use reqwest::Method;
use serde_json::Value;

use super::fixture::{Fixture, TOKEN, acme, error_of};
use crate::{AppPlace, Bucket, Fault, Fleet, LogEntry, OktaSimulator, Times};

const APP: &str = "0oaInventedOffice3651";
const DAY: u64 = 86_400;

/// A page: the events' ids and the links.
struct Page {
    ids: Vec<String>,
    events: Vec<Value>,
    links: Vec<String>,
}

impl Page {
    fn next(&self) -> String {
        let line = self.links.iter().find(|line| line.ends_with("; rel=\"next\"")).unwrap();
        let url = line.strip_prefix('<').unwrap().split_once('>').unwrap().0;
        let (_, path) = url.split_once("/api/").unwrap();
        format!("/api/{path}")
    }
}

async fn page(fixture: &Fixture, path: &str) -> Page {
    let answer = fixture.get(path).await;
    assert_eq!(answer.status(), 200, "{path}");
    let links = answer.headers().get_all("link").iter().map(|line| line.to_str().unwrap().to_owned()).collect();
    let events: Vec<Value> = answer.json().await.unwrap();
    let ids = events.iter().map(|event| event["uuid"].as_str().unwrap().to_owned()).collect();
    Page { ids, events, links }
}

fn filtered(filter: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("filter", filter).finish();
    format!("/api/v1/logs?sortOrder=ASCENDING&{query}")
}

fn log(okta: &OktaSimulator, entry: LogEntry) -> String {
    okta.log("acme", entry).unwrap()
}

#[tokio::test]
async fn log_reader_gets_each_event_once_in_order() {
    let fixture = Fixture::new(acme()).await;
    let earlier = "2026-11-23T09:00:00Z".parse().unwrap();
    let first = log(&fixture.okta, LogEntry::credentials_refused(APP));
    let second = log(&fixture.okta, LogEntry::app_updated(APP).published_at(earlier));
    let third = log(&fixture.okta, LogEntry::signed_in("ann@acme.example"));
    let one = page(&fixture, "/api/v1/logs?since=2026-11-23T00:00:00.000Z&sortOrder=ASCENDING&limit=2").await;
    assert_eq!((one.ids.clone(), one.links.len()), (vec![first, second], 2));
    assert!(one.links[0].ends_with("; rel=\"self\"") && !one.next().contains("since"));
    let two = page(&fixture, &one.next()).await;
    assert_eq!(two.ids, [third]);
    let empty = page(&fixture, &two.next()).await;
    assert!(empty.ids.is_empty());
    let again = page(&fixture, &empty.next()).await;
    assert!(again.ids.is_empty());
    let late = log(&fixture.okta, LogEntry::graph_refused(APP).published_at(earlier));
    assert_eq!(page(&fixture, &again.next()).await.ids, [late], "written late, although it happened early");
}

#[tokio::test]
async fn since_compares_write_time_within_ninety_days() {
    let fixture = Fixture::new(acme()).await;
    let long_ago = "2026-11-22T10:00:00Z".parse().unwrap();
    log(&fixture.okta, LogEntry::app_updated(APP));
    fixture.sleep(60);
    let kept = log(&fixture.okta, LogEntry::app_updated(APP).published_at(long_ago));
    let since = "/api/v1/logs?since=2026-11-23T10:00:30.000Z";
    assert_eq!(page(&fixture, since).await.ids, [kept]);
    assert_eq!(page(&fixture, "/api/v1/logs").await.ids.len(), 2);
    fixture.sleep(8 * DAY);
    assert!(page(&fixture, "/api/v1/logs").await.ids.is_empty(), "the default range is seven days");
    assert_eq!(page(&fixture, since).await.ids.len(), 1);
    fixture.sleep(85 * DAY);
    assert!(page(&fixture, since).await.ids.is_empty());
    fixture.sleep(90 * DAY);
    let (status, body) = fixture.read(since).await;
    assert_eq!((status, error_of(&body).0.as_str()), (400, "E0000053"));
}

#[tokio::test]
async fn log_filter_is_applied_and_invalid_filters_rejected() {
    let fixture = Fixture::new(acme()).await;
    let wanted = [
        log(&fixture.okta, LogEntry::credentials_refused(APP)),
        log(&fixture.okta, LogEntry::provisioning_app_created(APP, "11111111-2222-4333-8444-555555555555")),
        log(&fixture.okta, LogEntry::profile_pushed(APP, "ann@acme.example", false)),
        log(&fixture.okta, LogEntry::app_updated(APP)),
        log(&fixture.okta, LogEntry::api_token_revoked()),
        log(&fixture.okta, LogEntry::rate_limit_violated()),
    ];
    log(&fixture.okta, LogEntry::signed_in("ann@acme.example"));
    log(&fixture.okta, LogEntry::profile_pushed(APP, "ann@acme.example", true));
    assert_eq!(page(&fixture, &filtered(FILTER)).await.ids, wanted);
    for (filter, count) in [
        ("eventType eq \"user.session.start\"", 1),
        ("eventType sw \"app.office365\" or eventType eq \"user.session.start\"", 3),
        ("eventType co \"provision\" and outcome.result eq \"SUCCESS\"", 2),
        ("eventType sw \"user\" or eventType sw \"application\" and outcome.result eq \"FAILURE\"", 2),
        ("(eventType sw \"user\" or eventType sw \"application\") and outcome.result eq \"FAILURE\"", 1),
        ("target.id eq \"0oaInventedOffice3651\"", 5),
    ] {
        assert_eq!(page(&fixture, &filtered(filter)).await.ids.len(), count, "{filter}");
    }
    for bad in
        ["eventType", "eventType eqq \"a\"", "published eq \"a\"", "(eventType eq \"a\"", "eventType eq \"a\" or", ""]
    {
        let (status, body) = fixture.read(&filtered(bad)).await;
        assert_eq!((status, error_of(&body).0.as_str()), (400, "E0000053"), "{bad}");
    }
    let nested = format!("{}eventType eq \"a\"{}", "(".repeat(5_000), ")".repeat(5_000));
    assert_eq!(fixture.read(&filtered(&nested)).await.0, 400);
}

#[tokio::test]
async fn cursor_skips_events_that_the_filter_excluded() {
    let fixture = Fixture::new(acme()).await;
    for _ in 0..20 {
        log(&fixture.okta, LogEntry::signed_in("ann@acme.example"));
    }
    let first = page(&fixture, &filtered("eventType sw \"app.office365\"")).await;
    assert!(first.ids.is_empty());
    let found = log(&fixture.okta, LogEntry::credentials_refused(APP));
    assert_eq!(page(&fixture, &first.next()).await.ids, [found]);
}

#[tokio::test]
async fn log_cursor_is_per_org_and_can_expire() {
    let fixture = Fixture::new(acme()).await;
    let next = page(&fixture, "/api/v1/logs").await.next();
    page(&fixture, &next).await;
    for forged in ["0_0000000000000000", "ffffffffffffffffff_0", "x", ""] {
        let (status, body) = fixture.read(&format!("/api/v1/logs?after={forged}")).await;
        assert_eq!((status, error_of(&body).0.as_str()), (400, "E0000029"), "{forged}");
    }
    fixture.okta.with_org("acme", |org| org.log_cursor_age += 1).unwrap();
    let (status, body) = fixture.read(&next).await;
    assert_eq!((status, error_of(&body).0.as_str()), (400, "E0000029"));
    assert_eq!(fixture.read(&format!("{next}&since=2026-11-23T10:00:00.000Z")).await.0, 400);
}

#[tokio::test]
async fn log_page_has_100_to_1000_events() {
    let fixture = Fixture::new(acme()).await;
    for _ in 0..1_100 {
        log(&fixture.okta, LogEntry::app_updated(APP));
    }
    assert_eq!(page(&fixture, "/api/v1/logs").await.ids.len(), 100);
    let most = page(&fixture, "/api/v1/logs?limit=5000").await;
    assert_eq!(most.ids.len(), 1_000);
    assert_eq!(page(&fixture, &most.next()).await.ids.len(), 100);
}

#[tokio::test]
async fn log_has_own_rate_limit_permission_and_faults() {
    let fixture = Fixture::new(acme()).await;
    fixture.okta.with_org("acme", |org| org.refuses_logs = true).unwrap();
    let (status, body) = fixture.read("/api/v1/logs").await;
    assert_eq!((status, error_of(&body).0.as_str()), (403, "E0000006"));
    assert_eq!(fixture.get("/api/v1/apps").await.status(), 200);
    fixture.okta.with_org("acme", |org| org.refuses_logs = false).unwrap();
    fixture.okta.with_org("acme", |org| org.faults.on("/logs", Fault::ServerError, Times::Exactly(1))).unwrap();
    assert_eq!(fixture.get("/api/v1/logs").await.status(), 500);
    assert_eq!(fixture.get("/api/v1/logs").await.status(), 200);
    assert_eq!(fixture.okta.usage("acme", Bucket::Logs).calls, 3);
    assert_eq!(fixture.call(Method::POST, "/api/v1/logs").send().await.unwrap().status(), 405);
    let bare = fixture.bare(Method::GET, &fixture.url("/api/v1/logs")).send().await.unwrap();
    assert_eq!(bare.status(), 403);
}

#[tokio::test]
async fn event_carries_app_id_in_chosen_place() {
    let fixture = Fixture::new(acme()).await;
    for place in [AppPlace::Target, AppPlace::DebugData, AppPlace::ServiceAccount] {
        log(&fixture.okta, LogEntry::profile_push_failed(APP, "ann@acme.example", "refused").with_app_in(place));
    }
    let events = page(&fixture, "/api/v1/logs").await.events;
    assert_eq!(events[0]["target"][0]["id"], APP);
    assert_eq!(events[1]["debugContext"]["debugData"]["appInstanceId"], APP);
    assert_eq!(events[1]["target"].as_array().unwrap().len(), 1);
    assert_eq!(events[2]["target"][0]["displayName"], format!("svc_OKTA_sync_{APP}@contoso.onmicrosoft.com"));
}

#[tokio::test]
async fn fleet_org_log_survives_regeneration() {
    let fixture = Fixture::new(acme()).await;
    let fleet = Fleet::new(11, 100);
    fixture.okta.add_fleet(fleet);
    let written = fixture.okta.log("org-000007", LogEntry::credentials_refused(APP)).unwrap();
    assert_eq!(fixture.okta.log("org-000100", LogEntry::credentials_refused(APP)), None);
    assert_eq!(fixture.okta.log("unknown", LogEntry::credentials_refused(APP)), None);
    for _ in 0..2 {
        let call = fixture
            .bare(Method::GET, &format!("{}/api/v1/logs", fixture.okta.org_url("org-000007")))
            .header("authorization", format!("SSWS {}", fleet.token(7)));
        let events: Vec<Value> = call.send().await.unwrap().json().await.unwrap();
        assert_eq!(events.iter().map(|event| event["uuid"].as_str().unwrap()).collect::<Vec<_>>(), [&written]);
    }
    fixture.okta.add_fleet(fleet);
    let call = fixture
        .bare(Method::GET, &format!("{}/api/v1/logs", fixture.okta.org_url("org-000007")))
        .header("authorization", format!("SSWS {}", fleet.token(7)));
    assert_eq!(
        call.send().await.unwrap().json::<Vec<Value>>().await.unwrap().len(),
        0,
        "a new fleet starts with empty logs"
    );
    assert!(!format!("{:?}", fixture.okta.requests("acme")).contains(TOKEN));
}
