//! Updates of an app's record under an optimistic lock, and entries in its audit trail.

use jiff::Timestamp;

use crate::domain::app::AppRecord;
use crate::domain::event::AppEvent;
use crate::domain::event::EventKind;
use crate::domain::id::{AppId, OrgId};
use crate::ledger::LedgerError;
use crate::queue::{NotificationWork, QueueError};
use crate::usecases::Ports;
use crate::usecases::records::optimistic::optimistic;

/// An updated app record and the events that explain the update.
pub(crate) type AppUpdate = (AppRecord, Vec<AppEvent>);

/// Updates an app's record under an optimistic lock.
///
/// `decide` receives the current record (`None` if the app is unknown) and the time. It runs again with a fresh record if
/// another worker wrote first, so it must have no side effects. If it returns `None`, the record stays unchanged and this
/// returns `false`.
///
/// A scheduled scan, a rescan triggered by a log stream, a save and a delivery report may all update one app at the same
/// time. Without the lock, the later write would discard what only the earlier one observed, and changes that both
/// observed would be notified twice.
pub(crate) async fn update_app(
    ports: &Ports,
    org: &OrgId,
    app: &AppId,
    decide: impl Fn(Option<&AppRecord>, Timestamp) -> Option<AppUpdate>,
) -> Result<bool, LedgerError> {
    let changed = optimistic(
        "change an app's record",
        || ports.ledger.app(org, app),
        move |known: Option<AppRecord>| {
            let version = known.as_ref().map_or(0, |record| record.version);
            let (record, events) = decide(known.as_ref(), ports.clock.now())?;
            Some((AppRecord { version, ..record }, events))
        },
        |(record, events): AppUpdate| async move { ports.ledger.record_app(&record, &events).await },
    );
    Ok(changed.await?.is_some())
}

/// Appends an event to an app's audit trail.
pub(crate) async fn record_event(ports: &Ports, org: &OrgId, app: &AppId, kind: EventKind) -> Result<(), LedgerError> {
    let event = AppEvent { at: ports.clock.now(), by: ports.actor.clone(), kind };
    ports.ledger.append_event(org, app, &event).await
}

/// Queues notification planning for an org, or for one of its apps.
pub async fn queue_plan(ports: &Ports, org: &OrgId, app: Option<&AppId>) -> Result<(), QueueError> {
    let work = NotificationWork::Plan { org: org.clone(), app: app.cloned() };
    ports.queues.notifications.send(&[work]).await
}
