//! The queue worked off in this process: what SQS and the discovery function do together in AWS.

use std::time::Duration;

use regrant::queue::{Delivery, Message, Next, QueueError};
use regrant::usecases::Ports;
use regrant::usecases::scan::discover::DiscoverError;
use tokio::task::{JoinError, JoinSet};

use crate::look::look;

/// How long one org may take before its message is handed out again: longer than any org's rate window.
const VISIBILITY: Duration = Duration::from_hours(1);
/// How long until the next look at an org that could not be looked at.
const PAUSE: Duration = Duration::from_secs(1);

/// Why the queue was not worked off. What it still holds is done when it is worked off again.
#[derive(Debug, thiserror::Error)]
pub enum DrainError {
    /// The queue did not serve.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// A look could not be recorded.
    #[error(transparent)]
    Discover(#[from] DiscoverError),
    /// A look ended in a defect of ours.
    #[error("a look at an org stopped half-way: {0}")]
    Stopped(#[from] JoinError),
}

/// Works off the queue until it is empty, `workers` orgs at once; `done` hears of each org that is through.
pub async fn drain(ports: &Ports, workers: usize, done: impl Fn()) -> Result<(), DrainError> {
    let mut running: JoinSet<Result<bool, DrainError>> = JoinSet::new();
    let mut again = 0_usize;
    loop {
        while running.len() < workers.max(1) {
            let received = ports.queue.receive(1, VISIBILITY).await?;
            let Some(delivery) = received.into_iter().next() else { break };
            again = again.saturating_sub(usize::from(delivery.receive_count > 1));
            running.spawn(work(ports.clone(), delivery));
        }
        match running.join_next().await {
            Some(Ok(Ok(true))) => done(),
            Some(Ok(Ok(false))) => again += 1,
            Some(Ok(Err(reason))) => return Err(reason),
            Some(Err(error)) => return Err(error.into()),
            None if again > 0 => ports.clock.sleep(PAUSE).await,
            None => return Ok(()),
        }
    }
}

/// Looks at one org. `false` where it comes again.
async fn work(ports: Ports, delivery: Delivery) -> Result<bool, DrainError> {
    let Message::ScanOrg { scan, org } = &delivery.message else {
        tracing::error!("a message of another function is in the queue of scans; it is dropped");
        ports.queue.delete(&delivery.receipt).await?;
        return Ok(true);
    };
    match look(&ports, scan, org, delivery.receive_count, PAUSE).await? {
        Next::Done => ports.queue.delete(&delivery.receipt).await?,
        Next::Again { after } => {
            ports.queue.release(&delivery.receipt, after).await?;
            return Ok(false);
        }
    }
    Ok(true)
}
