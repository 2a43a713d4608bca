//! Take up what was left lying: notices whose time has come, those that a worker died over, and those whose message was
//! lost while their carrier was out.

use crate::domain::notice::{Notice, NoticeState};
use crate::ledger::PageRequest;
use crate::usecases::Ports;

use super::NotifyError;
use super::plan::to_be_sent;
use super::send::{IN_FLIGHT, LOST_AFTER};

/// How many are queued at once.
const PAGE: u32 = 100;

/// Queues every notice that is due and not settled, but for those that have a message of their own. Gives how many.
pub async fn sweep(ports: &Ports) -> Result<usize, NotifyError> {
    let now = ports.clock.now();
    let (mut page, mut queued) = (PageRequest::first(PAGE), 0);
    loop {
        let open = ports.ledger.open_notices(now, page).await?;
        // One that somebody is at, or that waits for its carrier, has its message already.
        let is_left = |notice: &&Notice| match notice.state {
            NoticeState::Sending { since, .. } => now.duration_since(since) >= IN_FLIGHT,
            NoticeState::Waiting { until, .. } => now.duration_since(until) >= LOST_AFTER,
            _ => true,
        };
        let messages: Vec<_> = open.items.iter().filter(is_left).map(to_be_sent).collect();
        if !messages.is_empty() {
            ports.notices.send(&messages).await?;
        }
        queued += messages.len();
        let Some(after) = open.next else { return Ok(queued) };
        page = PageRequest { after: Some(after), limit: PAGE };
    }
}
