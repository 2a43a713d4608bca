//! Take up what was left lying: notifications whose time has come, those that a worker died over, and those whose message was
//! lost while their transport was out.

use futures_util::TryStreamExt as _;

use crate::domain::notification::{Notification, NotificationState};
use crate::ledger::paging;
use crate::usecases::Ports;

use super::NotifyError;
use super::plan::to_be_sent;
use super::send::{IN_FLIGHT, LOST_AFTER};

/// How many are queued at once.
const PAGE: u32 = 100;

/// Queues every notification that is due and not settled, but for those that have a message of their own. Gives how many.
pub async fn sweep(ports: &Ports) -> Result<usize, NotifyError> {
    let now = ports.clock.now();
    let mut queued = 0;
    let mut pages = paging::pages(PAGE, |page| ports.ledger.open_notifications(now, page));
    while let Some(open) = pages.try_next().await? {
        // One that somebody is at, or that waits for its transport, has its message already.
        let is_left = |notification: &&Notification| match notification.state {
            NotificationState::Sending { since, .. } => now.duration_since(since) >= IN_FLIGHT,
            NotificationState::Waiting { until, .. } => now.duration_since(until) >= LOST_AFTER,
            _ => true,
        };
        let messages: Vec<_> = open.iter().filter(is_left).map(to_be_sent).collect();
        if !messages.is_empty() {
            ports.notifications.send(&messages).await?;
        }
        queued += messages.len();
    }
    Ok(queued)
}
