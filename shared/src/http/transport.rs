//! Sends one request and reads its complete response.
//!
//! Redirects are not followed, bodies are limited, and no error contains any part of the request.

use std::error::Error;
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
use crate::http::{tls_failure, trust};

/// How long an idle connection is kept: longer than the pause between two calls to an org, but short enough that a scan of
/// thousands of orgs does not accumulate connections.
const IDLE: Duration = Duration::from_millis(500);

/// The configuration of a transport.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TransportConfig {
    /// The connection timeout.
    pub(crate) connect_timeout: Duration,
    /// The timeout of one attempt, including its body.
    pub(crate) timeout: Duration,
    /// The maximum body size, in bytes.
    pub(crate) max_body: usize,
    /// Whether loopback addresses may be called, over plain HTTP.
    pub(crate) loopback: LoopbackPolicy,
}

/// Why no complete response arrived. No error contains any part of the request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The connection was refused, reset or cut off, or it timed out.
    #[error("no complete response from {host}: {reason}")]
    NoAnswer {
        /// The host that was called.
        host: String,
        /// The reason.
        reason: String,
    },
    /// The certificate or the handshake was rejected.
    #[error("no trusted connection to {host}: {reason}")]
    Tls {
        /// The host that was called.
        host: String,
        /// The reason.
        reason: String,
    },
    /// The response exceeded the size limit.
    #[error("{host} returned more than {limit} bytes")]
    TooLarge {
        /// The host that was called.
        host: String,
        /// The limit, in bytes.
        limit: usize,
    },
    /// The response is a redirect.
    #[error("{host} returned a redirect")]
    Redirect {
        /// The host that was called.
        host: String,
        /// The target host, if it is a different one.
        elsewhere: Option<String>,
    },
}

/// A complete response.
#[derive(Debug, Clone)]
pub(crate) struct HttpResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl HttpResponse {
    /// The value of a header, if present and text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// A connection pool.
#[derive(Debug, Clone)]
pub(crate) struct Transport {
    http: Client,
    config: TransportConfig,
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
            // A proxy must not be asked for this machine's own addresses.
            LoopbackPolicy::Allow => builder.no_proxy(),
        };
        let http = builder.build().map_err(|error| did_not_start(&error))?;
        Ok(Self { http, config: *config })
    }

    /// Sends `request` once. The span `upstream` covers the time until the response is complete.
    pub(crate) async fn send(&self, request: Request) -> Result<HttpResponse, TransportError> {
        let host = shown_host(request.url());
        let span = tracing::debug_span!("upstream", %host);
        self.send_to(host, request).instrument(span).await
    }

    async fn send_to(&self, host: String, request: Request) -> Result<HttpResponse, TransportError> {
        let mut response = self.http.execute(request).await.map_err(|error| self.failure(&host, error))?;
        let status = response.status();
        if status.is_redirection() {
            return Err(redirected(host, response.url(), response.headers()));
        }
        let headers = std::mem::take(response.headers_mut());
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failure(&host, error))? {
            if body.len() + chunk.len() > self.config.max_body {
                return Err(TransportError::TooLarge { host, limit: self.config.max_body });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(HttpResponse { status, headers, body: body.freeze() })
    }

    fn failure(&self, host: &str, error: reqwest::Error) -> TransportError {
        let host = host.to_owned();
        let error = error.without_url();
        if error.is_timeout() {
            let reason = if error.is_connect() {
                format!("timed out: no connection within {} s", self.config.connect_timeout.as_secs())
            } else {
                format!("timed out: connected, but no answer within {} s", self.config.timeout.as_secs())
            };
            return TransportError::NoAnswer { host, reason };
        }
        match tls_failure::words_in(&error).filter(|_| error.is_connect()) {
            Some(reason) => TransportError::Tls { host, reason },
            None => TransportError::NoAnswer { host, reason: interruption(&error) },
        }
    }
}

/// The host and port of a URL, the only parts that may be logged.
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

/// The message of the innermost cause. The outer ones only say that a request failed.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut deepest = error;
    while let Some(cause) = deepest.source() {
        deepest = cause;
    }
    deepest.to_string()
}

/// What interrupted an exchange, in words for people. Messages of our HTTP library describe its own state, not the server.
fn interruption(error: &(dyn Error + 'static)) -> String {
    let said = chain(error);
    let words = if said.starts_with("invalid HTTP") || said.starts_with("invalid header") {
        "the server did not answer in HTTP; check the port"
    } else if said.starts_with("connection closed before") || said.starts_with("end of file before") {
        "the connection was closed before the answer was complete"
    } else if said.contains("Connection refused") {
        "nothing accepts connections on this port"
    } else if said.contains("Connection reset") || said.contains("Broken pipe") {
        "the connection was cut off"
    } else if said.contains("lookup address information") {
        "this name could not be found in DNS"
    } else {
        return said;
    };
    words.to_owned()
}

/// Resolves `localhost` and every name below it to this machine, regardless of DNS (RFC 6761 section 6.3).
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn interruptions_are_described_without_the_librarys_words() {
        for (answer, words) in [
            ("SSH-2.0-OpenSSH_9.9\r\n", "did not answer in HTTP"),
            ("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc", "closed before the answer was complete"),
            ("", "closed before the answer was complete"),
        ] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
            let server = tokio::spawn(async move {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut asked = [0; 1024];
                let _ = stream.read(&mut asked).await;
                stream.write_all(answer.as_bytes()).await.unwrap();
            });
            let timeout = Duration::from_secs(10);
            let config =
                TransportConfig { connect_timeout: timeout, timeout, max_body: 1024, loopback: LoopbackPolicy::Allow };
            let transport = Transport::new(&config).unwrap();
            let error = transport.send(Request::new(reqwest::Method::GET, url)).await.unwrap_err().to_string();
            server.await.unwrap();
            assert!(error.contains(words), "{answer:?}: {error}");
        }
    }
}
