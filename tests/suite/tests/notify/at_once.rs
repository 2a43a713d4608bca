//! Tests concurrent writers of one app: a scan, an early scan after a log event, and a save. The second writer decides
//! again, so nothing is lost and no one is notified twice.

use regrant::embedded::worker::{drain_notifications, drain_saves};
use std::sync::Arc;
use std::time::Duration;

use regrant::domain::event::EventKind;
use regrant::domain::id::{AppId, OrgId};
use regrant::domain::request::Request;
use regrant::domain::standing::Standing;
use regrant::ledger::Ledger;
use regrant::randomness::scan_id;
use regrant::usecases::Ports;
use regrant::usecases::scan::scan_apps::{ScanError, scan_apps};
use regrant_tests::concurrent_changes::ConcurrentChange;
use regrant_tests::crash_point::{CrashPoint, CrashingLedger};

use super::fixture::{ADA, BEA, NotifyFixture, RUNNING, WAITING};

/// The same Regrant, with one of these changes before each write of the app's record.
fn interrupted(fixture: &NotifyFixture, app: &AppId, changes: impl IntoIterator<Item = ConcurrentChange>) -> Ports {
    let crash_point = CrashPoint::new(None);
    crash_point.before_record_writes(app, changes);
    let ledger: Arc<dyn Ledger> = Arc::new(CrashingLedger(fixture.bench.ports.ledger.clone(), crash_point));
    Ports { ledger, ..fixture.bench.ports.clone() }
}

async fn discovered(ports: &Ports, org: &OrgId) -> Result<(), ScanError> {
    let scan = scan_id(&*ports.randomness);
    ports.ledger.begin_scan(&scan, ports.clock.now(), std::slice::from_ref(org)).await.unwrap();
    scan_apps(ports, &scan, org).await.map(drop)
}

/// Scans an org and sends all notifications.
async fn look(ports: &Ports, org: &OrgId) {
    discovered(ports, org).await.unwrap();
    while drain_notifications(ports).await.unwrap() > 0 {}
}

/// A complete concurrent scan.
fn concurrent_scan(fixture: &NotifyFixture) -> ConcurrentChange {
    let (ports, org) = (fixture.bench.ports.clone(), fixture.org.clone());
    Box::pin(async move { look(&ports, &org).await })
}

/// A concurrent change of the version only.
fn version_change(fixture: &NotifyFixture, app: &AppId) -> ConcurrentChange {
    let (ledger, org, app) = (fixture.bench.ports.ledger.clone(), fixture.org.clone(), app.clone());
    Box::pin(async move {
        let record = ledger.app(&org, &app).await.unwrap().unwrap();
        assert!(ledger.record_app(&record, &[]).await.unwrap());
    })
}

/// A consent for the waiting app, before the save.
async fn handed_over(fixture: &NotifyFixture) -> AppId {
    let invitation = fixture.bench.invite(WAITING).await;
    fixture.bench.simulation.consent(&mut fixture.bench.browser(), &invitation).await;
    fixture.bench.ids(WAITING).await.1
}

/// How often an app was saved, and how often it then had a different standing.
async fn saved_and_left(fixture: &NotifyFixture) -> (usize, usize) {
    let events = fixture.bench.events(WAITING).await;
    let saved = events.iter().filter(|kind| matches!(kind, EventKind::Saved { .. })).count();
    let from_there = |kind: &&EventKind| matches!(kind, EventKind::StandingChanged { from: Standing::Consented, .. });
    (saved, events.iter().filter(from_there).count())
}

#[tokio::test]
async fn concurrent_scans_open_one_request() {
    let fixture = NotifyFixture::settled().await;
    fixture.breaks(RUNNING).await;
    let (org, app) = fixture.bench.ids(RUNNING).await;
    look(&interrupted(&fixture, &app, [concurrent_scan(&fixture)]), &org).await;

    assert_eq!(fixture.told().await, [format!("urgent {ADA}"), format!("urgent {BEA}")]);
    let record = fixture.bench.app(RUNNING).await;
    let request = record.request.filter(Request::is_open).unwrap().id;
    let named: Vec<_> =
        fixture.notifications_about("urgent").await.into_iter().map(|notification| notification.request).collect();
    assert_eq!(named, [request.clone(), request], "every notification is of the one request that is open");
    let events = fixture.bench.events(RUNNING).await;
    let broke = events.iter().filter(|kind| matches!(kind, EventKind::StandingChanged { to: Standing::Broken, .. }));
    assert_eq!(broke.count(), 1, "{events:?}");
}

#[tokio::test]
async fn concurrent_scan_keeps_verification_of_save() {
    let fixture = NotifyFixture::settled().await;
    let app = handed_over(&fixture).await;
    let (ports, clock) = (fixture.bench.ports.clone(), fixture.bench.clock.clone());
    let save: ConcurrentChange = Box::pin(async move {
        for _ in 0..20 {
            clock.advance(Duration::from_secs(6));
            drain_saves(&ports).await.unwrap();
        }
    });
    look(&interrupted(&fixture, &app, [save]), &fixture.org).await;

    let record = fixture.bench.app(WAITING).await;
    assert_eq!((record.standing(), record.assessment.verified), (Standing::Consented, true), "{:?}", record.signals);
    assert!(record.consent.verification.is_some() && record.consent.last_save.is_some());
    assert_eq!(saved_and_left(&fixture).await, (1, 0));
}

#[tokio::test]
async fn save_during_scan_is_notified_once() {
    let fixture = NotifyFixture::settled().await;
    let app = handed_over(&fixture).await;
    let ports = interrupted(&fixture, &app, [concurrent_scan(&fixture)]);
    for _ in 0..20 {
        drain_saves(&ports).await.unwrap();
        fixture.later(Duration::from_secs(6));
    }
    let record = fixture.bench.app(WAITING).await;
    assert_eq!((record.standing(), record.assessment.verified), (Standing::Consented, true), "{:?}", record.signals);
    assert!(record.consent.verification.is_some() && record.consent.last_save.is_some());
    assert_eq!(saved_and_left(&fixture).await, (1, 0));
}

#[tokio::test]
async fn constantly_changed_record_waits_for_next_scan() {
    let fixture = NotifyFixture::settled().await;
    fixture.breaks(RUNNING).await;
    let (org, app) = fixture.bench.ids(RUNNING).await;
    let ports = interrupted(&fixture, &app, (0..5).map(|_| version_change(&fixture, &app)));
    let told = discovered(&ports, &org).await.unwrap_err().to_string();
    assert!(told.contains("other writers changed the record at every attempt"), "{told}");
    assert_eq!(fixture.bench.app(RUNNING).await.standing(), Standing::Consented);
    look(&ports, &org).await;
    assert_eq!(fixture.bench.app(RUNNING).await.standing(), Standing::Broken);
}
