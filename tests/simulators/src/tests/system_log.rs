use regrant::domain::system_log::FILTER;
use reqwest::Method;
use serde_json::Value;

use super::stage::{Stage, TOKEN, acme, error_of};
use crate::{AppPlace, Bucket, Fault, Fleet, LogEntry, OktaSimulator, Times};

const APP: &str = "0oaInventedOffice3651";
const DAY: u64 = 86_400;

/// A page: the events' ids, and where `next` leads.
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

async fn page(stage: &Stage, path: &str) -> Page {
    let answer = stage.get(path).await;
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
async fn a_reader_gets_every_event_once_in_the_order_of_writing_and_always_a_next_link() {
    let stage = Stage::new(acme()).await;
    let earlier = "2026-11-23T09:00:00Z".parse().unwrap();
    let first = log(&stage.okta, LogEntry::credentials_refused(APP));
    let second = log(&stage.okta, LogEntry::app_updated(APP).published_at(earlier));
    let third = log(&stage.okta, LogEntry::signed_in("ann@acme.example"));
    let one = page(&stage, "/api/v1/logs?since=2026-11-23T00:00:00.000Z&sortOrder=ASCENDING&limit=2").await;
    assert_eq!((one.ids.clone(), one.links.len()), (vec![first, second], 2));
    assert!(one.links[0].ends_with("; rel=\"self\"") && !one.next().contains("since"));
    let two = page(&stage, &one.next()).await;
    assert_eq!(two.ids, [third]);
    let empty = page(&stage, &two.next()).await;
    assert!(empty.ids.is_empty());
    let again = page(&stage, &empty.next()).await;
    assert!(again.ids.is_empty());
    let late = log(&stage.okta, LogEntry::graph_refused(APP).published_at(earlier));
    assert_eq!(page(&stage, &again.next()).await.ids, [late], "written late, however early it happened");
}

#[tokio::test]
async fn since_counts_from_the_writing_and_nothing_is_older_than_ninety_days() {
    let stage = Stage::new(acme()).await;
    let long_ago = "2026-11-22T10:00:00Z".parse().unwrap();
    log(&stage.okta, LogEntry::app_updated(APP));
    stage.sleep(60);
    let kept = log(&stage.okta, LogEntry::app_updated(APP).published_at(long_ago));
    let since = "/api/v1/logs?since=2026-11-23T10:00:30.000Z";
    assert_eq!(page(&stage, since).await.ids, [kept]);
    assert_eq!(page(&stage, "/api/v1/logs").await.ids.len(), 2);
    stage.sleep(8 * DAY);
    assert!(page(&stage, "/api/v1/logs").await.ids.is_empty(), "seven days, where no time is named");
    assert_eq!(page(&stage, since).await.ids.len(), 1);
    stage.sleep(85 * DAY);
    assert!(page(&stage, since).await.ids.is_empty());
    stage.sleep(90 * DAY);
    let (status, body) = stage.read(since).await;
    assert_eq!((status, error_of(&body).0.as_str()), (400, "E0000053"));
}

#[tokio::test]
async fn the_filter_is_honoured_and_a_bad_one_refused() {
    let stage = Stage::new(acme()).await;
    let wanted = [
        log(&stage.okta, LogEntry::credentials_refused(APP)),
        log(&stage.okta, LogEntry::provisioning_app_created(APP, "11111111-2222-4333-8444-555555555555")),
        log(&stage.okta, LogEntry::profile_pushed(APP, "ann@acme.example", false)),
        log(&stage.okta, LogEntry::app_updated(APP)),
        log(&stage.okta, LogEntry::api_token_revoked()),
        log(&stage.okta, LogEntry::rate_limit_violated()),
    ];
    log(&stage.okta, LogEntry::signed_in("ann@acme.example"));
    log(&stage.okta, LogEntry::profile_pushed(APP, "ann@acme.example", true));
    assert_eq!(page(&stage, &filtered(FILTER)).await.ids, wanted);
    for (filter, count) in [
        ("eventType eq \"user.session.start\"", 1),
        ("eventType sw \"app.office365\" or eventType eq \"user.session.start\"", 3),
        ("eventType co \"provision\" and outcome.result eq \"SUCCESS\"", 2),
        ("eventType sw \"user\" or eventType sw \"application\" and outcome.result eq \"FAILURE\"", 2),
        ("(eventType sw \"user\" or eventType sw \"application\") and outcome.result eq \"FAILURE\"", 1),
        ("target.id eq \"0oaInventedOffice3651\"", 5),
    ] {
        assert_eq!(page(&stage, &filtered(filter)).await.ids.len(), count, "{filter}");
    }
    for bad in
        ["eventType", "eventType eqq \"a\"", "published eq \"a\"", "(eventType eq \"a\"", "eventType eq \"a\" or", ""]
    {
        let (status, body) = stage.read(&filtered(bad)).await;
        assert_eq!((status, error_of(&body).0.as_str()), (400, "E0000053"), "{bad}");
    }
    let nested = format!("{}eventType eq \"a\"{}", "(".repeat(5_000), ")".repeat(5_000));
    assert_eq!(stage.read(&filtered(&nested)).await.0, 400);
}

#[tokio::test]
async fn a_filter_that_skips_much_does_not_lead_back_to_it() {
    let stage = Stage::new(acme()).await;
    for _ in 0..20 {
        log(&stage.okta, LogEntry::signed_in("ann@acme.example"));
    }
    let first = page(&stage, &filtered("eventType sw \"app.office365\"")).await;
    assert!(first.ids.is_empty());
    let found = log(&stage.okta, LogEntry::credentials_refused(APP));
    assert_eq!(page(&stage, &first.next()).await.ids, [found]);
}

#[tokio::test]
async fn a_cursor_is_the_orgs_own_and_can_age() {
    let stage = Stage::new(acme()).await;
    let next = page(&stage, "/api/v1/logs").await.next();
    page(&stage, &next).await;
    for forged in ["0_0000000000000000", "ffffffffffffffffff_0", "x", ""] {
        let (status, body) = stage.read(&format!("/api/v1/logs?after={forged}")).await;
        assert_eq!((status, error_of(&body).0.as_str()), (400, "E0000029"), "{forged}");
    }
    stage.okta.with_org("acme", |org| org.log_cursor_age += 1).unwrap();
    let (status, body) = stage.read(&next).await;
    assert_eq!((status, error_of(&body).0.as_str()), (400, "E0000029"));
    assert_eq!(stage.read(&format!("{next}&since=2026-11-23T10:00:00.000Z")).await.0, 400);
}

#[tokio::test]
async fn a_page_has_a_hundred_events_and_at_most_a_thousand() {
    let stage = Stage::new(acme()).await;
    for _ in 0..1_100 {
        log(&stage.okta, LogEntry::app_updated(APP));
    }
    assert_eq!(page(&stage, "/api/v1/logs").await.ids.len(), 100);
    let most = page(&stage, "/api/v1/logs?limit=5000").await;
    assert_eq!(most.ids.len(), 1_000);
    assert_eq!(page(&stage, &most.next()).await.ids.len(), 100);
}

#[tokio::test]
async fn the_log_has_a_bucket_a_switch_and_faults_of_its_own() {
    let stage = Stage::new(acme()).await;
    stage.okta.with_org("acme", |org| org.refuses_logs = true).unwrap();
    let (status, body) = stage.read("/api/v1/logs").await;
    assert_eq!((status, error_of(&body).0.as_str()), (403, "E0000006"));
    assert_eq!(stage.get("/api/v1/apps").await.status(), 200);
    stage.okta.with_org("acme", |org| org.refuses_logs = false).unwrap();
    stage.okta.with_org("acme", |org| org.faults.on("/logs", Fault::ServerError, Times::Exactly(1))).unwrap();
    assert_eq!(stage.get("/api/v1/logs").await.status(), 500);
    assert_eq!(stage.get("/api/v1/logs").await.status(), 200);
    assert_eq!(stage.okta.usage("acme", Bucket::Logs).calls, 3);
    assert_eq!(stage.call(Method::POST, "/api/v1/logs").send().await.unwrap().status(), 405);
    let bare = stage.bare(Method::GET, &stage.url("/api/v1/logs")).send().await.unwrap();
    assert_eq!(bare.status(), 403);
}

#[tokio::test]
async fn an_event_carries_its_app_where_it_was_put() {
    let stage = Stage::new(acme()).await;
    for place in [AppPlace::Target, AppPlace::DebugData, AppPlace::ServiceAccount] {
        log(&stage.okta, LogEntry::profile_push_failed(APP, "ann@acme.example", "refused").with_app_in(place));
    }
    let events = page(&stage, "/api/v1/logs").await.events;
    assert_eq!(events[0]["target"][0]["id"], APP);
    assert_eq!(events[1]["debugContext"]["debugData"]["appInstanceId"], APP);
    assert_eq!(events[1]["target"].as_array().unwrap().len(), 1);
    assert_eq!(events[2]["target"][0]["displayName"], format!("svc_OKTA_sync_{APP}@contoso.onmicrosoft.com"));
}

#[tokio::test]
async fn a_log_of_the_fleet_outlives_the_org_that_is_worked_out_anew() {
    let stage = Stage::new(acme()).await;
    let fleet = Fleet::new(11, 100);
    stage.okta.add_fleet(fleet);
    let written = stage.okta.log("org-000007", LogEntry::credentials_refused(APP)).unwrap();
    assert_eq!(stage.okta.log("org-000100", LogEntry::credentials_refused(APP)), None);
    assert_eq!(stage.okta.log("nobody", LogEntry::credentials_refused(APP)), None);
    for _ in 0..2 {
        let call = stage
            .bare(Method::GET, &format!("{}/api/v1/logs", stage.okta.org_url("org-000007")))
            .header("authorization", format!("SSWS {}", fleet.token(7)));
        let events: Vec<Value> = call.send().await.unwrap().json().await.unwrap();
        assert_eq!(events.iter().map(|event| event["uuid"].as_str().unwrap()).collect::<Vec<_>>(), [&written]);
    }
    stage.okta.add_fleet(fleet);
    let call = stage
        .bare(Method::GET, &format!("{}/api/v1/logs", stage.okta.org_url("org-000007")))
        .header("authorization", format!("SSWS {}", fleet.token(7)));
    assert_eq!(call.send().await.unwrap().json::<Vec<Value>>().await.unwrap().len(), 0, "a new fleet begins anew");
    assert!(!format!("{:?}", stage.okta.requests("acme")).contains(TOKEN));
}
