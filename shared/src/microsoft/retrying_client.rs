//! Sends calls to Microsoft, and retries them after transient failures.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::Request;
use serde_json::Value;

use super::MicrosoftError;
use crate::clock::Clock;
use crate::http::loopback::LoopbackPolicy;
use crate::http::retry::{Idempotency, Next, RetryPolicy, RetryingTransport, is_transient};
use crate::http::transport::{HttpResponse, Transport, TransportConfig, TransportError, shown_host};
use crate::microsoft::config::MicrosoftConfig;

/// The longest `Retry-After` that counts, as in MSAL.
const LONGEST_RETRY_AFTER: u64 = 3_600;

/// Sends calls. Clones share connections.
#[derive(Clone)]
pub(super) struct RetryingClient(RetryingTransport);

impl RetryingClient {
    pub(super) fn new(config: &MicrosoftConfig, clock: Arc<dyn Clock>) -> Result<Self, MicrosoftError> {
        let loopback = if config.simulator.is_some() { LoopbackPolicy::Allow } else { LoopbackPolicy::Refuse };
        let MicrosoftConfig { connect_timeout, timeout, max_body, attempts, longest_wait, .. } = *config;
        let transport = Transport::new(&TransportConfig { connect_timeout, timeout, max_body, loopback })?;
        Ok(Self(RetryingTransport { transport, clock, attempts, longest_wait }))
    }

    /// Sends the request that `build` returns, built again for each attempt. Returns the last response, of any
    /// status.
    pub(super) async fn send(
        &self,
        idempotency: Idempotency,
        build: impl Fn() -> Result<Request, MicrosoftError> + Send + Sync,
    ) -> Result<HttpResponse, MicrosoftError> {
        self.0.send(&mut MicrosoftPolicy { idempotency, build }).await
    }

    /// Sends a GET and parses the response as JSON, regardless of its status.
    pub(super) async fn get(
        &self,
        build: impl Fn() -> Result<Request, MicrosoftError> + Send + Sync,
    ) -> Result<JsonResponse, MicrosoftError> {
        let host = shown_host(build()?.url());
        let response = self.send(Idempotency::Idempotent, build).await?;
        match serde_json::from_slice(&response.body) {
            Ok(body) => Ok(JsonResponse { response, body }),
            Err(_) if !response.status.is_success() => Ok(JsonResponse { response, body: Value::Null }),
            Err(_) => Err(MicrosoftError::Unexpected { host, what: "a body that is not JSON".to_owned() }),
        }
    }
}

/// A response and its JSON body; null if an error response is not JSON.
pub(super) struct JsonResponse {
    pub(super) response: HttpResponse,
    pub(super) body: Value,
}

/// Microsoft's retry policy for one call.
struct MicrosoftPolicy<F> {
    idempotency: Idempotency,
    build: F,
}

#[async_trait]
impl<F: Fn() -> Result<Request, MicrosoftError> + Send + Sync> RetryPolicy for MicrosoftPolicy<F> {
    type Error = MicrosoftError;

    async fn request(&self, _: u32) -> Result<Request, MicrosoftError> {
        (self.build)()
    }

    fn idempotency(&self) -> Idempotency {
        self.idempotency
    }

    fn next(&mut self, response: &HttpResponse) -> Next {
        if is_transient(response.status) {
            retry_after(response).map_or(Next::Backoff, Next::After)
        } else {
            Next::Return
        }
    }

    fn rate_limited(&self, retry_after: Duration) -> MicrosoftError {
        MicrosoftError::RateLimited { retry_after }
    }
}

/// `Retry-After` in whole seconds. Microsoft does not send dates there.
fn retry_after(response: &HttpResponse) -> Option<Duration> {
    let seconds: u64 = response.header("retry-after")?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.min(LONGEST_RETRY_AFTER)))
}

impl From<TransportError> for MicrosoftError {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::NoAnswer { host, reason } | TransportError::Tls { host, reason } => {
                Self::NoAnswer { host, reason }
            }
            TransportError::TooLarge { host, limit } => Self::TooLarge { host, limit },
            TransportError::Redirect { host, .. } => Self::Unexpected { host, what: "a redirect".to_owned() },
        }
    }
}
