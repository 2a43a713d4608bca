//! One invocation: which kind of event it is, and who handles it.

use lambda_runtime::LambdaEvent;
use regrant::lambda::{Event, EventError, answer, each_message};
use regrant::usecases::Ports;
use regrant::usecases::scan::rescan_soon::rescan_soon;
use regrant::usecases::scan::start::StartScanError;
use serde_json::{Value, json};

use crate::schedule::ScheduleError;
use crate::{App, batch, router, schedule};

/// Why an invocation failed as a whole.
#[derive(Debug, thiserror::Error)]
pub enum InvocationError {
    /// The event is not one of this function.
    #[error(transparent)]
    Event(#[from] EventError),
    /// The scan did not start.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// A look that an event asked for did not start.
    #[error(transparent)]
    Hasten(#[from] StartScanError),
    /// The answer could not be written.
    #[error("the answer could not be written: {0}")]
    Answer(#[from] serde_json::Error),
}

/// Handles one invocation.
pub async fn handle(app: &App, event: LambdaEvent<Value>) -> Result<Value, InvocationError> {
    let LambdaEvent { payload, context } = event;
    Ok(match Event::read(payload)? {
        Event::Http(request) => answer(router(app.clone()), *request, context).await?,
        Event::Batch(messages) => {
            let Ports { clock, queue, .. } = &app.ports;
            let work = |received| batch::work(app.clone(), received);
            serde_json::to_value(each_message(messages, &context, clock.now(), &**queue, work).await)?
        }
        Event::Schedule => serde_json::to_value(schedule::start(app).await?)?,
        Event::SystemLog(streamed) => json!({ "orgs": rescan_soon(&app.ports, &streamed).await? }),
        Event::EmailReported(_) => return Err(EventError::NotHere { kind: "a report of SES" }.into()),
    })
}
