//! Tell one recipient one thing, once.
//!
//! A worker claims the notification in one conditional write before its transport is called, so of any number of deliveries of its
//! message one calls. A worker that dies after that leaves it claimed: whether the transport has the email is then not
//! known. If the transport reports that it took it, the notification is sent; if nothing is heard for [`IN_FLIGHT`], the email
//! goes out again under the same `Message-ID`, since losing it would be worse than a second copy.
//!
//! Where the transport cannot take it now, the notification waits, and its message comes again when that time is over. A message
//! that comes earlier is a copy and ends there: so, however long a transport is out, one message waits for each notification. A
//! message that does not come for [`LOST_AFTER`] is taken for lost, and the sweep sends another.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::domain::event::EventKind;
use crate::domain::id::{NotificationId, RequestId};
use crate::domain::notification::{Notification, NotificationState, Recipient, WhyDropped};
use crate::metrics::{Metric, count};
use crate::queue::Disposition;
use crate::usecases::Ports;
use crate::usecases::records::app::record_event;

use super::NotifyError;
use super::hook::call;
use super::matter::{Matter, matter_of};
use super::not_told::NotTold;
use super::writing::write;

/// How long a claimed notification is left to whoever claimed it: longer than any call to a transport takes.
pub const IN_FLIGHT: SignedDuration = SignedDuration::from_mins(5);
/// How long after its time the message of a notification that waits may still come: queues are behind when much waits.
pub const LOST_AFTER: SignedDuration = SignedDuration::from_mins(15);
/// How much too early a notification's own message may come: the clocks of two workers are not quite the same.
const EARLY: SignedDuration = SignedDuration::from_secs(10);
/// The longest that a refused attempt waits for the next.
const LONGEST_PAUSE: Duration = Duration::from_mins(10);
/// How long until the next attempt where somebody else wrote first.
const SOON: Duration = Duration::from_secs(2);

/// Sends a notification, or says when to come again.
pub async fn send(ports: &Ports, request: &RequestId, id: &NotificationId) -> Result<Disposition, NotifyError> {
    let Some(notification) = ports.ledger.notification(request, id).await? else { return Ok(Disposition::Done) };
    let now = ports.clock.now();
    // Its time has not come: the sweep brings it when it has.
    if notification.is_settled() || notification.due_at > now {
        return Ok(Disposition::Done);
    }
    // The transport has it, whatever became of its answer.
    if notification.delivery.is_some() {
        return settle(ports, &notification, NotificationState::Sent { at: now, carrier_id: String::new() }).await;
    }
    let attempt = match attempt_at(&notification, now) {
        Ok(attempt) => attempt,
        Err(next) => return Ok(next),
    };
    let matter = match matter_of(ports, &notification).await? {
        Ok(matter) => matter,
        Err(why) => return settle(ports, &notification, NotificationState::Dropped { at: now, why }).await,
    };
    let claimed = Notification { state: NotificationState::Sending { since: now, attempt }, ..notification };
    if !ports.ledger.update_notification(&claimed).await? {
        return Ok(Disposition::Retry { after: SOON });
    }
    let claimed = Notification { version: claimed.version + 1, ..claimed };
    tell(ports, claimed, &matter, attempt).await
}

/// Which attempt is due, or what becomes of the message where none is.
fn attempt_at(notification: &Notification, now: Timestamp) -> Result<u32, Disposition> {
    let (left, before) = match notification.state {
        NotificationState::Sending { since, attempt } => (IN_FLIGHT.saturating_sub(now.duration_since(since)), attempt),
        // The notification's own message comes when the time is over, and not so long before.
        NotificationState::Waiting { until, .. } if until.duration_since(now) > EARLY => return Err(Disposition::Done),
        NotificationState::Waiting { until, attempt } => (until.duration_since(now), attempt),
        NotificationState::Open
        | NotificationState::Sent { .. }
        | NotificationState::Refused { .. }
        | NotificationState::Dropped { .. } => {
            return Ok(1);
        }
    };
    if left.is_positive() {
        return Err(Disposition::Retry { after: Duration::try_from(left).unwrap_or(SOON) });
    }
    Ok(before.saturating_add(1))
}

async fn tell(ports: &Ports, claimed: Notification, matter: &Matter, attempt: u32) -> Result<Disposition, NotifyError> {
    let told = match &claimed.recipient {
        Recipient::Mail { .. } => match write(ports, &claimed, matter).await? {
            Ok(email) => ports.mail.send(&email).await.map(|id| id.0).map_err(NotTold::from),
            Err(invalid) => Err(invalid.into()),
        },
        Recipient::Hook { name } => call(ports, name, &claimed, matter).await?.map(|()| String::new()),
    };
    let now = ports.clock.now();
    match told {
        Ok(carrier_id) => settle(ports, &claimed, NotificationState::Sent { at: now, carrier_id }).await,
        Err(NotTold::NotNow { reason }) => {
            let pause = pause_after(attempt);
            let (notification, request, seconds) = (&claimed.id, &claimed.request, pause.as_secs());
            tracing::warn!(%notification, %request, attempt, seconds, reason, "a notification could not be sent now; it is tried again");
            count(Metric::NotificationsDelayed);
            let until = now.saturating_add(pause).unwrap_or(now);
            let waiting = Notification { state: NotificationState::Waiting { until, attempt }, ..claimed };
            // Where somebody else changed it meanwhile, its message finds how.
            let after = if ports.ledger.update_notification(&waiting).await? { pause } else { SOON };
            Ok(Disposition::Retry { after })
        }
        Err(NotTold::Never { reason }) => {
            let (notification, request) = (&claimed.id, &claimed.request);
            tracing::error!(%notification, %request, attempt, reason, "a notification was refused for good");
            settle(ports, &claimed, NotificationState::Refused { at: now, reason }).await
        }
    }
}

/// How long a notification waits after so many attempts: half a minute, then twice as long each time.
fn pause_after(attempt: u32) -> Duration {
    Duration::from_secs(15).saturating_mul(2_u32.saturating_pow(attempt.min(10))).min(LONGEST_PAUSE)
}

/// Writes how a notification ended. Where somebody else changed it meanwhile, its message comes again and finds how.
async fn settle(
    ports: &Ports,
    notification: &Notification,
    state: NotificationState,
) -> Result<Disposition, NotifyError> {
    let settled = Notification { state, ..notification.clone() };
    if !ports.ledger.update_notification(&settled).await? {
        return Ok(Disposition::Retry { after: SOON });
    }
    let (kind, name) = (settled.about.name().to_owned(), settled.id.clone());
    let event = match &settled.state {
        NotificationState::Sent { .. } => {
            count(Metric::NotificationsSent);
            EventKind::Notified { notification: name, request: settled.request.clone(), kind }
        }
        NotificationState::Dropped { why, .. } => {
            count(Metric::NotificationsDropped);
            EventKind::NotNotified { notification: name, kind, why: *why }
        }
        NotificationState::Refused { .. } => {
            count(Metric::NotificationsRefused);
            EventKind::NotNotified { notification: name, kind, why: WhyDropped::Refused }
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
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;
    use crate::domain::contact::Audience;
    use crate::domain::notification::{About, Draft};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn notification(state: NotificationState) -> Notification {
        let draft = Draft {
            request: "RG-A".parse().unwrap(),
            org: "00oInvented".parse().unwrap(),
            app: None,
            about: About::Urgent,
            recipient: Recipient::Mail {
                address: "ada@contoso.example".parse().unwrap(),
                audience: Audience::MicrosoftAdministrator,
            },
            due_at: at(0),
        };
        Notification { state, ..draft.into_notification(at(0)) }
    }

    #[test]
    fn each_attempt_waits_twice_as_long_up_to_ten_minutes() {
        let pauses: Vec<u64> = (1..=7).map(|attempt| pause_after(attempt).as_secs()).collect();
        assert_eq!(pauses, [30, 60, 120, 240, 480, 600, 600]);
        assert_eq!(pause_after(u32::MAX), LONGEST_PAUSE);
    }

    #[test]
    fn a_message_that_comes_too_early_is_a_copy_and_one_that_is_a_little_early_is_not() {
        let waiting = notification(NotificationState::Waiting { until: at(600), attempt: 6 });
        assert_eq!(attempt_at(&waiting, at(0)), Err(Disposition::Done));
        assert_eq!(attempt_at(&waiting, at(589)), Err(Disposition::Done));
        assert_eq!(attempt_at(&waiting, at(590)), Err(Disposition::Retry { after: Duration::from_secs(10) }));
        assert_eq!(attempt_at(&waiting, at(600)), Ok(7));
        assert_eq!(
            attempt_at(&notification(NotificationState::Waiting { until: at(0), attempt: u32::MAX }), at(9)),
            Ok(u32::MAX)
        );
    }

    #[test]
    fn what_somebody_is_at_is_left_to_them_until_they_must_have_died() {
        let sending = notification(NotificationState::Sending { since: at(0), attempt: 1 });
        assert_eq!(attempt_at(&sending, at(299)), Err(Disposition::Retry { after: Duration::from_secs(1) }));
        assert_eq!(attempt_at(&sending, at(300)), Ok(2));
        assert_eq!(attempt_at(&notification(NotificationState::Open), at(0)), Ok(1));
    }
}
