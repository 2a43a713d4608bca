//! Sending one notification to its recipient, once.
//!
//! A worker claims the notification with one conditional write before it calls the transport. However often the queue
//! delivers the message, only one worker calls. If that worker crashes, the notification stays claimed and it is unknown
//! whether the transport accepted the email. A delivery report then marks it as sent. Without a report, the email is sent
//! again after [`IN_FLIGHT`] with the same `X-Regrant-Notification` header, because a duplicate is better than a lost email.
//!
//! If the transport fails temporarily, the notification waits and its message is delivered again after the delay. A message
//! that arrives before that time is a copy and is deleted. So one message waits per notification, however long the outage.
//! A message that has not arrived within [`LOST_AFTER`] of its time counts as lost, and
//! [`queue_due`](super::queue_due::queue_due) queues another.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::event::EventKind;
use crate::domain::id::{NotificationId, RequestId};
use crate::domain::notification::{Notification, NotificationState, Recipient, WhyDropped};
use crate::metrics::{Metric, count};
use crate::queue::Disposition;
use crate::usecases::Ports;
use crate::usecases::records::app::record_event;
use crate::usecases::records::lease::LeaseGuard;

use super::NotifyError;
use super::attempt::{RACE_RETRY_DELAY, attempt_at};
use super::compose::compose_email;
use super::context::load_context;
use super::group::{Claimed, GroupKey, Unclaimed, claim, claim_group, is_already_sent};
use super::hold::is_on_hold;
use super::hook::call_hook;
use super::send_error::SendError;

pub use super::attempt::{IN_FLIGHT, LOST_AFTER};

/// The longest delay between two attempts.
const MAX_BACKOFF: Duration = Duration::from_mins(10);
/// The delay before a retry while another worker sends to the same person.
const GROUP_RETRY_DELAY: Duration = Duration::from_secs(15);
/// Sends a notification, or says when to retry.
pub async fn send(ports: &Ports, request: &RequestId, id: &NotificationId) -> Result<Disposition, NotifyError> {
    let Some(notification) = ports.ledger.notification(request, id).await? else { return Ok(Disposition::Done) };
    let now = ports.clock.now();
    // A notification that is not due yet is queued again when it is.
    if notification.is_settled() || notification.due_at > now {
        return Ok(Disposition::Done);
    }
    if is_already_sent(ports, &notification).await? {
        return settle(ports, &notification, NotificationState::Sent { at: now, carrier_id: String::new() }).await;
    }
    let attempt = match attempt_at(&notification, now) {
        Ok(attempt) => attempt,
        Err(next) => return Ok(next),
    };
    let context = match load_context(ports, &notification).await? {
        Ok(context) => context,
        Err(why) => return settle(ports, &notification, NotificationState::Dropped { at: now, why }).await,
    };
    if notification.address().is_some() && is_on_hold(ports, &notification).await? {
        // It stays open. `release` plans and queues it again.
        return Ok(Disposition::Done);
    }
    let key = GroupKey::of(&notification, &context);
    let unclaimed = Unclaimed { notification, context, attempt };
    let Some(key) = key else {
        let claimed = claim(ports, unclaimed, None, now).await?;
        return deliver(ports, &claimed.into_iter().collect::<Vec<_>>(), id).await;
    };
    let Some(lease) = LeaseGuard::try_acquire(ports, &key.lease(), IN_FLIGHT).await? else {
        // Another worker is sending to this person, perhaps this very notification.
        return Ok(Disposition::Retry { after: GROUP_RETRY_DELAY });
    };
    let sent = send_group(ports, unclaimed, &key, now, id).await;
    lease.release(ports).await?;
    sent
}

async fn send_group(
    ports: &Ports,
    first: Unclaimed,
    key: &GroupKey,
    now: Timestamp,
    id: &NotificationId,
) -> Result<Disposition, NotifyError> {
    let claimed = claim_group(ports, first, key, now).await?;
    deliver(ports, &claimed, id).await
}

/// Delivers claimed notifications, the leader at the front, and records the result for each. Returns the disposition of the
/// message about `id`.
async fn deliver(ports: &Ports, claimed: &[Claimed], id: &NotificationId) -> Result<Disposition, NotifyError> {
    let retry = Disposition::Retry { after: RACE_RETRY_DELAY };
    let Some((leader, companions)) = claimed.split_first() else { return Ok(retry) };
    let sent = match &leader.notification.recipient {
        Recipient::Mail { .. } => match compose_email(ports, leader, companions).await? {
            Ok(email) => ports.mail.send(&email).await.map(|id| id.0).map_err(SendError::from),
            Err(invalid) => Err(invalid.into()),
        },
        Recipient::Hook { name } => call_hook(ports, name, &leader.notification, &leader.context).await?,
    };
    let mut own = retry;
    for one in claimed {
        let disposition = record_result(ports, one, &sent).await?;
        if one.notification.id == *id {
            own = disposition;
        }
    }
    Ok(own)
}

/// Records the result of an attempt for one of its notifications.
async fn record_result(
    ports: &Ports,
    claimed: &Claimed,
    sent: &Result<String, SendError>,
) -> Result<Disposition, NotifyError> {
    let (now, Claimed { notification: claimed, attempt, .. }) = (ports.clock.now(), claimed);
    match sent {
        Ok(carrier_id) => {
            settle(ports, claimed, NotificationState::Sent { at: now, carrier_id: carrier_id.clone() }).await
        }
        Err(SendError::Retryable { reason }) => {
            let backoff = backoff_after(*attempt);
            let (notification, request, retry_in_seconds) = (&claimed.id, &claimed.request, backoff.as_secs());
            tracing::warn!(%notification, %request, attempt, retry_in_seconds, reason, "failed to send a notification; it will be retried");
            count(Metric::NotificationsDelayed);
            let until = now.saturating_add(backoff).unwrap_or(now);
            let waiting =
                Notification { state: NotificationState::Waiting { until, attempt: *attempt }, ..claimed.clone() };
            // If another worker changed the notification, the retry reads the change.
            let after = if ports.ledger.update_notification(&waiting).await? { backoff } else { RACE_RETRY_DELAY };
            Ok(Disposition::Retry { after })
        }
        Err(SendError::Permanent { reason }) => {
            let (notification, request) = (&claimed.id, &claimed.request);
            tracing::error!(%notification, %request, attempt, reason, "a notification was permanently rejected");
            settle(ports, claimed, NotificationState::Refused { at: now, reason: reason.clone() }).await
        }
    }
}

/// The delay after a number of attempts: 30 seconds, doubled each time up to [`MAX_BACKOFF`].
fn backoff_after(attempt: u32) -> Duration {
    Duration::from_secs(15).saturating_mul(2_u32.saturating_pow(attempt.min(10))).min(MAX_BACKOFF)
}

/// Records the final state of a notification. If another worker changed it, the message is retried and reads the change.
async fn settle(
    ports: &Ports,
    notification: &Notification,
    state: NotificationState,
) -> Result<Disposition, NotifyError> {
    let settled = Notification { state, ..notification.clone() };
    if !ports.ledger.update_notification(&settled).await? {
        return Ok(Disposition::Retry { after: RACE_RETRY_DELAY });
    }
    let (kind, id) = (settled.about.name().to_owned(), settled.id.clone());
    let event = match &settled.state {
        NotificationState::Sent { .. } => {
            count(Metric::NotificationsSent);
            EventKind::Notified { notification: id, request: settled.request.clone(), kind }
        }
        NotificationState::Dropped { why, .. } => {
            count(Metric::NotificationsDropped);
            EventKind::NotNotified { notification: id, kind, why: *why }
        }
        NotificationState::Refused { .. } => {
            count(Metric::NotificationsRefused);
            EventKind::NotNotified { notification: id, kind, why: WhyDropped::Refused }
        }
        NotificationState::Open | NotificationState::Sending { .. } | NotificationState::Waiting { .. } => {
            return Ok(Disposition::Done);
        }
    };
    if let Some(app) = &settled.app {
        record_event(ports, &settled.org, app, event).await?;
    }
    Ok(Disposition::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn backoff_doubles_up_to_ten_minutes() {
        let delays: Vec<u64> = (1..=7).map(|attempt| backoff_after(attempt).as_secs()).collect();
        assert_eq!(delays, [30, 60, 120, 240, 480, 600, 600]);
        assert_eq!(backoff_after(u32::MAX), MAX_BACKOFF);
    }
}
