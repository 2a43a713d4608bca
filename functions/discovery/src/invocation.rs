//! One invocation: which kind of event it is, and who handles it.

use lambda_runtime::LambdaEvent;
use regrant::lambda::{Event, EventError, answer, each_message};
use serde_json::Value;

use crate::{App, ScheduleError, batch, handle_schedule, router};

/// Why an invocation failed as a whole.
#[derive(Debug, thiserror::Error)]
pub enum InvocationError {
    /// The event is not one of this function.
    #[error(transparent)]
    Event(#[from] EventError),
    /// The scan did not start, or was not worked off.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
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
            serde_json::to_value(each_message(messages, |message| batch::look(app.clone(), message)).await)?
        }
        Event::Schedule => serde_json::to_value(handle_schedule(app).await?)?,
    })
}
