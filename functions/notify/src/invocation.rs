//! One invocation: which kind of event it is, and who handles it.

use lambda_runtime::LambdaEvent;
use regrant::lambda::{Event, EventError, answer, each_message};
use regrant::usecases::Ports;
use regrant::usecases::notify::NotifyError;
use regrant::usecases::notify::delivery::record_delivery;
use regrant::usecases::notify::sweep::sweep;
use serde_json::{Value, json};

use crate::router;
use crate::work::work;

/// Why an invocation failed as a whole.
#[derive(Debug, thiserror::Error)]
pub enum InvocationError {
    /// The event is not one of this function.
    #[error(transparent)]
    Event(#[from] EventError),
    /// What was left lying could not be taken up, or a report could not be recorded.
    #[error(transparent)]
    Notify(#[from] NotifyError),
    /// The answer could not be written.
    #[error("the answer could not be written: {0}")]
    Answer(#[from] serde_json::Error),
}

/// Handles one invocation.
pub async fn handle(ports: &Ports, event: LambdaEvent<Value>) -> Result<Value, InvocationError> {
    let LambdaEvent { payload, context } = event;
    Ok(match Event::read(payload)? {
        Event::Http(request) => answer(router(ports.clone()), *request, context).await?,
        Event::Batch(messages) => {
            let work = |received: regrant::lambda::Received| {
                let ports = ports.clone();
                async move { work(&ports, &received.message).await }
            };
            serde_json::to_value(
                each_message(messages, &context, ports.clock.now(), &*ports.notifications, work).await,
            )?
        }
        Event::Schedule => json!({ "queued": sweep(ports).await? }),
        Event::EmailReported(report) => {
            record_delivery(ports, &report.request, &report.notification, &report.delivery).await?;
            Value::Null
        }
        Event::SystemLog(_) => Err(EventError::NotHere { kind: "an event of Okta's System Log" })?,
    })
}
