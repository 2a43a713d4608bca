//! One request out, one whole answer in.
//!
//! Redirects are off, bodies are capped, and every failure is told apart without quoting the request.

use std::error::Error as _;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, Request, Url};

use super::OktaError;
use super::client::ClientConfig;
use super::org_url::{LoopbackPolicy, is_localhost};

/// How long an idle connection is kept: longer than a visit takes between two calls, and so short that a scan of
/// thousands of orgs does not keep the connections of those it has left.
const IDLE: std::time::Duration = std::time::Duration::from_millis(500);

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

/// The connection pool that all orgs share.
#[derive(Debug, Clone)]
pub(crate) struct Transport {
    http: Client,
    max_body: usize,
}

impl Transport {
    pub(crate) fn new(config: &ClientConfig) -> Result<Self, OktaError> {
        let mut builder = Client::builder()
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
        let http = builder.build().map_err(|error| OktaError::NoAnswer {
            host: "any org".to_owned(),
            reason: format!("the HTTP client did not start: {}", chain(&error)),
        })?;
        Ok(Self { http, max_body: config.max_body })
    }

    /// Sends `request` once.
    pub(crate) async fn send(&self, request: Request) -> Result<Answer, OktaError> {
        let host = shown_host(request.url());
        let mut response = self.http.execute(request).await.map_err(|error| failure(&host, error))?;
        let status = response.status();
        if status.is_redirection() {
            return Err(redirected(host, response.url(), response.headers()));
        }
        let headers = std::mem::take(response.headers_mut());
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| failure(&host, error))? {
            if body.len() + chunk.len() > self.max_body {
                return Err(OktaError::TooLarge { host, limit: self.max_body });
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

fn redirected(host: String, asked: &Url, headers: &HeaderMap) -> OktaError {
    let location = headers.get(http::header::LOCATION).and_then(|value| value.to_str().ok());
    match location.and_then(|location| asked.join(location).ok()) {
        Some(target) if target.origin() != asked.origin() => {
            OktaError::LeadsElsewhere { host, elsewhere: shown_host(&target) }
        }
        _ => OktaError::NotOkta { host, what: "a redirect".to_owned() },
    }
}

fn failure(host: &str, error: reqwest::Error) -> OktaError {
    let host = host.to_owned();
    let error = error.without_url();
    if error.is_timeout() {
        return OktaError::NoAnswer { host, reason: "it did not answer in time".to_owned() };
    }
    let reason = chain(&error);
    if error.is_connect() && is_tls(&error) {
        OktaError::Tls { host, reason }
    } else {
        OktaError::NoAnswer { host, reason }
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
fn chain(error: &reqwest::Error) -> String {
    let mut deepest: &dyn std::error::Error = error;
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
