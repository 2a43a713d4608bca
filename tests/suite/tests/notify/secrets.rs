//! Tests the warnings about the secret of the application that Okta created for an app's provisioning.

use std::time::Duration;

use jiff::SignedDuration;
use regrant::clock::Clock as _;
use regrant::domain::event::EventKind;
use regrant::domain::permission::PermissionCatalogue;
use regrant::domain::standing::Standing;
use regrant::ledger::PageRequest;
use regrant_simulators::LogEntry;
use regrant_simulators::microsoft::{AppCredential, ClientAuth, EntraApp, GrantStyle};

use super::fixture::{ADA, BEA, EVE, NotifyFixture, OLGA, WAITING};

const DAY: Duration = Duration::from_hours(24);
const OWN: &str = "77777777-8888-4777-8666-555555555555";

/// Gives Okta's application in the tenant secrets that end after these numbers of days.
fn secrets_end_in(fixture: &NotifyFixture, days: &[i64]) {
    let (microsoft, now) = (&fixture.bench.simulation.microsoft, fixture.bench.clock.now());
    let secret = |days: &i64| AppCredential {
        key_id: format!("cccccccc-0000-4000-8000-{days:012}"),
        display_name: "Okta".to_owned(),
        ends_at: now + SignedDuration::from_hours(24 * days),
        auth: ClientAuth::Secret("invented".to_owned()),
    };
    let app = EntraApp {
        client_id: OWN.to_owned(),
        home: microsoft.with_tenant(WAITING, |tenant| tenant.id.clone()).unwrap(),
        display_name: "Okta provisioning".to_owned(),
        publisher: None,
        redirect_uris: Vec::new(),
        is_oktas: false,
        credentials: days.iter().map(secret).collect(),
        permissions: PermissionCatalogue::default().all().iter().map(|one| one.name.clone()).collect(),
        grant_style: GrantStyle::Application,
        application_permissions: Vec::new(),
        role_claims: false,
        remembers_consent: false,
    };
    microsoft.register(app.clone());
    microsoft.with_tenant(WAITING, |tenant| tenant.consent(&app, "", now)).unwrap();
}

/// An app that Okta provisions through its own application, whose last secret ends in 40 days.
async fn app_based() -> NotifyFixture {
    let fixture = NotifyFixture::new().await;
    fixture.work().await;
    let page = fixture.page_for(ADA).await;
    fixture.consent(&page).await;
    fixture.work().await;
    secrets_end_in(&fixture, &[40]);
    let (_, app) = fixture.bench.ids(WAITING).await;
    fixture.log(LogEntry::provisioning_app_created(app.as_str(), OWN));
    fixture.scan().await;
    fixture.mailbox.empty();
    fixture
}

/// Scans twice a day for some days. Returns the emails, except digests, with their day.
async fn days_pass(fixture: &NotifyFixture, days: std::ops::RangeInclusive<u32>) -> Vec<(u32, String)> {
    let mut told = Vec::new();
    for day in days {
        fixture.later(DAY);
        for _ in 0..2 {
            fixture.scan().await;
            fixture.sweep().await;
        }
        let emails = fixture.told().await.into_iter().filter(|email| !email.starts_with("digest"));
        told.extend(emails.map(|email| (day, email)));
    }
    told
}

async fn thresholds_in_the_trail(fixture: &NotifyFixture) -> Vec<u8> {
    let (org, app) = fixture.bench.ids(WAITING).await;
    let events = fixture.bench.ports.ledger.events(&org, &app, PageRequest::first(500)).await.unwrap().items;
    let days = events.iter().filter_map(|event| match event.kind {
        EventKind::SecretEnding { days, .. } => Some(days),
        _ => None,
    });
    let mut days: Vec<u8> = days.collect();
    days.sort_unstable_by(|one, other| other.cmp(one));
    days
}

#[tokio::test]
async fn each_threshold_of_a_secret_is_announced_once() {
    let fixture = app_based().await;
    let told = days_pass(&fixture, 1..=45).await;
    let warning = |day, readers: &[&str]| {
        readers.iter().map(|reader| (day, format!("secret-ending {reader}"))).collect::<Vec<_>>()
    };
    let expected =
        [warning(10, &[ADA, BEA, OLGA]), warning(33, &[ADA, BEA, OLGA]), warning(39, &[ADA, BEA, EVE, OLGA])].concat();
    assert_eq!(told, expected);
    assert_eq!(thresholds_in_the_trail(&fixture).await, [30, 7, 1]);
    assert_eq!(fixture.bench.app(WAITING).await.standing(), Standing::Degraded);
}

#[tokio::test]
async fn newer_secret_ends_the_warnings() {
    let fixture = app_based().await;
    assert_eq!(days_pass(&fixture, 1..=32).await.len(), 3);
    // A warning that is planned and not yet sent is dropped.
    fixture.later(DAY);
    fixture.mailbox.shut(true);
    fixture.scan().await;
    fixture.mailbox.shut(false);
    secrets_end_in(&fixture, &[7, 180]);
    let told = days_pass(&fixture, 34..=60).await;
    assert!(told.iter().all(|(_, email)| email.starts_with("done ")), "{told:?}");
    assert_eq!(fixture.bench.app(WAITING).await.standing(), Standing::Consented);
    assert_eq!(thresholds_in_the_trail(&fixture).await, [30, 7]);
}
