//! Lambda events of the notify function.

use lambda_runtime::LambdaEvent;
use regrant::lambda::{Event, EventError, Received, answer, each_message};
use regrant::queue::NotificationWork;
use regrant::usecases::Ports;
use regrant::usecases::notify::NotifyError;
use regrant::usecases::notify::delivery::record_delivery;
use regrant::usecases::notify::queue_due::queue_due;
use regrant::usecases::notify::work::send_or_plan;
use regrant::usecases::report::trail::{TrailError, sign_digest_if_due};
use serde_json::{Value, json};

use crate::router;

/// Why an invocation failed as a whole.
#[derive(Debug, thiserror::Error)]
pub enum InvocationError {
    /// The event does not belong to this function.
    #[error(transparent)]
    Event(#[from] EventError),
    /// Notifications that are due could not be queued again, or a delivery report could not be recorded.
    #[error(transparent)]
    Notify(#[from] NotifyError),
    /// No digest of the audit trail could be signed.
    #[error(transparent)]
    Trail(#[from] TrailError),
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
            let work = |received: Received<NotificationWork>| {
                let ports = ports.clone();
                async move { send_or_plan(&ports, &received.message).await }
            };
            let queue = &*ports.queues.notifications;
            serde_json::to_value(each_message(messages, &context, ports.clock.now(), queue, work).await)?
        }
        Event::Schedule => {
            let queued = queue_due(ports).await?;
            sign_digest_if_due(ports).await?;
            json!({ "queued": queued })
        }
        Event::EmailReported(report) => {
            record_delivery(ports, &report.request, &report.notification, &report.delivery).await?;
            Value::Null
        }
        other @ Event::SystemLog(_) => return Err(other.unsupported().into()),
    })
}
