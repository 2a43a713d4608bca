//! Runs the functions' real binaries as processes against an emulation of the Lambda Runtime API.
//!
//! The emulation follows AWS's documentation ("Lambda runtime API"): `next` waits for an event and returns it with its
//! headers; the result or error is posted with the event's request id.

use std::collections::BTreeMap;
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

/// The time limit of an answer, longer than any correct answer.
const PATIENCE: Duration = Duration::from_mins(1);

/// The id of Lambda's own segment, the parent of every invocation.
pub const LAMBDA_SEGMENT: &str = "53995c3f42cd8ad8";

/// The trace header of an invocation. X-Ray accepts only trace ids whose time, their first part, is current.
fn trace() -> String {
    let now = jiff::Timestamp::now().as_second();
    format!("Root=1-{now:08x}-abcdef012345678912345678;Parent={LAMBDA_SEGMENT};Sampled=1")
}

/// The function's result and whether it succeeded.
pub type Answer = (bool, Value);

struct Api {
    events: Mutex<mpsc::Receiver<Value>>,
    answers: mpsc::Sender<Answer>,
}

/// The Runtime API implementation that functions run under.
#[derive(Debug, Clone, Copy)]
pub enum Host<'a> {
    /// This module's emulation, one per function.
    Here,
    /// cargo-lambda's, which listens at this URL for all functions.
    CargoLambda(&'a str),
}

/// A running function.
pub struct LambdaProcess {
    events: Events,
    _process: Child,
}

/// How a function receives an event.
enum Events {
    /// Through this module's emulation.
    Here { events: mpsc::Sender<Value>, answers: mpsc::Receiver<Answer> },
    /// At this URL, as in Lambda's own API ("Invoke", Lambda API reference).
    There { invocations: String },
}

impl LambdaProcess {
    /// Starts the function `name` with these variables under this module's emulation. It logs everything to `log`.
    pub async fn start(name: &str, variables: &[(&str, String)], log: &Path) -> Self {
        Self::start_under(Host::Here, name, variables, log).await
    }

    /// Starts the function under the given Runtime API.
    pub async fn start_under(host: Host<'_>, name: &str, variables: &[(&str, String)], log: &Path) -> Self {
        let (runtime_api, events) = match host {
            Host::Here => here().await,
            Host::CargoLambda(url) => {
                let invocations = format!("{url}/2015-03-31/functions/{name}/invocations");
                (format!("{url}/.rt/{name}"), Events::There { invocations })
            }
        };
        let process = Command::new(built(&format!("regrant-{name}"), name).unwrap())
            .env("AWS_LAMBDA_RUNTIME_API", runtime_api)
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
        Self { events, _process: process }
    }

    /// Sends the function an event and waits for its result.
    pub async fn invoke(&mut self, event: Value) -> Answer {
        match &mut self.events {
            Events::Here { events, answers } => {
                events.send(event).await.unwrap();
                tokio::time::timeout(PATIENCE, answers.recv()).await.unwrap().unwrap()
            }
            Events::There { invocations } => {
                let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
                let answered = client.post(invocations.as_str()).json(&event).send().await.unwrap();
                let fine = answered.status().is_success();
                (fine, answered.json().await.unwrap_or(Value::Null))
            }
        }
    }
}

/// Starts an emulation for one function and returns its address.
async fn here() -> (String, Events) {
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
    (address.to_string(), Events::Here { events, answers })
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

/// The SES event for a hard bounce of `mail`, in the account's form (SES docs, "Examples of event data
/// that Amazon SES publishes", and "Monitoring SES events using Amazon EventBridge").
pub fn bounce_event(mail: &Value) -> Value {
    let tags = mail["tags"].as_array().unwrap().iter();
    let tags: BTreeMap<_, _> = tags.map(|tag| (tag[0].as_str().unwrap(), [&tag[1]])).collect();
    json!({
        "version": "0", "id": "1a3e0e1c-0000-4a53-b7ae-aa1bf6ea0a5b", "detail-type": "Email Bounced", "source": "aws.ses",
        "account": "123456789012", "time": "2026-03-02T09:00:05Z", "region": "eu-central-1", "resources": [],
        "detail": {
            "eventType": "Bounce",
            "bounce": {
                "bounceType": "Permanent", "bounceSubType": "General", "feedbackId": "feedback",
                "bouncedRecipients": [{
                    "emailAddress": mail["to"][0], "action": "failed", "status": "5.1.1",
                    "diagnosticCode": "smtp; 550 5.1.1 user unknown"
                }],
                "timestamp": "2026-03-02T09:00:05.000Z"
            },
            "mail": {
                "timestamp": "2026-03-02T09:00:00.000Z", "messageId": mail["id"], "destination": mail["to"], "tags": tags
            }
        }
    })
}

/// An event from the log stream of the Okta org `subdomain`.
pub fn log_stream_event(subdomain: &str, event_type: &str) -> Value {
    json!({
        "version": "0", "id": "4ab6d852-0000-1036-fc04-2e22004b3c3f", "detail-type": "SystemLog",
        "source": format!("aws.partner/okta.com/{subdomain}/regrant"), "account": "123456789012",
        "time": "2026-03-02T09:00:01Z", "region": "eu-central-1", "resources": [],
        "detail": {
            "uuid": "c6ed294a-0000-11ed-a5b1-bbb7c1de1a4b", "published": "2026-03-02T08:59:58.126Z",
            "eventType": event_type, "severity": "ERROR", "outcome": { "result": "FAILURE" }, "target": []
        }
    })
}

/// An event of a schedule (EventBridge docs, "Events from AWS services").
pub fn schedule_event() -> Value {
    json!({
        "version": "0", "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa", "detail-type": "Scheduled Event",
        "source": "aws.events", "account": "123456789012", "time": "2026-03-02T09:00:00Z", "region": "eu-central-1",
        "resources": ["arn:aws:events:eu-central-1:123456789012:rule/scan"], "detail": {}
    })
}
