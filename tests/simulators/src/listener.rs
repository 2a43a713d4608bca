//! Accepts connections, reads requests and writes responses, including deliberately broken ones.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http::Response;
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use regrant::clock::Clock;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::answer::{Answer, AnswerBody};
use crate::handler::Outcome;
use crate::kill_point::KillPoint;

/// The largest accepted request body, in bytes.
const LARGEST_REQUEST: usize = 64 * 1024;

/// Answers requests.
pub(crate) trait RequestHandler: Send + Sync + 'static {
    /// Answers one request.
    fn serve(&self, head: &http::request::Parts, body: &[u8]) -> Outcome;
}

/// How responses are delivered.
#[derive(Clone)]
pub(crate) struct Style {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) title_case_headers: bool,
    pub(crate) kill_point: Option<Arc<KillPoint>>,
    /// How long each response takes, by the clock.
    pub(crate) latency: Duration,
}

pub(crate) async fn accept<S: RequestHandler>(listener: TcpListener, world: Arc<S>, style: Style) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _peer)) => {
                    connections.spawn(serve_connection(stream, Arc::clone(&world), style.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::task::yield_now().await;
                }
            },
            Some(_ended) = connections.join_next() => {}
        }
    }
}

async fn serve_connection<S: RequestHandler>(stream: TcpStream, world: Arc<S>, style: Style) {
    let title_case_headers = style.title_case_headers;
    let service = service_fn(move |request| answer(Arc::clone(&world), style.clone(), request));
    let served = hyper::server::conn::http1::Builder::new()
        .title_case_headers(title_case_headers)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        // Expected: the simulator aborts responses on purpose, and clients give up.
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Closes a connection without a response.
#[derive(Debug, thiserror::Error)]
#[error("closed on purpose")]
struct ClosedOnPurpose;

async fn answer<S: RequestHandler>(
    world: Arc<S>,
    style: Style,
    request: http::Request<Incoming>,
) -> Result<Response<AnswerBody>, ClosedOnPurpose> {
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, LARGEST_REQUEST).collect().await else {
        return Ok(Answer::empty(http::StatusCode::PAYLOAD_TOO_LARGE).whole());
    };
    let outcome = world.serve(&head, &body.to_bytes());
    // The call has taken effect by now. The kill point decides whether the client receives the response.
    if style.kill_point.is_some_and(|kill_point| !kill_point.delivers_answer()) {
        match std::future::pending::<Infallible>().await {}
    }
    if !style.latency.is_zero() {
        style.clock.sleep(style.latency).await;
    }
    match outcome {
        Outcome::Answered(answer) => Ok(answer.whole()),
        Outcome::Truncated(answer) => Ok(answer.truncated()),
        Outcome::Huge(answer, length) => Ok(answer.huge(length)),
        Outcome::Closed => Err(ClosedOnPurpose),
        // hyper drops this future when the client disconnects.
        Outcome::Silence => match std::future::pending::<Infallible>().await {},
    }
}
