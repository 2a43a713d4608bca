//! Which kind of event a function was invoked with, and HTTP over a router.

use aws_lambda_events::sqs::SqsEvent;
use axum::Extension;
use lambda_http::Adapter;
use lambda_http::request::LambdaRequest;
use lambda_runtime::{Context, LambdaEvent};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tower::ServiceExt;
use tracing::Instrument as _;

use super::caller::caller;
use crate::aws::ses_report::EmailReport;
use crate::okta::log_stream::{self, StreamedEvent};

/// Why an invocation failed as a whole. Messages of a batch and HTTP requests fail one by one instead.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// Not an event of this function.
    #[error(
        "this is not a schedule, an SQS batch or an API Gateway v2 request (its members: {members}); check what invokes \
         the function"
    )]
    Unknown {
        /// The names of its outermost members.
        members: String,
    },
    /// The kind is known, and the rest is not of that kind.
    #[error("the event looks like {kind} but cannot be parsed; check what invokes the function")]
    Unreadable {
        /// What it looks like.
        kind: &'static str,
    },
    /// This function does not handle this kind of event.
    #[error("this function does not handle {kind}; check what invokes it")]
    Unsupported {
        /// What it is.
        kind: &'static str,
    },
    /// The response could not be written.
    #[error("the response could not be written: {0}")]
    Response(#[from] serde_json::Error),
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
    /// What SES reports of an email, by EventBridge (`aws.ses`).
    EmailReported(Box<EmailReport>),
    /// An event of Okta's System Log, as its log stream brings it by EventBridge (`aws.partner/okta.com/…`).
    SystemLog(Box<StreamedEvent>),
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
        } else if payload.get("source").and_then(Value::as_str) == Some("aws.ses") {
            let report = EmailReport::read(&payload).ok_or(EventError::Unreadable { kind: "a report of SES" })?;
            Ok(Self::EmailReported(Box::new(report)))
        } else if log_stream::is_streamed(&payload) {
            let event = log_stream::decode(&payload).map_err(|error| {
                tracing::error!(%error, "an event of Okta's log stream could not be read");
                EventError::Unreadable { kind: "an event of Okta's log stream" }
            })?;
            Ok(Self::SystemLog(Box::new(event)))
        } else {
            let members =
                payload.as_object().map(|event| event.keys().take(10).cloned().collect::<Vec<_>>().join(", "));
            Err(EventError::Unknown { members: members.unwrap_or_else(|| "none".to_owned()) })
        }
    }
}

impl Event {
    /// The error of a function that has no work for this event.
    pub fn unsupported(&self) -> EventError {
        EventError::Unsupported {
            kind: match self {
                Self::Http(_) => "an HTTP request",
                Self::Batch(_) => "an SQS batch",
                Self::Schedule => "a schedule",
                Self::EmailReported(_) => "an email event of Amazon SES",
                Self::SystemLog(_) => "an event of Okta's System Log",
            },
        }
    }
}

fn typed<T: DeserializeOwned>(event: Value, kind: &'static str) -> Result<T, EventError> {
    serde_json::from_value(event).map_err(|error| {
        tracing::error!(%error, kind, "an event could not be read");
        EventError::Unreadable { kind }
    })
}

/// Answers an HTTP event with a router. What is logged meanwhile names API Gateway's id of the request, which its access
/// log names too.
pub async fn answer(router: axum::Router, request: LambdaRequest, context: Context) -> Result<Value, EventError> {
    let span = tracing::info_span!("http", api_request_id = api_request_id(&request));
    let router = match caller(&request) {
        Some(caller) => router.layer(Extension(caller)),
        None => router,
    };
    let answer = Adapter::from(router).oneshot(LambdaEvent { payload: request, context });
    let Ok(answer) = answer.instrument(span).await;
    Ok(serde_json::to_value(answer)?)
}

fn api_request_id(request: &LambdaRequest) -> Option<String> {
    match request {
        LambdaRequest::ApiGatewayV2(request) => request.request_context.request_id.clone(),
        _ => None,
    }
}

/// Handles an invocation of a function that has HTTP endpoints only.
pub async fn answer_http(router: axum::Router, event: LambdaEvent<Value>) -> Result<Value, EventError> {
    match Event::read(event.payload)? {
        Event::Http(request) => answer(router, *request, event.context).await,
        other => Err(other.unsupported()),
    }
}
