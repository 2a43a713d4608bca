//! Connections: requests read whole, answers written as they were meant to be, broken ones too.

use std::convert::Infallible;
use std::sync::Arc;

use http::Response;
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::answer::{Answer, AnswerBody};
use crate::front_door::Outcome;
use crate::gate::Gate;

/// How large a request body may be.
const LARGEST_REQUEST: usize = 64 * 1024;

/// What answers requests.
pub(crate) trait Serves: Send + Sync + 'static {
    /// Answers one request.
    fn serve(&self, head: &http::request::Parts, body: &[u8]) -> Outcome;
}

pub(crate) async fn accept<S: Serves>(
    listener: TcpListener,
    world: Arc<S>,
    title_case_headers: bool,
    gate: Option<Arc<Gate>>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _peer)) => {
                    connections.spawn(converse(stream, Arc::clone(&world), title_case_headers, gate.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::task::yield_now().await;
                }
            },
            Some(_ended) = connections.join_next() => {}
        }
    }
}

async fn converse<S: Serves>(stream: TcpStream, world: Arc<S>, title_case_headers: bool, gate: Option<Arc<Gate>>) {
    let service = service_fn(move |request| answer(Arc::clone(&world), gate.clone(), request));
    let served = hyper::server::conn::http1::Builder::new()
        .title_case_headers(title_case_headers)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        // Usual here: answers break off on purpose, and clients give up.
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Why a connection is closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("closed on purpose")]
struct ClosedOnPurpose;

async fn answer<S: Serves>(
    world: Arc<S>,
    gate: Option<Arc<Gate>>,
    request: http::Request<Incoming>,
) -> Result<Response<AnswerBody>, ClosedOnPurpose> {
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, LARGEST_REQUEST).collect().await else {
        return Ok(Answer::empty(http::StatusCode::PAYLOAD_TOO_LARGE).whole());
    };
    let outcome = world.serve(&head, &body.to_bytes());
    // What was asked for is done; whether anybody hears of it is the gate's to say.
    if gate.is_some_and(|gate| !gate.lets_out()) {
        match std::future::pending::<Infallible>().await {}
    }
    match outcome {
        Outcome::Answered(answer) => Ok(answer.whole()),
        Outcome::Truncated(answer) => Ok(answer.truncated()),
        Outcome::Huge(answer, length) => Ok(answer.huge(length)),
        Outcome::Closed => Err(ClosedOnPurpose),
        // hyper drops this future when the client closes its end.
        Outcome::Silence => match std::future::pending::<Infallible>().await {},
    }
}
