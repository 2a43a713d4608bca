//! Queuing due notifications that have no message: their time has come, their worker crashed, or their message was lost during
//! an outage of the transport.

use futures_util::TryStreamExt as _;

use crate::domain::notification::{Notification, NotificationState};
use crate::ledger::paging;
use crate::usecases::Ports;

use super::NotifyError;
use super::attempt::{IN_FLIGHT, LOST_AFTER};
use super::hold::active_holds;
use super::plan::send_message;

/// How many notifications are read and queued at a time.
const PAGE: u32 = 100;

/// Queues every notification that is due, not settled, and has no message in the queue. Returns their number.
pub async fn queue_due(ports: &Ports) -> Result<usize, NotifyError> {
    let now = ports.clock.now();
    let holds = active_holds(ports).await?;
    let is_held = |notification: &Notification| {
        notification.address().is_some()
            && holds.iter().any(|hold| hold.org.as_ref().is_none_or(|org| *org == notification.org))
    };
    let mut queued = 0;
    let mut pages = paging::pages(PAGE, |page| ports.ledger.open_notifications(now, page));
    while let Some(open) = pages.try_next().await? {
        // A notification that a worker is sending or that waits for a retry already has a message.
        let has_no_message = |notification: &&Notification| match notification.state {
            NotificationState::Sending { since, .. } => now.duration_since(since) >= IN_FLIGHT,
            NotificationState::Waiting { until, .. } => now.duration_since(until) >= LOST_AFTER,
            _ => true,
        };
        let messages: Vec<_> =
            open.iter().filter(has_no_message).filter(|open| !is_held(open)).map(send_message).collect();
        if !messages.is_empty() {
            ports.queues.notifications.send(&messages).await?;
        }
        queued += messages.len();
    }
    Ok(queued)
}
