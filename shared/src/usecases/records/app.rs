//! How an app's record is changed: read, decided on, and written where nobody else wrote it in between.

use crate::domain::event::EventKind;
use crate::queue::{Message, QueueError};
use jiff::Timestamp;

use crate::domain::app::AppRecord;
use crate::domain::event::AppEvent;
use crate::domain::id::{AppId, OrgId};
use crate::ledger::LedgerError;

use crate::usecases::Ports;
use crate::usecases::records::optimistic::optimistic;

/// What a change makes of an app: its record, and what happened.
pub(crate) type Changed = (AppRecord, Vec<AppEvent>);

/// Changes an app's record. `decide` sees the record as it is now and the time, and may be asked again; `None` leaves the
/// record so. `false` where it was left so.
///
/// A scan, a look that a log stream asked for, a save and a transport's report may all be at one app at once. What only one
/// of them saw would be lost, and what both found out would be told twice, if the later one wrote what it made of an older
/// record.
pub(crate) async fn change(
    ports: &Ports,
    org: &OrgId,
    app: &AppId,
    decide: impl Fn(Option<&AppRecord>, Timestamp) -> Option<Changed>,
) -> Result<bool, LedgerError> {
    let changed = optimistic(
        "change an app's record",
        || ports.ledger.app(org, app),
        move |known: Option<AppRecord>| {
            let version = known.as_ref().map_or(0, |record| record.version);
            let (record, events) = decide(known.as_ref(), ports.clock.now())?;
            Some((AppRecord { version, ..record }, events))
        },
        |(record, events): Changed| async move { ports.ledger.record_app(&record, &events).await },
    );
    Ok(changed.await?.is_some())
}

/// Appends to the audit trail of an app that is still known.
pub(crate) async fn record_event(ports: &Ports, org: &OrgId, app: &AppId, kind: EventKind) -> Result<(), LedgerError> {
    let event = AppEvent { at: ports.clock.now(), kind };
    ports.ledger.append_event(org, app, &event).await
}

/// Asks for the plan of an org, or of one app of it.
pub async fn queue_plan(ports: &Ports, org: &OrgId, app: Option<&AppId>) -> Result<(), QueueError> {
    ports.notifications.send(&[Message::PlanNotifications { org: org.clone(), app: app.cloned() }]).await
}
