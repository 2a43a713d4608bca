//! Starts one process under a Runtime API that records the timing.

use std::fs::File;
use std::io;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};

use super::Failure;
use super::share::Share;
use super::subject::Subject;
use super::targets::{Run, median};
use super::tls_proxy::TlsProxy;
use crate::prove::scan_memory::high_water_mark;

/// The time limit of a start, longer than any correct start.
const PATIENCE: Duration = Duration::from_mins(1);
/// The number of events after the first.
const WARM: usize = 5;

/// The conditions of a process.
pub(super) struct Conditions<'a> {
    pub(super) variables: &'a [(&'static str, String)],
    pub(super) proxy: &'a TlsProxy,
    pub(super) share: Option<&'a Share>,
}

/// A step of the process.
enum Moment {
    /// It requests an event.
    Ready(Instant),
    /// It answered one.
    Answered(Instant, bool, Bytes),
    /// It reports an initialization error.
    Failed(Bytes),
}

struct Api {
    events: Mutex<mpsc::Receiver<String>>,
    moments: mpsc::Sender<Moment>,
}

/// Ends the process when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Starts the process, sends it the event several times, and ends it. An error includes the process's output.
pub(super) async fn run(subject: &Subject, event: &Value, conditions: &Conditions<'_>) -> Result<Run, Failure> {
    let complaints = tempfile::NamedTempFile::new()?;
    let ran = start_and_ask(subject, event, conditions, complaints.reopen()?).await;
    ran.map_err(|error| {
        let said = std::fs::read_to_string(complaints.path()).unwrap_or_default();
        format!("{}: {error}; its output was {:?}", subject.name, said.trim()).into()
    })
}

async fn start_and_ask(
    subject: &Subject,
    event: &Value,
    conditions: &Conditions<'_>,
    complaints: File,
) -> Result<Run, Failure> {
    let (events, received) = mpsc::channel(1);
    let (noted, mut moments) = mpsc::channel(4);
    let api = Arc::new(Api { events: Mutex::new(received), moments: noted });
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let serving = tokio::spawn(async move { axum::serve(listener, router(api)).await });

    let mut command = subject.command();
    command
        .env("AWS_LAMBDA_RUNTIME_API", address)
        .envs(conditions.variables.iter().map(|(name, value)| (name, value)))
        .stdout(Stdio::null())
        .stderr(complaints);
    let started = Instant::now();
    let process = Running(spawn_on_last_processor(command)?);

    let init = ready(&mut moments).await?.duration_since(started);
    if let Some(share) = conditions.share {
        share.hold(process.0.id())?;
    }
    conditions.proxy.waited();
    let event = event.to_string();
    let first = invoke(&events, &mut moments, &event).await?;
    let first_own = first.saturating_sub(conditions.proxy.waited());
    let mut warm = Vec::new();
    for _ in 0..WARM {
        ready(&mut moments).await?;
        warm.push(invoke(&events, &mut moments, &event).await?);
    }
    let status = format!("/proc/{}/status", process.0.id());
    let peak_kib = high_water_mark(std::path::Path::new(&status)).unwrap_or_default();
    drop(process);
    serving.abort();
    Ok(Run { init, first, first_own, warm: median(warm), peak_kib })
}

async fn ready(moments: &mut mpsc::Receiver<Moment>) -> Result<Instant, Failure> {
    match tokio::time::timeout(PATIENCE, moments.recv()).await {
        Ok(Some(Moment::Ready(at))) => Ok(at),
        Ok(Some(Moment::Failed(why))) => Err(String::from_utf8_lossy(&why).into()),
        _ => Err("it never asked for an event".into()),
    }
}

async fn invoke(
    events: &mpsc::Sender<String>,
    moments: &mut mpsc::Receiver<Moment>,
    event: &str,
) -> Result<Duration, Failure> {
    let sent = Instant::now();
    events.send(event.to_owned()).await?;
    let answered = tokio::time::timeout(PATIENCE, moments.recv()).await;
    let Ok(Some(Moment::Answered(at, fine, body))) = answered else {
        return Err("it never answered".into());
    };
    let answer: Value = serde_json::from_slice(&body)?;
    if !fine || answer["statusCode"].as_u64().is_none_or(|status| status >= 400) {
        return Err(format!("it answered {answer}").into());
    }
    Ok(at.duration_since(sent))
}

fn router(api: Arc<Api>) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/{outcome}", post(outcome))
        .route("/2018-06-01/runtime/init/error", post(failed))
        .with_state(api)
}

async fn next(State(api): State<Arc<Api>>) -> impl IntoResponse {
    let at = Instant::now();
    if api.moments.send(Moment::Ready(at)).await.is_err() {
        return StatusCode::GONE.into_response();
    }
    let Some(event) = api.events.lock().await.recv().await else { return StatusCode::GONE.into_response() };
    let headers = [
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
        ("lambda-runtime-deadline-ms", "4102444800000"),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-central-1:123456789012:function:function"),
        ("content-type", "application/json"),
    ];
    (headers, event).into_response()
}

async fn outcome(State(api): State<Arc<Api>>, Path((_, outcome)): Path<(String, String)>, body: Bytes) -> StatusCode {
    let moment = Moment::Answered(Instant::now(), outcome == "response", body);
    if api.moments.send(moment).await.is_err() { StatusCode::GONE } else { StatusCode::ACCEPTED }
}

async fn failed(State(api): State<Arc<Api>>, why: Bytes) -> StatusCode {
    if api.moments.send(Moment::Failed(why)).await.is_err() { StatusCode::GONE } else { StatusCode::ACCEPTED }
}

/// Starts a command on one processor. A child inherits its parent thread's CPU affinity, so a pinned thread starts it.
#[cfg(target_os = "linux")]
fn spawn_on_last_processor(mut command: Command) -> io::Result<Child> {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
    let spawning = std::thread::spawn(move || {
        let allowed = sched_getaffinity(None)?;
        let last = (0..CpuSet::MAX_CPU).rev().find(|cpu| allowed.is_set(*cpu)).unwrap_or_default();
        let mut one = CpuSet::new();
        one.set(last);
        sched_setaffinity(None, &one)?;
        command.spawn()
    });
    spawning.join().map_err(|_| io::Error::other("the thread that starts processes ended"))?
}

#[cfg(not(target_os = "linux"))]
fn spawn_on_last_processor(mut command: Command) -> io::Result<Child> {
    command.spawn()
}
