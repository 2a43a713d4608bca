//! The queue of notifications worked off in this process: what SQS and the notify function do together in AWS.

use std::time::Duration;

use regrant::queue::{Delivery, Message, Next, QueueError};
use regrant::usecases::Ports;

use crate::work::work;

/// How long one notification may take before its message is handed out again.
const VISIBILITY: Duration = Duration::from_mins(10);

/// Why the queue was not worked off. What it still holds is done when it is worked off again.
#[derive(Debug, thiserror::Error)]
pub enum DrainError {
    /// The queue did not serve.
    #[error(transparent)]
    Queue(#[from] QueueError),
}

/// Works off what the queue shows now; what has to wait is seen again later. Gives how much was done.
pub async fn drain(ports: &Ports) -> Result<usize, DrainError> {
    let (mut done, mut waiting) = (0, Vec::new());
    while let Some(delivery) = ports.notifications.receive(1, VISIBILITY).await?.into_iter().next() {
        let Delivery { message, receipt, .. } = &delivery;
        // The same work is waiting already, as this message or as a copy of it; the ledger brings back what is not done.
        if waiting.contains(message) {
            ports.notifications.delete(receipt).await?;
            continue;
        }
        if is_of_another_function(message) {
            tracing::error!("a message of another function is in the queue of notifications; it is dropped");
            ports.notifications.delete(receipt).await?;
            continue;
        }
        match work(ports, message).await {
            Next::Done => {
                ports.notifications.delete(receipt).await?;
                done += 1;
            }
            Next::Again { after } => {
                ports.notifications.release(receipt, after).await?;
                waiting.push(delivery.message);
            }
        }
    }
    Ok(done)
}

const fn is_of_another_function(message: &Message) -> bool {
    matches!(message, Message::ScanOrg { .. } | Message::SaveApp { .. })
}
