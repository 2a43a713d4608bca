//! Tell one recipient one thing, once.
//!
//! A worker claims the notice in one conditional write before its carrier is called, so of any number of deliveries of its
//! message one calls. A worker that dies after that leaves it claimed: whether the carrier has the letter is then not
//! known. If the carrier reports that it took it, the notice is sent; if nothing is heard for [`IN_FLIGHT`], the letter
//! goes out again under the same `Message-ID`, since losing it would be worse than a second copy.
//!
//! Where the carrier cannot take it now, the notice waits, and its message comes again when that time is over. A message
//! that comes earlier is a copy and ends there: so, however long a carrier is out, one message waits for each notice. A
//! message that does not come for [`LOST_AFTER`] is taken for lost, and the sweep sends another.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::counted::{Counted, count};
use crate::domain::event::EventKind;
use crate::domain::id::{NoticeId, RequestId};
use crate::domain::notice::{Notice, NoticeState, Recipient, WhyDropped};
use crate::queue::Next;
use crate::usecases::Ports;
use crate::usecases::records::app::record_event;

use super::NotifyError;
use super::hook::call;
use super::matter::{Matter, matter_of};
use super::not_told::NotTold;
use super::writing::write;

/// How long a claimed notice is left to whoever claimed it: longer than any call to a carrier takes.
pub const IN_FLIGHT: SignedDuration = SignedDuration::from_mins(5);
/// How long after its time the message of a notice that waits may still come: queues are behind when much waits.
pub const LOST_AFTER: SignedDuration = SignedDuration::from_mins(15);
/// How much too early a notice's own message may come: the clocks of two workers are not quite the same.
const EARLY: SignedDuration = SignedDuration::from_secs(10);
/// The longest that a refused attempt waits for the next.
const LONGEST_PAUSE: Duration = Duration::from_mins(10);
/// How long until the next attempt where somebody else wrote first.
const SOON: Duration = Duration::from_secs(2);

/// Sends a notice, or says when to come again.
pub async fn send(ports: &Ports, request: &RequestId, id: &NoticeId) -> Result<Next, NotifyError> {
    let Some(notice) = ports.ledger.notice(request, id).await? else { return Ok(Next::Done) };
    let now = ports.clock.now();
    // Its time has not come: the sweep brings it when it has.
    if notice.is_settled() || notice.due_at > now {
        return Ok(Next::Done);
    }
    // The carrier has it, whatever became of its answer.
    if notice.delivery.is_some() {
        return settle(ports, &notice, NoticeState::Sent { at: now, carrier_id: String::new() }).await;
    }
    let attempt = match attempt_at(&notice, now) {
        Ok(attempt) => attempt,
        Err(next) => return Ok(next),
    };
    let matter = match matter_of(ports, &notice).await? {
        Ok(matter) => matter,
        Err(why) => return settle(ports, &notice, NoticeState::Dropped { at: now, why }).await,
    };
    let claimed = Notice { state: NoticeState::Sending { since: now, attempt }, ..notice };
    if !ports.ledger.update_notice(&claimed).await? {
        return Ok(Next::Again { after: SOON });
    }
    let claimed = Notice { version: claimed.version + 1, ..claimed };
    tell(ports, claimed, &matter, attempt).await
}

/// Which attempt is due, or what becomes of the message where none is.
fn attempt_at(notice: &Notice, now: Timestamp) -> Result<u32, Next> {
    let (left, before) = match notice.state {
        NoticeState::Sending { since, attempt } => (IN_FLIGHT.saturating_sub(now.duration_since(since)), attempt),
        // The notice's own message comes when the time is over, and not so long before.
        NoticeState::Waiting { until, .. } if until.duration_since(now) > EARLY => return Err(Next::Done),
        NoticeState::Waiting { until, attempt } => (until.duration_since(now), attempt),
        NoticeState::Open | NoticeState::Sent { .. } | NoticeState::Refused { .. } | NoticeState::Dropped { .. } => {
            return Ok(1);
        }
    };
    if left.is_positive() {
        return Err(Next::Again { after: Duration::try_from(left).unwrap_or(SOON) });
    }
    Ok(before.saturating_add(1))
}

async fn tell(ports: &Ports, claimed: Notice, matter: &Matter, attempt: u32) -> Result<Next, NotifyError> {
    let told = match &claimed.recipient {
        Recipient::Mail { .. } => match write(ports, &claimed, matter).await? {
            Ok(letter) => ports.mail.send(&letter).await.map(|id| id.0).map_err(NotTold::from),
            Err(invalid) => Err(invalid.into()),
        },
        Recipient::Hook { name } => call(ports, name, &claimed, matter).await?.map(|()| String::new()),
    };
    let now = ports.clock.now();
    match told {
        Ok(carrier_id) => settle(ports, &claimed, NoticeState::Sent { at: now, carrier_id }).await,
        Err(NotTold::NotNow { reason }) => {
            let pause = pause_after(attempt);
            let (notice, request, seconds) = (&claimed.id, &claimed.request, pause.as_secs());
            tracing::warn!(%notice, %request, attempt, seconds, reason, "a notice could not be sent now; it is tried again");
            count(Counted::NoticesDelayed);
            let until = now.saturating_add(pause).unwrap_or(now);
            let waiting = Notice { state: NoticeState::Waiting { until, attempt }, ..claimed };
            // Where somebody else changed it meanwhile, its message finds how.
            let after = if ports.ledger.update_notice(&waiting).await? { pause } else { SOON };
            Ok(Next::Again { after })
        }
        Err(NotTold::Never { reason }) => {
            let (notice, request) = (&claimed.id, &claimed.request);
            tracing::error!(%notice, %request, attempt, reason, "a notice was refused for good");
            settle(ports, &claimed, NoticeState::Refused { at: now, reason }).await
        }
    }
}

/// How long a notice waits after so many attempts: half a minute, then twice as long each time.
fn pause_after(attempt: u32) -> Duration {
    Duration::from_secs(15).saturating_mul(2_u32.saturating_pow(attempt.min(10))).min(LONGEST_PAUSE)
}

/// Writes how a notice ended. Where somebody else changed it meanwhile, its message comes again and finds how.
async fn settle(ports: &Ports, notice: &Notice, state: NoticeState) -> Result<Next, NotifyError> {
    let settled = Notice { state, ..notice.clone() };
    if !ports.ledger.update_notice(&settled).await? {
        return Ok(Next::Again { after: SOON });
    }
    let (kind, name) = (settled.about.name().to_owned(), settled.id.clone());
    let event = match &settled.state {
        NoticeState::Sent { .. } => {
            count(Counted::NoticesSent);
            EventKind::Notified { notice: name, request: settled.request.clone(), kind }
        }
        NoticeState::Dropped { why, .. } => {
            count(Counted::NoticesDropped);
            EventKind::NotNotified { notice: name, kind, why: *why }
        }
        NoticeState::Refused { .. } => {
            count(Counted::NoticesRefused);
            EventKind::NotNotified { notice: name, kind, why: WhyDropped::Refused }
        }
        NoticeState::Open | NoticeState::Sending { .. } | NoticeState::Waiting { .. } => return Ok(Next::Done),
    };
    if let Some(app) = &settled.app {
        record_event(ports, &settled.org, app, event).await?;
    }
    Ok(Next::Done)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;
    use crate::domain::contact::Audience;
    use crate::domain::notice::{About, Draft};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn notice(state: NoticeState) -> Notice {
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
        Notice { state, ..draft.made(at(0)) }
    }

    #[test]
    fn each_attempt_waits_twice_as_long_up_to_ten_minutes() {
        let pauses: Vec<u64> = (1..=7).map(|attempt| pause_after(attempt).as_secs()).collect();
        assert_eq!(pauses, [30, 60, 120, 240, 480, 600, 600]);
        assert_eq!(pause_after(u32::MAX), LONGEST_PAUSE);
    }

    #[test]
    fn a_message_that_comes_too_early_is_a_copy_and_one_that_is_a_little_early_is_not() {
        let waiting = notice(NoticeState::Waiting { until: at(600), attempt: 6 });
        assert_eq!(attempt_at(&waiting, at(0)), Err(Next::Done));
        assert_eq!(attempt_at(&waiting, at(589)), Err(Next::Done));
        assert_eq!(attempt_at(&waiting, at(590)), Err(Next::Again { after: Duration::from_secs(10) }));
        assert_eq!(attempt_at(&waiting, at(600)), Ok(7));
        assert_eq!(attempt_at(&notice(NoticeState::Waiting { until: at(0), attempt: u32::MAX }), at(9)), Ok(u32::MAX));
    }

    #[test]
    fn what_somebody_is_at_is_left_to_them_until_they_must_have_died() {
        let sending = notice(NoticeState::Sending { since: at(0), attempt: 1 });
        assert_eq!(attempt_at(&sending, at(299)), Err(Next::Again { after: Duration::from_secs(1) }));
        assert_eq!(attempt_at(&sending, at(300)), Ok(2));
        assert_eq!(attempt_at(&notice(NoticeState::Open), at(0)), Ok(1));
    }
}
