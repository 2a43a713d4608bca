//! One request out, one whole answer in.
//!
//! Redirects are off, bodies are capped, and every failure is told apart without quoting the request.

use std::error::Error;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, Request, Url};
use tracing::Instrument as _;

use crate::http::loopback::{LoopbackPolicy, is_localhost};
use crate::http::trust;

/// How long an idle connection is kept: longer than a visit takes between two calls, and so short that a scan of
/// thousands of orgs does not keep the connections of those it has left.
const IDLE: Duration = Duration::from_millis(500);

/// How requests are sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TransportConfig {
    /// How long to wait for a connection.
    pub(crate) connect_timeout: Duration,
    /// How long one attempt may take, body included.
    pub(crate) timeout: Duration,
    /// The longest body that is read, in bytes.
    pub(crate) max_body: usize,
    /// Whether loopback addresses may be spoken to, over plain http.
    pub(crate) loopback: LoopbackPolicy,
}

/// Why no answer arrived whole. None of it quotes the request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// Refused, timed out, reset, or cut off.
    #[error("no whole answer from {host}: {reason}")]
    NoAnswer {
        /// The host that was asked.
        host: String,
        /// What happened.
        reason: String,
    },
    /// The certificate or the handshake was not accepted.
    #[error("no trusted connection to {host}: {reason}")]
    Tls {
        /// The host that was asked.
        host: String,
        /// What happened.
        reason: String,
    },
    /// Longer than any answer should be.
    #[error("{host} answered with more than {limit} bytes")]
    TooLarge {
        /// The host that was asked.
        host: String,
        /// The cap, in bytes.
        limit: usize,
    },
    /// A redirect, which is not followed.
    #[error("{host} answered with a redirect")]
    Redirect {
        /// The host that was asked.
        host: String,
        /// The other host it leads to, where it is another.
        elsewhere: Option<String>,
    },
}

/// An answer that arrived whole.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// A header's text, where there is one.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// A connection pool.
#[derive(Debug, Clone)]
pub(crate) struct Transport {
    http: Client,
    max_body: usize,
}

impl Transport {
    pub(crate) fn new(config: &TransportConfig) -> Result<Self, TransportError> {
        let did_not_start = |error: &(dyn Error + 'static)| TransportError::NoAnswer {
            host: "any host".to_owned(),
            reason: format!("the HTTP client did not start: {}", chain(error)),
        };
        let mut builder = Client::builder()
            .tls_backend_preconfigured(trust::tls().map_err(|error| did_not_start(&error))?)
            .user_agent(concat!("regrant/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(config.connect_timeout)
            .timeout(config.timeout)
            .pool_max_idle_per_host(1)
            .pool_idle_timeout(IDLE)
            .redirect(Policy::none())
            .dns_resolver(Arc::new(LoopbackNames));
        builder = match config.loopback {
            LoopbackPolicy::Refuse => builder.https_only(true),
            // A proxy would be asked for this machine's own addresses.
            LoopbackPolicy::Allow => builder.no_proxy(),
        };
        let http = builder.build().map_err(|error| did_not_start(&error))?;
        Ok(Self { http, max_body: config.max_body })
    }

    /// Sends `request` once. The span `upstream` is open as long as the other side is waited for.
    pub(crate) async fn send(&self, request: Request) -> Result<Answer, TransportError> {
        let host = shown_host(request.url());
        let span = tracing::debug_span!("upstream", %host);
        self.send_to(host, request).instrument(span).await
    }

    async fn send_to(&self, host: String, request: Request) -> Result<Answer, TransportError> {
        let mut response = self.http.execute(request).await.map_err(|error| failure(&host, error))?;
        let status = response.status();
        if status.is_redirection() {
            return Err(redirected(host, response.url(), response.headers()));
        }
        let headers = std::mem::take(response.headers_mut());
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| failure(&host, error))? {
            if body.len() + chunk.len() > self.max_body {
                return Err(TransportError::TooLarge { host, limit: self.max_body });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, headers, body: body.freeze() })
    }
}

/// The host and port of a URL: what may be shown of it.
pub(crate) fn shown_host(url: &Url) -> String {
    let host = url.host_str().unwrap_or("an unnamed host");
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn redirected(host: String, asked: &Url, headers: &HeaderMap) -> TransportError {
    let location = headers.get(http::header::LOCATION).and_then(|value| value.to_str().ok());
    match location.and_then(|location| asked.join(location).ok()) {
        Some(target) if target.origin() != asked.origin() => {
            TransportError::Redirect { host, elsewhere: Some(shown_host(&target)) }
        }
        _ => TransportError::Redirect { host, elsewhere: None },
    }
}

fn failure(host: &str, error: reqwest::Error) -> TransportError {
    let host = host.to_owned();
    let error = error.without_url();
    if error.is_timeout() {
        return TransportError::NoAnswer { host, reason: "it did not answer in time".to_owned() };
    }
    let reason = chain(&error);
    if error.is_connect() && is_tls(&error) {
        TransportError::Tls { host, reason }
    } else {
        TransportError::NoAnswer { host, reason }
    }
}

/// The TLS library hands its errors on as invalid data; a refused or broken connection has kinds of its own.
fn is_tls(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        let io = error.downcast_ref::<io::Error>();
        if io.is_some_and(|io| io.kind() == io::ErrorKind::InvalidData) {
            return true;
        }
        // An I/O error that wraps another skips it in its own `source`.
        let wrapped = io.and_then(|io| io.get_ref()).map(|inner| inner as &(dyn std::error::Error + 'static));
        cause = wrapped.or_else(|| error.source());
    }
    false
}

/// The deepest cause says most; the outer ones say only that a request failed.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut deepest = error;
    while let Some(cause) = deepest.source() {
        deepest = cause;
    }
    deepest.to_string()
}

/// `localhost` and every name below it is this machine, whatever a name server says (RFC 6761 section 6.3).
#[derive(Debug)]
struct LoopbackNames;

impl Resolve for LoopbackNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = if is_localhost(name.as_str()) {
                vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 0))]
            } else {
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect()
            };
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
