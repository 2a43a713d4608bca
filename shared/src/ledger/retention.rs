//! How long the ledger keeps each kind of record. Both stores compute expiry here: `DynamoDB` deletes by Time to Live,
//! `SQLite` in [`Ledger::delete_expired`](super::Ledger::delete_expired).
//!
//! Kept without limit: events and signed digests, which are the audit trail; mutes, because an opt-out has no end; suppressions, until an
//! operator lifts them. The remaining records are bounded in number, one per org or app, and are replaced or removed with
//! their owner: orgs, apps, waivers and watches (removed with the org) and save journals (the last one of each app).

use jiff::{SignedDuration, Timestamp};

use crate::domain::invitation::{Closed, Invitation};
use crate::domain::notification::{About, Notification};
use crate::domain::session::AuthorizationSession;

/// How long a session is kept after its pages have ended, so that a late visitor still sees why.
pub const SESSION: SignedDuration = SignedDuration::from_hours(24);
/// How long an invitation is kept after it was used or revoked or has expired, so that its link still says why it does not
/// work. The audit trail keeps who was invited, and when.
pub const INVITATION: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long a settled notification of a single date or change is kept after it was due: over a year, for annual reviews.
pub const NOTIFICATION: SignedDuration = SignedDuration::from_hours(400 * 24);
/// How long a scan and its result for each org are kept after the scan started.
pub const SCAN: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How long a snapshot of the estate is kept: over a year, for annual reviews.
pub const SNAPSHOT: SignedDuration = SignedDuration::from_hours(400 * 24);
/// How long a lease that was not released is kept after it ended.
pub const LEASE: SignedDuration = SignedDuration::from_hours(24);

/// When a session may be deleted.
pub fn session_expires_at(session: &AuthorizationSession) -> Timestamp {
    after(session.ends_at(), SESSION)
}

/// When an invitation may be deleted.
pub fn invitation_expires_at(invitation: &Invitation) -> Timestamp {
    invitation.closed.map_or_else(|| after(invitation.expires_at, INVITATION), closed_invitation_expires_at)
}

/// When an invitation that was closed may be deleted.
pub fn closed_invitation_expires_at(closed: Closed) -> Timestamp {
    after(closed.at, INVITATION)
}

/// When a notification may be deleted; `None` for one that is kept.
///
/// A notification prevents a second one for the same reason, so it is kept as long as that reason can come up again. Only
/// a weekly digest and a change of standing belong to a single date or moment, which does not return.
pub fn notification_expires_at(notification: &Notification) -> Option<Timestamp> {
    let is_single = matches!(
        notification.about,
        About::Digest { .. } | About::StandingChanged { .. } | About::RequestChanged { .. }
    );
    (notification.is_settled() && is_single).then(|| after(notification.due_at, NOTIFICATION))
}

/// When a scan that started at `started_at` may be deleted.
pub fn scan_expires_at(started_at: Timestamp) -> Timestamp {
    after(started_at, SCAN)
}

/// When a snapshot of the estate may be deleted.
pub fn snapshot_expires_at(at: Timestamp) -> Timestamp {
    after(at, SNAPSHOT)
}

/// When a lease that ends at `until` may be deleted.
pub fn lease_expires_at(until: Timestamp) -> Timestamp {
    after(until, LEASE)
}

fn after(time: Timestamp, duration: SignedDuration) -> Timestamp {
    time.saturating_add(duration).unwrap_or(Timestamp::MAX)
}
