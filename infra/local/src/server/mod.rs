//! The HTTP server of this machine: connections with limits, and the guard in front of the routes.

pub mod guard;
pub mod token;

use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::IntoResponse as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

/// The pause after a failed accept. Usually the process has no free file descriptor until a connection ends, and the same
/// call would fail again at once.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);

/// Limits of connections, against clients that hold them without using them.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections served at a time. Further ones wait until one ends.
    pub connections: usize,
    /// How long a client may take to send a request's headers, or keep an idle connection.
    pub header_timeout: Duration,
    /// How long a request may take, including its body.
    pub request_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 256,
            header_timeout: Duration::from_secs(10),
            // Longer than any page: the longest waits for Okta and Microsoft, as API Gateway does, for 30 seconds.
            request_timeout: Duration::from_mins(1),
        }
    }
}

/// Starts listening and returns the address with the actual port.
pub async fn listen(address: SocketAddr) -> anyhow::Result<(TcpListener, SocketAddr)> {
    let not_served = |error| anyhow!("could not serve on {address}: {error}; choose another address with --listen");
    let listener = TcpListener::bind(address).await.map_err(not_served)?;
    let address = listener.local_addr().map_err(not_served)?;
    Ok((listener, address))
}

/// Serves until the process ends.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits) {
    let router = router.layer(middleware::from_fn(move |request: Request, next: Next| async move {
        match tokio::time::timeout(limits.request_timeout, next.run(request)).await {
            Ok(response) => response,
            Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
        }
    }));
    let free = Arc::new(Semaphore::new(limits.connections));
    loop {
        let Ok(place) = Arc::clone(&free).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, peer)) => {
                let router = router.clone();
                tokio::spawn(async move {
                    serve_connection(stream, peer, router, limits.header_timeout).await;
                    drop(place);
                });
            }
            // The client gave up before it was accepted.
            Err(error) if matches!(error.kind(), ConnectionAborted | ConnectionReset | ConnectionRefused) => {}
            Err(error) => {
                tracing::warn!(%error, "could not accept a connection");
                tokio::time::sleep(ACCEPT_RETRY).await;
            }
        }
    }
}

async fn serve_connection(stream: TcpStream, peer: SocketAddr, router: Router, header_timeout: Duration) {
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_timeout)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Completes when the process is asked to stop: Ctrl-C, SIGTERM, or the end of its terminal. The caller can then clean up.
pub async fn stop_requested() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let (Ok(mut terminate), Ok(mut hang_up)) = (signal(SignalKind::terminate()), signal(SignalKind::hangup())) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
                _ = hang_up.recv() => {}
            }
            return;
        }
    }
    // Without signals, only the system ends this process.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
