//! Lambda events of the discovery function.

use std::time::Duration;

use lambda_runtime::LambdaEvent;
use regrant::domain::scan::Scan;
use regrant::lambda::{Event, EventError, Received, answer, each_message};
use regrant::queue::{Disposition, ScanOrg};
use regrant::usecases::Ports;
use regrant::usecases::save::resume::{ResumeError, resume_saves};
use regrant::usecases::scan::rescan_soon::rescan_soon;
use regrant::usecases::scan::start::{Selection, StartScanError, start_scan};
use regrant::usecases::scan::work::scan_org;
use serde_json::{Value, json};

use crate::router;

/// How long to wait before scanning an org again that could not be read: longer than one of Okta's rate-limit windows.
const PAUSE: Duration = Duration::from_secs(90);

/// Why an invocation failed as a whole.
#[derive(Debug, thiserror::Error)]
pub enum InvocationError {
    /// The event does not belong to this function.
    #[error(transparent)]
    Event(#[from] EventError),
    /// The scan, or the scan of one org that an event asked for, did not start.
    #[error(transparent)]
    Start(#[from] StartScanError),
    /// Unfinished saves were not queued again.
    #[error(transparent)]
    Resume(#[from] ResumeError),
    /// The response could not be written.
    #[error("the response could not be written: {0}")]
    Response(#[from] serde_json::Error),
}

/// Handles one invocation.
pub async fn handle(ports: &Ports, event: LambdaEvent<Value>) -> Result<Value, InvocationError> {
    let LambdaEvent { payload, context } = event;
    Ok(match Event::read(payload)? {
        Event::Http(request) => answer(router(ports.clone()), *request, context).await?,
        Event::Batch(messages) => {
            let scan = |received| scan(ports.clone(), received);
            serde_json::to_value(each_message(messages, &context, ports.clock.now(), &*ports.queues.scans, scan).await)?
        }
        Event::Schedule => serde_json::to_value(start_scheduled_scan(ports).await?)?,
        Event::SystemLog(streamed) => json!({ "orgs": rescan_soon(ports, &streamed).await? }),
        other @ Event::EmailReported(_) => return Err(other.unsupported().into()),
    })
}

/// Queues one message per org, and every unfinished save. A save that cannot be queued does not keep the scan from
/// starting: the error is returned once it has started.
async fn start_scheduled_scan(ports: &Ports) -> Result<Scan, InvocationError> {
    let started = start_scan(ports, &Selection::All).await;
    resume_saves(ports).await?;
    Ok(started?)
}

async fn scan(ports: Ports, received: Received<ScanOrg>) -> Disposition {
    let Received { message, receive_count } = received;
    scan_org(&ports, &message, receive_count, PAUSE).await.unwrap_or_else(|error| {
        tracing::error!(org = %message.org, %error, "scanning an org failed and will be retried");
        Disposition::Retry { after: PAUSE * receive_count }
    })
}
