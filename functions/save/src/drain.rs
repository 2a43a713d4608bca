//! The queue of saves worked off in this process: what SQS and the save function do together in AWS.

use std::time::Duration;

use regrant::queue::{Delivery, Message, Next, QueueError};
use regrant::usecases::Ports;
use regrant::usecases::records::consent_error::ConsentError;
use regrant::usecases::save::SaveRequest;
use regrant::usecases::save::work::work;

/// How long one save may take before its message is handed out again.
const VISIBILITY: Duration = Duration::from_mins(15);

/// Why the queue was not worked off. What it still holds is done when it is worked off again.
#[derive(Debug, thiserror::Error)]
pub enum DrainError {
    /// The queue did not serve.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// A save could not be worked on.
    #[error(transparent)]
    ConsentError(#[from] ConsentError),
}

/// Works off what the queue shows now; saves that have to wait are seen again later. Gives how many were done.
pub async fn drain(ports: &Ports) -> Result<usize, DrainError> {
    let (mut done, mut waiting) = (0, Vec::new());
    while let Some(delivery) = ports.saves.receive(1, VISIBILITY).await?.into_iter().next() {
        // Its pause is over while others were worked on: it is for the next time, or this would never end.
        if waiting.contains(&delivery.message) {
            ports.saves.release(&delivery.receipt, Duration::ZERO).await?;
            break;
        }
        match one(ports, &delivery).await? {
            Next::Done => {
                ports.saves.delete(&delivery.receipt).await?;
                done += 1;
            }
            Next::Again { after } => {
                ports.saves.release(&delivery.receipt, after).await?;
                waiting.push(delivery.message);
            }
        }
    }
    Ok(done)
}

async fn one(ports: &Ports, delivery: &Delivery) -> Result<Next, ConsentError> {
    let Message::SaveApp { org, app, session, confirmed_by } = delivery.message.clone() else {
        tracing::error!("a message of another function is in the queue of saves; it is dropped");
        return Ok(Next::Done);
    };
    work(ports, &SaveRequest { org, app, session, confirmed_by }, delivery.receive_count).await
}
