//! The real binary as a process of its own, against an emulation of the Lambda Runtime API.
//!
//! The emulation does what AWS documents of it ("Lambda runtime API"): `next` waits for an event and gives it with its
//! headers; the answer or the error comes back by the event's request id.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use regrant::clock::SystemClock;
use regrant::domain::cloud::Cloud;
use regrant::embedded;
use regrant::okta::OktaCredential;
use regrant::okta::client::ClientConfig;
use regrant::okta::org_url::LoopbackPolicy;
use regrant::usecases::orgs;
use regrant_simulators::{Fleet, OktaSimulator, SimulatorConfig};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, mpsc};

/// Longer than any answer takes; only a defect waits so long.
const PATIENCE: Duration = Duration::from_mins(1);

type Answer = (bool, Value);

struct Api {
    events: Mutex<mpsc::Receiver<Value>>,
    answers: mpsc::Sender<Answer>,
}

/// A running function and the two ends of its Runtime API.
struct Function {
    events: mpsc::Sender<Value>,
    answers: mpsc::Receiver<Answer>,
    simulator: OktaSimulator,
    fleet: Fleet,
    _process: Child,
    folder: TempDir,
}

impl Function {
    /// Starts the binary with two orgs of a simulated Okta added.
    async fn start() -> Self {
        let simulator = OktaSimulator::start(SimulatorConfig::new(Arc::new(SystemClock))).await.unwrap();
        let fleet = Fleet { apps_limit: 100, ..Fleet::new(1, 2) };
        simulator.add_fleet(fleet);
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let okta = ClientConfig { loopback: LoopbackPolicy::Allow, ..ClientConfig::default() };
        let config = embedded::Config { okta, ..embedded::Config::default() };
        let ports = embedded::open(&data, config).await.unwrap();
        for index in 0..fleet.size {
            let credential = OktaCredential::ApiToken { token: fleet.token(index).into() };
            orgs::add(&ports, &simulator.org_url(&Fleet::name(index)), Cloud::Global, &credential).await.unwrap();
        }

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
        let process = Command::new(env!("CARGO_BIN_EXE_discovery"))
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "discovery")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "stream")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "group")
            .env("REGRANT_DATA_DIR", &data)
            .env("REGRANT_ALLOW_LOOPBACK", "1")
            .env("REGRANT_LOG", "trace")
            .stdout(Stdio::from(std::fs::File::create(folder.path().join("log")).unwrap()))
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        Self { events, answers, simulator, fleet, _process: process, folder }
    }

    async fn invoke(&mut self, event: Value) -> Answer {
        self.events.send(event).await.unwrap();
        tokio::time::timeout(PATIENCE, self.answers.recv()).await.unwrap().unwrap()
    }

    /// An HTTP request through API Gateway; gives status, content type and body.
    async fn http(&mut self, method: &str, path: &str, body: Option<&str>) -> (u64, String, Value) {
        let (fine, answer) = self.invoke(http_event(method, path, body)).await;
        assert!(fine, "{answer}");
        let content_type = answer["headers"]["content-type"].as_str().unwrap_or_default().to_owned();
        let body = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        (answer["statusCode"].as_u64().unwrap(), content_type, body)
    }
}

async fn next(State(api): State<Arc<Api>>) -> impl IntoResponse {
    let Some(event) = api.events.lock().await.recv().await else { return StatusCode::GONE.into_response() };
    let mut headers = HeaderMap::new();
    headers.insert("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd".parse().unwrap());
    headers.insert("lambda-runtime-deadline-ms", "4102444800000".parse().unwrap());
    let arn = "arn:aws:lambda:eu-central-1:123456789012:function:discovery";
    headers.insert("lambda-runtime-invoked-function-arn", arn.parse().unwrap());
    (headers, event.to_string()).into_response()
}

async fn outcome(
    State(api): State<Arc<Api>>,
    Path((_, outcome)): Path<(String, String)>,
    body: axum::body::Bytes,
) -> StatusCode {
    let answer = serde_json::from_slice(&body).unwrap_or(Value::Null);
    api.answers.send((outcome == "response", answer)).await.unwrap();
    StatusCode::ACCEPTED
}

/// A version 2.0 payload of an HTTP API (API Gateway docs, "AWS Lambda integrations").
fn http_event(method: &str, path_and_query: &str, body: Option<&str>) -> Value {
    let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query,
        "headers": {"host": "abc.execute-api.eu-central-1.amazonaws.com", "accept": "application/json"},
        "requestContext": {
            "accountId": "123456789012", "apiId": "abc", "domainName": "abc.execute-api.eu-central-1.amazonaws.com",
            "domainPrefix": "abc", "requestId": "JKJaXmPLvHcESHA=", "routeKey": "$default", "stage": "$default",
            "time": "02/Mar/2026:09:00:00 +0000", "timeEpoch": 1_772_442_000_000_u64,
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "test"}
        },
        "body": body, "isBase64Encoded": false
    })
}

fn schedule_event() -> Value {
    json!({
        "version": "0", "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa", "detail-type": "Scheduled Event",
        "source": "aws.events", "account": "123456789012", "time": "2026-03-02T09:00:00Z", "region": "eu-central-1",
        "resources": ["arn:aws:events:eu-central-1:123456789012:rule/scan"], "detail": {}
    })
}

fn sqs_event(bodies: &[(&str, String)]) -> Value {
    let record = |(id, body): &(&str, String)| {
        json!({
            "messageId": id, "receiptHandle": "handle", "body": body, "attributes": {"ApproximateReceiveCount": "1"},
            "messageAttributes": {}, "md5OfBody": "", "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:scan", "awsRegion": "eu-central-1"
        })
    };
    json!({"Records": bodies.iter().map(record).collect::<Vec<_>>()})
}

#[tokio::test]
async fn every_kind_of_event_is_answered_by_the_real_process() {
    let mut function = Function::start().await;
    let apps = u64::from(function.fleet.size * function.fleet.apps_per_org);

    let (fine, scan) = function.invoke(schedule_event()).await;
    assert!(fine, "{scan}");
    assert_eq!((scan["orgs_seen"].as_u64(), scan["apps_seen"].as_u64()), (Some(2), Some(apps)), "{scan}");

    let (status, content_type, list) = function.http("GET", "/v1/apps", None).await;
    assert_eq!((status, content_type.as_str()), (200, "application/json"));
    assert_eq!(list["apps"].as_array().unwrap().len() as u64, apps);
    let first = &list["apps"][0];
    let path = format!("/v1/apps/{}/{}", first["org"].as_str().unwrap(), first["app"].as_str().unwrap());
    let (status, _, shown) = function.http("GET", &path, None).await;
    assert_eq!(status, 200);
    assert_eq!(shown["app"]["standing"], first["standing"]);
    assert_eq!(shown["timeline"][0]["event"], "found");

    let (status, content_type, problem) = function.http("GET", "/v1/nothing", None).await;
    assert_eq!((status, content_type.as_str()), (404, "application/problem+json"));
    assert!(problem["detail"].as_str().unwrap().contains("/v1/nothing"));

    let (status, _, scan) = function.http("POST", "/v1/scans", None).await;
    assert_eq!((status, scan["orgs_pending"].as_u64()), (202, Some(2)));
    let id = scan["id"].as_str().unwrap();

    let org = first["org"].as_str().unwrap();
    let message = json!({"work": "scan-org", "scan": id, "org": org}).to_string();
    let batch = sqs_event(&[("good", message), ("unreadable", "no work at all".to_owned())]);
    let (fine, answer) = function.invoke(batch).await;
    assert!(fine, "{answer}");
    assert_eq!(answer["batchItemFailures"], json!([{"itemIdentifier": "unreadable"}]));
    let (_, _, scan) = function.http("GET", &format!("/v1/scans/{id}"), None).await;
    assert_eq!((scan["orgs_seen"].as_u64(), scan["orgs_pending"].as_u64()), (Some(1), Some(1)));

    let (fine, error) = function.invoke(json!({"hello": "canary"})).await;
    assert!(!fine);
    let told = error["errorMessage"].as_str().unwrap();
    assert!(told.contains("hello") && !told.contains("canary"), "{told}");
    let (fine, _) = function.invoke(json!({"Records": [{"eventSource": "aws:sqs", "messageId": 7}]})).await;
    assert!(!fine);
    let (status, _, _) = function.http("GET", "/v1/apps?limit=1", None).await;
    assert_eq!(status, 200, "it goes on after events it could not read");

    let log = std::fs::read_to_string(function.folder.path().join("log")).unwrap();
    assert!(log.contains("looked at an org") && log.contains("\"TRACE\""), "everything is logged");
    for index in 0..function.fleet.size {
        assert!(!log.contains(&function.fleet.token(index)), "a token is in the log");
    }
    function.simulator.stop().await;
}
