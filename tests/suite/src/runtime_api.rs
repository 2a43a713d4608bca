//! The real binaries of the functions as processes of their own, against an emulation of the Lambda Runtime API.
//!
//! The emulation does what AWS documents of it ("Lambda runtime API"): `next` waits for an event and gives it with its
//! headers; the answer or the error comes back by the event's request id.

use std::fs::File;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path as Parts, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, mpsc};

use crate::program::built;

/// Longer than any answer takes; only a defect waits so long.
const PATIENCE: Duration = Duration::from_mins(1);

/// The segment of Lambda's that every invocation is below.
pub const LAMBDA_SEGMENT: &str = "53995c3f42cd8ad8";

/// The trace that an invocation belongs to, as Lambda names it: X-Ray takes none whose time, its first part, is not now.
fn trace() -> String {
    let now = jiff::Timestamp::now().as_second();
    format!("Root=1-{now:08x}-abcdef012345678912345678;Parent={LAMBDA_SEGMENT};Sampled=1")
}

/// Whether the function succeeded, and what it answered.
pub type Answer = (bool, Value);

struct Api {
    events: Mutex<mpsc::Receiver<Value>>,
    answers: mpsc::Sender<Answer>,
}

/// A running function and the two ends of its Runtime API.
pub struct LambdaProcess {
    events: mpsc::Sender<Value>,
    answers: mpsc::Receiver<Answer>,
    _process: Child,
}

impl LambdaProcess {
    /// Starts the function `name` with these variables. It logs everything to `log`.
    pub async fn start(name: &str, variables: &[(&str, String)], log: &Path) -> Self {
        let (events, received) = mpsc::channel(4);
        let (answered, answers) = mpsc::channel(4);
        let api = Arc::new(Api { events: Mutex::new(received), answers: answered });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/{outcome}", post(outcome))
            .with_state(api);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let process = Command::new(built(&format!("regrant-{name}"), name).unwrap())
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "stream")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "group")
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::from(File::create(log).unwrap()))
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        Self { events, answers, _process: process }
    }

    /// Hands the function an event and waits for its answer.
    pub async fn invoke(&mut self, event: Value) -> Answer {
        self.events.send(event).await.unwrap();
        tokio::time::timeout(PATIENCE, self.answers.recv()).await.unwrap().unwrap()
    }
}

async fn next(State(api): State<Arc<Api>>) -> impl IntoResponse {
    let Some(event) = api.events.lock().await.recv().await else { return StatusCode::GONE.into_response() };
    let mut headers = HeaderMap::new();
    headers.insert("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd".parse().unwrap());
    headers.insert("lambda-runtime-deadline-ms", "4102444800000".parse().unwrap());
    headers.insert("lambda-runtime-trace-id", trace().parse().unwrap());
    let arn = "arn:aws:lambda:eu-central-1:123456789012:function:function";
    headers.insert("lambda-runtime-invoked-function-arn", arn.parse().unwrap());
    (headers, event.to_string()).into_response()
}

async fn outcome(
    State(api): State<Arc<Api>>,
    Parts((_, outcome)): Parts<(String, String)>,
    body: axum::body::Bytes,
) -> StatusCode {
    let answer = serde_json::from_slice(&body).unwrap_or(Value::Null);
    api.answers.send((outcome == "response", answer)).await.unwrap();
    StatusCode::ACCEPTED
}

/// An event of a schedule (EventBridge docs, "Events from AWS services").
pub fn schedule_event() -> Value {
    json!({
        "version": "0", "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa", "detail-type": "Scheduled Event",
        "source": "aws.events", "account": "123456789012", "time": "2026-03-02T09:00:00Z", "region": "eu-central-1",
        "resources": ["arn:aws:events:eu-central-1:123456789012:rule/scan"], "detail": {}
    })
}
