//! When a notification may be attempted: how long a claim lasts, and when its message may come.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::domain::notification::{Notification, NotificationState};
use crate::queue::Disposition;

/// How long a claimed notification is left to its worker: longer than any call to a transport takes.
pub const IN_FLIGHT: SignedDuration = SignedDuration::from_mins(5);
/// How late the message of a waiting notification may be: a queue with a backlog delivers late.
pub const LOST_AFTER: SignedDuration = SignedDuration::from_mins(15);
/// How early a notification's own message may arrive: the clocks of two workers may differ.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_secs(10);
/// The delay before a retry after another worker wrote first.
pub(super) const RACE_RETRY_DELAY: Duration = Duration::from_secs(2);

/// The number of the attempt that is due, or what to do with the message if none is due.
pub(super) fn attempt_at(notification: &Notification, now: Timestamp) -> Result<u32, Disposition> {
    let (remaining, previous_attempt) = match notification.state {
        NotificationState::Sending { since, attempt } => (IN_FLIGHT.saturating_sub(now.duration_since(since)), attempt),
        // This message is a copy: the notification's own message is not delivered that early.
        NotificationState::Waiting { until, .. } if until.duration_since(now) > CLOCK_SKEW => {
            return Err(Disposition::Done);
        }
        NotificationState::Waiting { until, attempt } => (until.duration_since(now), attempt),
        NotificationState::Open
        | NotificationState::Sent { .. }
        | NotificationState::Refused { .. }
        | NotificationState::Dropped { .. } => {
            return Ok(1);
        }
    };
    if remaining.is_positive() {
        return Err(Disposition::Retry { after: Duration::try_from(remaining).unwrap_or(RACE_RETRY_DELAY) });
    }
    Ok(previous_attempt.saturating_add(1))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::*;
    use crate::domain::contact::Audience;
    use crate::domain::notification::{About, Draft, Recipient};

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
    fn early_message_is_a_copy_unless_within_clock_skew() {
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
    fn claimed_notification_is_retried_only_after_in_flight_time() {
        let sending = notification(NotificationState::Sending { since: at(0), attempt: 1 });
        assert_eq!(attempt_at(&sending, at(299)), Err(Disposition::Retry { after: Duration::from_secs(1) }));
        assert_eq!(attempt_at(&sending, at(300)), Ok(2));
        assert_eq!(attempt_at(&notification(NotificationState::Open), at(0)), Ok(1));
    }
}
