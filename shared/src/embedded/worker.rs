//! The worker of the in-process queues: what SQS and the functions do together in AWS.

use std::time::Duration;

use tokio::task::{JoinError, JoinSet};

use crate::queue::{Delivery, Disposition, Message, Queue, QueueError};
use crate::usecases::Ports;
use crate::usecases::notify::work::send_or_plan;
use crate::usecases::records::consent_error::ConsentError;
use crate::usecases::save::work::save_app;
use crate::usecases::scan::scan_apps::ScanError;
use crate::usecases::scan::work::scan_org;

/// How long one org may take before its message becomes visible again: longer than any org's rate-limit window.
const SCAN_VISIBILITY: Duration = Duration::from_hours(1);
/// How long one save may take before its message becomes visible again.
const SAVE_VISIBILITY: Duration = Duration::from_mins(15);
/// How long one notification may take before its message becomes visible again.
const NOTIFICATION_VISIBILITY: Duration = Duration::from_mins(10);
/// How long to wait before scanning an org again that could not be read.
const SCAN_RETRY: Duration = Duration::from_secs(1);

/// Why a queue was not drained. The messages left in it are handled by the next drain.
#[derive(Debug, thiserror::Error)]
pub enum DrainError {
    /// The queue failed.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// The result of scanning an org could not be recorded.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// A save could not be worked on.
    #[error(transparent)]
    Save(#[from] ConsentError),
    /// A worker panicked: a defect of ours.
    #[error("a worker stopped unexpectedly: {0}; please report this")]
    Panicked(#[from] JoinError),
}

/// Scans every queued org, `workers` at once, until the queue is empty. Orgs that are retried are waited for. Calls `done`
/// once per finished org.
pub async fn drain_scans(ports: &Ports, workers: usize, done: impl Fn()) -> Result<(), DrainError> {
    let mut running: JoinSet<Result<Disposition, DrainError>> = JoinSet::new();
    let mut retried = 0_usize;
    loop {
        while running.len() < workers.max(1) {
            let Some(delivery) = next(&*ports.queues.scans, SCAN_VISIBILITY).await? else { break };
            retried = retried.saturating_sub(usize::from(delivery.receive_count > 1));
            let ports = ports.unattended();
            running.spawn(async move {
                let disposition = scan_org(&ports, &delivery.message, delivery.receive_count, SCAN_RETRY).await?;
                settle(&*ports.queues.scans, &delivery.receipt, disposition).await?;
                Ok(disposition)
            });
        }
        match running.join_next().await {
            Some(outcome) => match outcome?? {
                Disposition::Done => done(),
                Disposition::Retry { .. } => retried += 1,
            },
            None if retried > 0 => ports.clock.sleep(SCAN_RETRY).await,
            None => return Ok(()),
        }
    }
}

/// Works on every save that is visible now. Returns how many were done.
pub async fn drain_saves(ports: &Ports) -> Result<usize, DrainError> {
    let ports = &ports.unattended();
    drain_visible(&*ports.queues.saves, SAVE_VISIBILITY, |delivery| async move {
        Ok(save_app(ports, &delivery.message, delivery.receive_count).await?)
    })
    .await
}

/// Works on every notification that is visible now. Returns how many were done.
pub async fn drain_notifications(ports: &Ports) -> Result<usize, DrainError> {
    let ports = &ports.unattended();
    drain_visible(&*ports.queues.notifications, NOTIFICATION_VISIBILITY, |delivery| async move {
        Ok(send_or_plan(ports, &delivery.message).await)
    })
    .await
}

/// Handles messages one by one until none is visible. A message that is to be retried waits for the next drain, and so
/// does a copy of one, so that the loop ends even if a delay passes meanwhile.
async fn drain_visible<M, W>(
    queue: &dyn Queue<M>,
    visibility: Duration,
    work: impl Fn(Delivery<M>) -> W,
) -> Result<usize, DrainError>
where
    M: Message,
    W: Future<Output = Result<Disposition, DrainError>>,
{
    let (mut done, mut retried, mut postponed) = (0, Vec::new(), Vec::new());
    while let Some(delivery) = next(queue, visibility).await? {
        if retried.contains(&delivery.message) {
            postponed.push(delivery.receipt);
            continue;
        }
        let disposition = work(delivery.clone()).await?;
        settle(queue, &delivery.receipt, disposition).await?;
        match disposition {
            Disposition::Done => done += 1,
            Disposition::Retry { .. } => retried.push(delivery.message),
        }
    }
    for receipt in postponed {
        queue.release(&receipt, Duration::ZERO).await?;
    }
    Ok(done)
}

async fn next<M: Message>(queue: &dyn Queue<M>, visibility: Duration) -> Result<Option<Delivery<M>>, QueueError> {
    Ok(queue.receive(1, visibility).await?.into_iter().next())
}

async fn settle<M: Message>(queue: &dyn Queue<M>, receipt: &str, disposition: Disposition) -> Result<(), QueueError> {
    match disposition {
        Disposition::Done => queue.delete(receipt).await,
        Disposition::Retry { after } => queue.release(receipt, after).await,
    }
}
