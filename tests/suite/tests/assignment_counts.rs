//! Tests the counts of assigned users and groups: few calls, rarely, and without effect on scans.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::time::Duration;

use regrant::domain::app::AppRecord;
use regrant::domain::assignment_counts::{AssignmentCounts, Count};
use regrant::domain::id::{AppId, OrgId};
use regrant::domain::scan::OrgScanResult;
use regrant::domain::standing::Standing;
use regrant::http::loopback::LoopbackPolicy;
use regrant::okta::config::OktaConfig;
use regrant::okta::org_url::OrgUrl;
use regrant::okta::{OktaError, OktaOrg};
use regrant_simulators::{App, Connection, Fault, OktaSimulator, Org, Times, TokenPower};
use regrant_tests::bench::{Bench, TOKEN, api_token, consented_app, one_org};

const DAY: Duration = Duration::from_hours(24);

struct World {
    simulator: OktaSimulator,
    bench: Bench,
    org: OrgId,
    /// The app that waits for consent.
    app: AppId,
}

/// One org with an app that waits for consent and a consented one.
async fn world() -> World {
    let waiting =
        App::office365("Office 365", "contoso").provisioned(Connection::OAuth2 { enabled: false, authorize: true });
    let app = waiting.id.parse().unwrap();
    let org = Org::new("acme")
        .with_token(TOKEN, TokenPower::Full)
        .with_app(waiting)
        .with_app(consented_app("Office 365 EMEA", "emea"));
    let id = org.id.clone();
    let config = OktaConfig { timeout: Duration::from_millis(300), ..OktaConfig::default() };
    let (simulator, bench) = one_org(org, config).await;
    let org = bench.know(&id, &simulator.org_url("acme"), &api_token(TOKEN)).await;
    World { simulator, bench, org, app }
}

impl World {
    fn open(&self) -> Box<dyn OktaOrg> {
        let (url, _) = OrgUrl::parse(&self.simulator.org_url("acme"), LoopbackPolicy::Allow).unwrap();
        self.bench.ports.okta.open(&url, &api_token(TOKEN)).unwrap()
    }

    fn assign(&self, users: usize, groups: usize) {
        let changed = self.simulator.with_org("acme", |org| {
            for app in &mut org.apps {
                (app.users, app.groups) = (users, groups);
            }
        });
        changed.unwrap();
    }

    fn fails(&self, part: &str, fault: Fault) {
        self.simulator.with_org("acme", |org| org.faults.on(part, fault, Times::Always)).unwrap();
    }

    /// Scans the org completely and returns the record of the waiting app.
    async fn look(&self) -> AppRecord {
        let (_, discovery) = self.bench.look_at(&self.org).await;
        assert_eq!((discovery.result, discovery.retry), (OrgScanResult::Scanned { apps: 2 }, false));
        let record = self.bench.ports.ledger.app(&self.org, &self.app).await.unwrap().unwrap();
        assert_eq!(record.standing(), Standing::NeedsConsent);
        record
    }

    /// The number of requests for assignment lists.
    fn asked(&self) -> usize {
        let requests = self.simulator.requests("acme");
        let lists = requests.iter().filter(|request| {
            let path = request.path_and_query.split('?').next().unwrap();
            path.ends_with("/users") || path.ends_with("/groups")
        });
        lists.count()
    }
}

fn numbers(reach: &AssignmentCounts) -> [(u64, bool); 2] {
    [reach.users, reach.groups].map(|Count { number, or_more }| (number, or_more))
}

#[tokio::test]
async fn first_page_is_counted_with_more_marker() {
    let world = world().await;
    for (users, groups, expected) in [
        (0, 0, [(0, false), (0, false)]),
        (12, 3, [(12, false), (3, false)]),
        (500, 200, [(500, false), (200, false)]),
        (501, 201, [(500, true), (200, true)]),
    ] {
        world.assign(users, groups);
        assert_eq!(numbers(&world.open().count_assignments(&world.app).await.unwrap()), expected);
    }
    assert_eq!(world.asked(), 8, "one page of each list, whether or not there are more");
}

#[tokio::test]
async fn rejected_or_invalid_list_is_an_error() {
    let world = world().await;
    let gone = world.open().count_assignments(&"0oaNobody".parse().unwrap()).await.unwrap_err();
    assert_eq!(gone.code(), Some("E0000007"));
    world.fails("/groups", Fault::OtherShape);
    let no_list = world.open().count_assignments(&world.app).await.unwrap_err();
    assert!(matches!(no_list, OktaError::NotOkta { .. }), "{no_list:?}");
    world.simulator.with_org("acme", |org| org.tokens[0].power = TokenPower::NoApps).unwrap();
    let refused = world.open().count_assignments(&world.app).await.unwrap_err();
    assert_eq!((refused.code(), refused.retires_credential()), (Some("E0000006"), false));
}

#[tokio::test]
async fn only_waiting_apps_are_counted_weekly() {
    let world = world().await;
    assert_eq!(numbers(&world.look().await.assignment_counts.unwrap()), [(12, false), (3, false)]);
    assert_eq!(world.asked(), 2);
    world.assign(700, 4);
    world.bench.clock.advance(DAY);
    assert_eq!(numbers(&world.look().await.assignment_counts.unwrap()), [(12, false), (3, false)]);
    assert_eq!(world.asked(), 2, "not again the next day");
    world.bench.clock.advance(7 * DAY);
    assert_eq!(numbers(&world.look().await.assignment_counts.unwrap()), [(500, true), (4, false)]);
    assert_eq!(world.asked(), 4);
}

#[tokio::test]
async fn failed_count_changes_no_standing() {
    for fault in [Fault::RateLimited, Fault::ServerError, Fault::Timeout, Fault::NotJson, Fault::OtherShape] {
        let world = world().await;
        world.fails("/users", fault.clone());
        assert_eq!(world.look().await.assignment_counts, None, "{fault:?}");
        world.simulator.with_org("acme", |org| org.faults.clear()).unwrap();
        world.bench.clock.advance(DAY);
        assert_eq!(numbers(&world.look().await.assignment_counts.unwrap()), [(12, false), (3, false)], "{fault:?}");
        // A later failure keeps the previous count.
        world.fails("/users", fault.clone());
        world.bench.clock.advance(8 * DAY);
        assert_eq!(numbers(&world.look().await.assignment_counts.unwrap()), [(12, false), (3, false)], "{fault:?}");
    }
}
