//! How an app's record is changed: read, decided on, and written where nobody else wrote it in between.

use jiff::Timestamp;

use crate::domain::app::AppRecord;
use crate::domain::event::AppEvent;
use crate::domain::id::{AppId, OrgId};
use crate::ledger::LedgerError;

use super::Ports;

/// How often a change is decided on anew where somebody else changed the record first.
const TRIES: u32 = 5;

/// What a change makes of an app: its record, and what happened.
pub(super) type Changed = (AppRecord, Vec<AppEvent>);

/// Changes an app's record. `decide` sees the record as it is now and the time, and may be asked again; `None` leaves the
/// record so. `false` where it was left so.
///
/// A scan, a look that a log stream asked for, a save and a carrier's report may all be at one app at once. What only one
/// of them saw would be lost, and what both found out would be told twice, if the later one wrote what it made of an older
/// record.
pub(super) async fn change(
    ports: &Ports,
    org: &OrgId,
    app: &AppId,
    decide: impl Fn(Option<&AppRecord>, Timestamp) -> Option<Changed>,
) -> Result<bool, LedgerError> {
    for _ in 0..TRIES {
        let known = ports.ledger.app(org, app).await?;
        let version = known.as_ref().map_or(0, |record| record.version);
        let Some((record, events)) = decide(known.as_ref(), ports.clock.now()) else { return Ok(false) };
        if ports.ledger.record_app(&AppRecord { version, ..record }, &events).await? {
            return Ok(true);
        }
        tracing::debug!(%org, %app, "somebody else changed an app's record first; it is read anew");
    }
    Err(LedgerError::Store {
        action: "change an app's record",
        reason: "somebody else changed the app's record at every try; it is tried again".to_owned(),
    })
}
