//! Waivers: an operator postpones an app to a date and records the reason.

use jiff::{SignedDuration, Timestamp};

use crate::domain::app::AppRecord;
use crate::domain::event::{AppEvent, EventKind};
use crate::domain::id::{AppId, OrgId};
use crate::domain::text::UntrustedText;
use crate::domain::waiver::Waiver;
use crate::ledger::LedgerError;
use crate::usecases::Ports;
use crate::usecases::records::app::update_app;

/// The longest duration of a waiver.
const MAX_DURATION: SignedDuration = SignedDuration::from_hours(366 * 24);
/// The most characters of a reason.
const MAX_REASON_LENGTH: usize = 500;

/// Why no waiver was recorded.
#[derive(Debug, thiserror::Error)]
pub enum WaiveError {
    /// The app is not in the ledger.
    #[error("this app is not known; `regrant status` lists the known apps")]
    NoSuchApp,
    /// The reason is empty or too long.
    #[error("a waiver needs a reason of 1 to 500 characters that others will understand later")]
    NoReason,
    /// The end is not in the future.
    #[error("the end of a waiver must be in the future; choose a later date")]
    NoEnd,
    /// The end is too far in the future.
    #[error("a waiver lasts at most one year; choose an earlier date and renew the waiver if needed")]
    TooLong,
    /// The ledger operation failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Waives an app until `ends_at`: no one is emailed about it before then.
pub async fn waive(
    ports: &Ports,
    org: &OrgId,
    app: &AppId,
    reason: &str,
    ends_at: Timestamp,
) -> Result<Waiver, WaiveError> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > MAX_REASON_LENGTH {
        return Err(WaiveError::NoReason);
    }
    let now = ports.clock.now();
    check_end(now, ends_at)?;
    ports.ledger.app(org, app).await?.ok_or(WaiveError::NoSuchApp)?;
    let reason = UntrustedText::new(reason);
    let waiver = Waiver { org: org.clone(), app: app.clone(), reason: reason.clone(), given_at: now, ends_at };
    ports.ledger.put_waiver(&waiver).await?;
    set_waived(ports, org, app, Some(ends_at), EventKind::Waived { reason, until: ends_at }).await?;
    Ok(waiver)
}

/// Checks the end of a waiver that would be given at `now`.
pub fn check_end(now: Timestamp, ends_at: Timestamp) -> Result<(), WaiveError> {
    let duration = ends_at.duration_since(now);
    if !duration.is_positive() {
        Err(WaiveError::NoEnd)
    } else if duration > MAX_DURATION {
        Err(WaiveError::TooLong)
    } else {
        Ok(())
    }
}

/// Removes an app's waiver. `false` if there was none.
pub async fn end_waiver(ports: &Ports, org: &OrgId, app: &AppId) -> Result<bool, WaiveError> {
    ports.ledger.app(org, app).await?.ok_or(WaiveError::NoSuchApp)?;
    let removed = ports.ledger.remove_waiver(org, app).await?;
    if removed {
        set_waived(ports, org, app, None, EventKind::WaiverRemoved).await?;
    }
    Ok(removed)
}

/// Records in the app's own record until when it is waived, so that lists need not read its waiver.
async fn set_waived(
    ports: &Ports,
    org: &OrgId,
    app: &AppId,
    until: Option<Timestamp>,
    kind: EventKind,
) -> Result<(), LedgerError> {
    let by = ports.actor.clone();
    update_app(ports, org, app, |known, at| {
        let record = AppRecord { waived_until: until, ..known?.clone() };
        Some((record, vec![AppEvent { at, by: by.clone(), kind: kind.clone() }]))
    })
    .await
    .map(drop)
}
