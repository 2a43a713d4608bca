//! Several at one app at once: a scan, a look that a log stream asked for, a save. Whoever writes second decides anew, so
//! nothing is lost and nobody is told twice.

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
use regrant_tests::in_between::Deed;
use regrant_tests::tripwire::{TrippedLedger, Tripwire};

use super::desk::{ADA, BEA, Desk, RUNNING, WAITING};

/// The same Regrant, except that others do this each time before it writes the app's record.
fn interrupted(desk: &Desk, app: &AppId, deeds: impl IntoIterator<Item = Deed>) -> Ports {
    let wire = Tripwire::new(None);
    wire.before_records_of(app, deeds);
    let ledger: Arc<dyn Ledger> = Arc::new(TrippedLedger(desk.bench.ports.ledger.clone(), wire));
    Ports { ledger, ..desk.bench.ports.clone() }
}

async fn discovered(ports: &Ports, org: &OrgId) -> Result<(), ScanError> {
    let scan = scan_id(&*ports.randomness);
    ports.ledger.begin_scan(&scan, ports.clock.now(), std::slice::from_ref(org)).await.unwrap();
    scan_apps(ports, &scan, org).await.map(drop)
}

/// Looks at an org and tells everybody.
async fn look(ports: &Ports, org: &OrgId) {
    discovered(ports, org).await.unwrap();
    while drain_notifications(ports).await.unwrap() > 0 {}
}

/// Somebody else's whole look.
fn a_look(desk: &Desk) -> Deed {
    let (ports, org) = (desk.bench.ports.clone(), desk.org.clone());
    Box::pin(async move { look(&ports, &org).await })
}

/// Somebody else's change that changes nothing but the version.
fn a_touch(desk: &Desk, app: &AppId) -> Deed {
    let (ledger, org, app) = (desk.bench.ports.ledger.clone(), desk.org.clone(), app.clone());
    Box::pin(async move {
        let record = ledger.app(&org, &app).await.unwrap().unwrap();
        assert!(ledger.record_app(&record, &[]).await.unwrap());
    })
}

/// Somebody consented for the app that waits, and nothing is saved yet.
async fn handed_over(desk: &Desk) -> AppId {
    let invitation = desk.bench.invite(WAITING).await;
    desk.bench.simulation.consent(&mut desk.bench.browser(), &invitation).await;
    desk.bench.ids(WAITING).await.1
}

/// How often an app ended saved, and how often it was found elsewhere after that.
async fn saved_and_left(desk: &Desk) -> (usize, usize) {
    let events = desk.bench.events(WAITING).await;
    let saved = events.iter().filter(|kind| matches!(kind, EventKind::Saved { .. })).count();
    let from_there = |kind: &&EventKind| matches!(kind, EventKind::StandingChanged { from: Standing::Consented, .. });
    (saved, events.iter().filter(from_there).count())
}

#[tokio::test]
async fn two_looks_at_once_open_one_request_and_write_one_email_to_each() {
    let desk = Desk::settled().await;
    desk.breaks(RUNNING).await;
    let (org, app) = desk.bench.ids(RUNNING).await;
    look(&interrupted(&desk, &app, [a_look(&desk)]), &org).await;

    assert_eq!(desk.told().await, [format!("urgent {ADA}"), format!("urgent {BEA}")]);
    let record = desk.bench.app(RUNNING).await;
    let request = record.request.filter(Request::is_open).unwrap().id;
    let named: Vec<_> =
        desk.notifications_about("urgent").await.into_iter().map(|notification| notification.request).collect();
    assert_eq!(named, [request.clone(), request], "every notification is of the one request that is open");
    let events = desk.bench.events(RUNNING).await;
    let broke = events.iter().filter(|kind| matches!(kind, EventKind::StandingChanged { to: Standing::Broken, .. }));
    assert_eq!(broke.count(), 1, "{events:?}");
}

#[tokio::test]
async fn a_look_that_read_before_a_save_ended_and_writes_after_it_loses_no_proof() {
    let desk = Desk::settled().await;
    let app = handed_over(&desk).await;
    let (ports, clock) = (desk.bench.ports.clone(), desk.bench.clock.clone());
    let save: Deed = Box::pin(async move {
        for _ in 0..20 {
            clock.advance(Duration::from_secs(6));
            drain_saves(&ports).await.unwrap();
        }
    });
    look(&interrupted(&desk, &app, [save]), &desk.org).await;

    let record = desk.bench.app(WAITING).await;
    assert_eq!((record.standing(), record.assessment.verified), (Standing::Consented, true), "{:?}", record.signals);
    assert!(record.consent.verification.is_some() && record.consent.last_save.is_some());
    assert_eq!(saved_and_left(&desk).await, (1, 0));
}

#[tokio::test]
async fn a_save_that_ends_while_the_app_is_looked_at_is_told_once_with_its_proof() {
    let desk = Desk::settled().await;
    let app = handed_over(&desk).await;
    let ports = interrupted(&desk, &app, [a_look(&desk)]);
    for _ in 0..20 {
        drain_saves(&ports).await.unwrap();
        desk.later(Duration::from_secs(6));
    }
    let record = desk.bench.app(WAITING).await;
    assert_eq!((record.standing(), record.assessment.verified), (Standing::Consented, true), "{:?}", record.signals);
    assert!(record.consent.verification.is_some() && record.consent.last_save.is_some());
    assert_eq!(saved_and_left(&desk).await, (1, 0));
}

#[tokio::test]
async fn a_record_that_somebody_else_changes_at_every_try_is_left_to_the_next_look() {
    let desk = Desk::settled().await;
    desk.breaks(RUNNING).await;
    let (org, app) = desk.bench.ids(RUNNING).await;
    let ports = interrupted(&desk, &app, (0..5).map(|_| a_touch(&desk, &app)));
    let told = discovered(&ports, &org).await.unwrap_err().to_string();
    assert!(told.contains("other writers changed the record at every attempt"), "{told}");
    assert_eq!(desk.bench.app(RUNNING).await.standing(), Standing::Consented);
    look(&ports, &org).await;
    assert_eq!(desk.bench.app(RUNNING).await.standing(), Standing::Broken);
}
