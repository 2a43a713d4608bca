//! Tell one recipient one thing, once.
//!
//! A worker claims the notice in one conditional write before its carrier is called, so of any number of deliveries of its
//! message one calls. A worker that dies after that leaves it claimed: whether the carrier has the letter is then not
//! known. If the carrier reports that it took it, the notice is sent; if nothing is heard for [`IN_FLIGHT`], the letter
//! goes out again under the same `Message-ID`, since losing it would be worse than a second copy.

use std::time::Duration;

use jiff::SignedDuration;

use crate::counted::{Counted, count};
use crate::domain::event::EventKind;
use crate::domain::id::{NoticeId, RequestId};
use crate::domain::notice::{Notice, NoticeState, Recipient, WhyDropped};
use crate::mail::MailError;
use crate::queue::Next;
use crate::usecases::Ports;
use crate::usecases::invite::record_event;

use super::NotifyError;
use super::hook::call;
use super::matter::{Matter, matter_of};
use super::writing::write;

/// How long a claimed notice is left to whoever claimed it: longer than any call to a carrier takes.
pub const IN_FLIGHT: SignedDuration = SignedDuration::from_mins(5);
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
    let mut attempt = 1;
    if let NoticeState::Sending { since, attempt: before } = notice.state {
        if notice.delivery.is_some() {
            return settle(ports, &notice, NoticeState::Sent { at: now, carrier_id: String::new() }).await;
        }
        let left = IN_FLIGHT.saturating_sub(now.duration_since(since));
        if left.is_positive() {
            return Ok(Next::Again { after: Duration::try_from(left).unwrap_or(SOON) });
        }
        attempt = before + 1;
    }
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

async fn tell(ports: &Ports, claimed: Notice, matter: &Matter, attempt: u32) -> Result<Next, NotifyError> {
    let told = match &claimed.recipient {
        Recipient::Mail { .. } => match write(ports, &claimed, matter).await? {
            Ok(letter) => ports.mail.send(&letter).await.map(|id| id.0),
            Err(invalid) => Err(invalid.into()),
        },
        Recipient::Hook { name } => call(ports, name, &claimed, matter).await?,
    };
    let now = ports.clock.now();
    match told {
        Ok(carrier_id) => settle(ports, &claimed, NoticeState::Sent { at: now, carrier_id }).await,
        Err(MailError::NotNow { reason }) => {
            tracing::warn!(notice = %claimed.id, request = %claimed.request, attempt, reason, "a notice could not be sent now");
            count(Counted::NoticesDelayed);
            let again = Notice {
                state: NoticeState::Sending { since: now.saturating_sub(IN_FLIGHT).unwrap_or(now), attempt },
                ..claimed
            };
            ports.ledger.update_notice(&again).await?;
            Ok(Next::Again { after: pause_after(attempt) })
        }
        Err(error @ (MailError::Refused { .. } | MailError::Invalid(_))) => {
            let reason = error.to_string();
            tracing::error!(notice = %claimed.id, request = %claimed.request, reason, "a notice was refused for good");
            settle(ports, &claimed, NoticeState::Refused { at: now, reason }).await
        }
    }
}

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
        NoticeState::Open | NoticeState::Sending { .. } => return Ok(Next::Done),
    };
    if let Some(app) = &settled.app {
        record_event(ports, &settled.org, app, event).await?;
    }
    Ok(Next::Done)
}
