//! Take up what was left lying: notifications whose time has come, those that a worker died over, and those whose message was
//! lost while their transport was out.

use crate::domain::notification::{Notification, NotificationState};
use crate::ledger::PageRequest;
use crate::usecases::Ports;

use super::NotifyError;
use super::plan::to_be_sent;
use super::send::{IN_FLIGHT, LOST_AFTER};

/// How many are queued at once.
const PAGE: u32 = 100;

/// Queues every notification that is due and not settled, but for those that have a message of their own. Gives how many.
pub async fn sweep(ports: &Ports) -> Result<usize, NotifyError> {
    let now = ports.clock.now();
    let (mut page, mut queued) = (PageRequest::first(PAGE), 0);
    loop {
        let open = ports.ledger.open_notifications(now, page).await?;
        // One that somebody is at, or that waits for its transport, has its message already.
        let is_left = |notification: &&Notification| match notification.state {
            NotificationState::Sending { since, .. } => now.duration_since(since) >= IN_FLIGHT,
            NotificationState::Waiting { until, .. } => now.duration_since(until) >= LOST_AFTER,
            _ => true,
        };
        let messages: Vec<_> = open.items.iter().filter(is_left).map(to_be_sent).collect();
        if !messages.is_empty() {
            ports.queues.notifications.send(&messages).await?;
        }
        queued += messages.len();
        let Some(after) = open.next else { return Ok(queued) };
        page = PageRequest { after: Some(after), limit: PAGE };
    }
}
