//! One invocation: which kind of event it is, and who handles it.

use aws_lambda_events::sqs::SqsEvent;
use lambda_http::Adapter;
use lambda_http::request::LambdaRequest;
use lambda_runtime::LambdaEvent;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tower::ServiceExt;

use crate::{App, ScheduleError, handle_batch, handle_schedule, router};

/// Why an invocation failed as a whole. Messages of a batch and HTTP requests fail one by one instead.
#[derive(Debug, thiserror::Error)]
pub enum InvocationError {
    /// Not an event of this function.
    #[error(
        "this is no schedule, no SQS batch and no API Gateway v2 request (its members: {members}); check what invokes \
         the function"
    )]
    UnknownEvent {
        /// The names of its outermost members.
        members: String,
    },
    /// The kind is known, and the rest is not of that kind.
    #[error("the event looks like {kind} and cannot be read as one; check what invokes the function")]
    Unreadable {
        /// What it looks like.
        kind: &'static str,
    },
    /// The scan did not start, or was not worked off.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// The answer could not be written.
    #[error("the answer could not be written: {0}")]
    Answer(#[from] serde_json::Error),
}

/// The kinds of events this function is invoked with.
#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Http,
    Batch,
    Schedule,
}

/// By the members that AWS documents for each: `requestContext.http` of a version 2 payload, `eventSource` of a record,
/// and `Scheduled Event` of EventBridge.
fn kind(event: &Value) -> Option<Kind> {
    if event.pointer("/requestContext/http").is_some() {
        Some(Kind::Http)
    } else if event.pointer("/Records/0/eventSource").and_then(Value::as_str) == Some("aws:sqs") {
        Some(Kind::Batch)
    } else if event.get("detail-type").and_then(Value::as_str) == Some("Scheduled Event") {
        Some(Kind::Schedule)
    } else {
        None
    }
}

/// Handles one invocation.
pub async fn handle(app: &App, event: LambdaEvent<Value>) -> Result<Value, InvocationError> {
    let LambdaEvent { payload, context } = event;
    match kind(&payload) {
        Some(Kind::Http) => {
            let request: LambdaRequest = read(payload, "an API Gateway v2 request")?;
            let adapter = Adapter::from(router(app.clone()));
            let Ok(answer) = adapter.oneshot(LambdaEvent { payload: request, context }).await;
            Ok(serde_json::to_value(answer)?)
        }
        Some(Kind::Batch) => {
            let batch: SqsEvent = read(payload, "an SQS batch")?;
            Ok(serde_json::to_value(handle_batch(app, batch).await)?)
        }
        Some(Kind::Schedule) => Ok(serde_json::to_value(handle_schedule(app).await?)?),
        None => {
            let members =
                payload.as_object().map(|event| event.keys().take(10).cloned().collect::<Vec<_>>().join(", "));
            Err(InvocationError::UnknownEvent { members: members.unwrap_or_else(|| "none".to_owned()) })
        }
    }
}

fn read<T: DeserializeOwned>(event: Value, kind: &'static str) -> Result<T, InvocationError> {
    serde_json::from_value(event).map_err(|error| {
        tracing::error!(%error, kind, "an event could not be read");
        InvocationError::Unreadable { kind }
    })
}
