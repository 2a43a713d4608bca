//! What functions have in common when AWS Lambda invokes them: which kind of event it is, HTTP over a router, and
//! batches of which each message succeeds or fails alone.

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use lambda_http::Adapter;
use lambda_http::request::LambdaRequest;
use lambda_runtime::{Context, LambdaEvent};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tower::ServiceExt;

use crate::queue::Message;

/// Why an invocation failed as a whole. Messages of a batch and HTTP requests fail one by one instead.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// Not an event of this function.
    #[error(
        "this is no schedule, no SQS batch and no API Gateway v2 request (its members: {members}); check what invokes \
         the function"
    )]
    Unknown {
        /// The names of its outermost members.
        members: String,
    },
    /// The kind is known, and the rest is not of that kind.
    #[error("the event looks like {kind} and cannot be read as one; check what invokes the function")]
    Unreadable {
        /// What it looks like.
        kind: &'static str,
    },
    /// The kind is known, and another function's.
    #[error("this function has no work for {kind}; check what invokes it")]
    NotHere {
        /// What it is.
        kind: &'static str,
    },
    /// The answer could not be written.
    #[error("the answer could not be written: {0}")]
    Answer(#[from] serde_json::Error),
}

/// An event, by the members that AWS documents for each kind.
#[derive(Debug)]
pub enum Event {
    /// A version 2 payload of API Gateway (`requestContext.http`).
    Http(Box<LambdaRequest>),
    /// A batch of SQS (`eventSource` of a record).
    Batch(SqsEvent),
    /// EventBridge's schedule (`Scheduled Event`).
    Schedule,
}

impl Event {
    /// Reads an event.
    pub fn read(payload: Value) -> Result<Self, EventError> {
        if payload.pointer("/requestContext/http").is_some() {
            Ok(Self::Http(Box::new(typed(payload, "an API Gateway v2 request")?)))
        } else if payload.pointer("/Records/0/eventSource").and_then(Value::as_str) == Some("aws:sqs") {
            Ok(Self::Batch(typed(payload, "an SQS batch")?))
        } else if payload.get("detail-type").and_then(Value::as_str) == Some("Scheduled Event") {
            Ok(Self::Schedule)
        } else {
            let members =
                payload.as_object().map(|event| event.keys().take(10).cloned().collect::<Vec<_>>().join(", "));
            Err(EventError::Unknown { members: members.unwrap_or_else(|| "none".to_owned()) })
        }
    }
}

fn typed<T: DeserializeOwned>(event: Value, kind: &'static str) -> Result<T, EventError> {
    serde_json::from_value(event).map_err(|error| {
        tracing::error!(%error, kind, "an event could not be read");
        EventError::Unreadable { kind }
    })
}

/// Answers an HTTP event with a router.
pub async fn answer(router: axum::Router, request: LambdaRequest, context: Context) -> Result<Value, EventError> {
    let Ok(answer) = Adapter::from(router).oneshot(LambdaEvent { payload: request, context }).await;
    Ok(serde_json::to_value(answer)?)
}

/// Does the work of a batch, all at once: a batch has ten messages at the most. `work` says whether a message is done.
/// The answer names those that SQS shall deliver again (partial batch responses, `ReportBatchItemFailures`).
pub async fn each_message<W, F>(batch: SqsEvent, work: W) -> SqsBatchResponse
where
    W: Fn(Message) -> F,
    F: Future<Output = bool> + Send + 'static,
{
    let mut working = tokio::task::JoinSet::new();
    let mut failed = Vec::new();
    for message in batch.records {
        let id = message.message_id.unwrap_or_default();
        // The parser's own error could quote what somebody put into the queue.
        let Ok(read) = serde_json::from_str(message.body.as_deref().unwrap_or_default()) else {
            tracing::error!(message = id, "a message of the queue cannot be read; it goes to the dead-letter queue");
            failed.push(id);
            continue;
        };
        let done = work(read);
        working.spawn(async move { (id, done.await) });
    }
    failed.extend(working.join_all().await.into_iter().filter(|(_, done)| !done).map(|(id, _)| id));
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = failed
        .into_iter()
        .map(|id| {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = id;
            failure
        })
        .collect();
    response
}
