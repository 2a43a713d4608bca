//! Waive: leave an app as it is until a day, for a reason that is written down.

use jiff::{SignedDuration, Timestamp};

use crate::domain::event::EventKind;
use crate::domain::id::{AppId, OrgId};
use crate::domain::text::UntrustedText;
use crate::domain::waiver::Waiver;
use crate::ledger::LedgerError;
use crate::usecases::Ports;
use crate::usecases::records::app::record_event;

/// The longest that an app is left as it is at once.
const LONGEST: SignedDuration = SignedDuration::from_hours(366 * 24);
/// The longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// Why there is no waiver.
#[derive(Debug, thiserror::Error)]
pub enum WaiveError {
    /// The app is not in the ledger.
    #[error("there is no such app; `regrant status` shows those there are")]
    NoSuchApp,
    /// Nobody would know why.
    #[error("a waiver needs a reason of 1 to 500 characters: whoever reads it later has to understand it")]
    NoReason,
    /// It would have ended already.
    #[error("a waiver ends in the future; name a day that is to come")]
    NoEnd,
    /// It would be forgotten.
    #[error("a waiver lasts a year at the most; give it again then if it is still right")]
    TooLong,
    /// The ledger did not serve.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Leaves an app as it is until `ends_at`.
pub async fn waive(
    ports: &Ports,
    org: &OrgId,
    app: &AppId,
    reason: &str,
    ends_at: Timestamp,
) -> Result<Waiver, WaiveError> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
        return Err(WaiveError::NoReason);
    }
    let now = ports.clock.now();
    let lasts = ends_at.duration_since(now);
    if !lasts.is_positive() {
        return Err(WaiveError::NoEnd);
    }
    if lasts > LONGEST {
        return Err(WaiveError::TooLong);
    }
    ports.ledger.app(org, app).await?.ok_or(WaiveError::NoSuchApp)?;
    let reason = UntrustedText::new(reason);
    let waiver = Waiver { org: org.clone(), app: app.clone(), reason: reason.clone(), given_at: now, ends_at };
    ports.ledger.put_waiver(&waiver).await?;
    record_event(ports, org, app, EventKind::Waived { reason, until: ends_at }).await?;
    Ok(waiver)
}

/// Ends an app's waiver. `false` where there was none.
pub async fn end_waiver(ports: &Ports, org: &OrgId, app: &AppId) -> Result<bool, WaiveError> {
    ports.ledger.app(org, app).await?.ok_or(WaiveError::NoSuchApp)?;
    let removed = ports.ledger.remove_waiver(org, app).await?;
    if removed {
        record_event(ports, org, app, EventKind::WaiverRemoved).await?;
    }
    Ok(removed)
}
