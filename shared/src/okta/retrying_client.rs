//! Sends calls to Okta: paced by the org's rate budget, and retried after transient failures.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::{HeaderValue, StatusCode};
use parking_lot::Mutex;
use reqwest::Request;

use super::rate_budget::{Bucket, Budget, Reading};
use super::{OktaError, OrgUrl, wire};
use crate::clock::Clock;
use crate::http::retry::{Idempotency, Next, RetryPolicy, RetryingTransport, is_transient};
use crate::http::transport::{HttpResponse, Transport};
use crate::okta::config::OktaConfig;
use crate::randomness::Randomness;

/// The number of budgets from which expired ones are dropped whenever the map would have to grow.
const KEPT_BUDGETS: usize = 512;

/// A call that can be built again for each attempt.
#[async_trait]
pub(crate) trait Call: Send + Sync {
    /// Builds the request.
    async fn request(&self) -> Result<Request, OktaError>;

    /// Whether the call is idempotent.
    fn idempotency(&self) -> Idempotency {
        Idempotency::Idempotent
    }
}

/// The rate budgets, by host and bucket.
type Budgets = HashMap<(String, Bucket), Budget>;

/// Sends calls to orgs. Clones share connections and rate budgets.
#[derive(Clone)]
pub(crate) struct RetryingClient {
    http: RetryingTransport,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) randomness: Arc<dyn Randomness>,
    budgets: Arc<Mutex<Budgets>>,
}

impl RetryingClient {
    pub(crate) fn new(
        config: &OktaConfig,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
    ) -> Result<Self, OktaError> {
        let http = RetryingTransport {
            transport: Transport::new(&config.transport())?,
            clock: clock.clone(),
            attempts: config.attempts,
            longest_wait: config.longest_wait,
        };
        Ok(Self { http, clock, randomness, budgets: Arc::default() })
    }

    /// Sends `call` to an org and returns the last response, regardless of its status.
    pub(crate) async fn send(&self, org: &OrgUrl, bucket: Bucket, call: &dyn Call) -> Result<HttpResponse, OktaError> {
        let mut policy = OktaPolicy { client: self, key: (org.host(), bucket), call, retry_for: None };
        self.http.send(&mut policy).await
    }
}

/// Okta's retry policy for one call.
struct OktaPolicy<'a> {
    client: &'a RetryingClient,
    /// The key of the rate budget.
    key: (String, Bucket),
    call: &'a dyn Call,
    /// The request id of the first response.
    retry_for: Option<HeaderValue>,
}

impl OktaPolicy<'_> {
    /// Updates the rate budget from a response. Returns whether the response reports a used-up rate window.
    fn record(&self, response: &HttpResponse) -> bool {
        let Some(reading) = Reading::from_headers(&response.headers) else { return false };
        let now = self.client.clock.now();
        let mut budgets = self.client.budgets.lock();
        if budgets.len() == budgets.capacity() && budgets.len() >= KEPT_BUDGETS {
            budgets.retain(|_, budget| !budget.is_over(now));
        }
        budgets.entry(self.key.clone()).or_default().record(&reading, now);
        response.status == StatusCode::TOO_MANY_REQUESTS && !reading.is_concurrency_limit()
    }
}

#[async_trait]
impl RetryPolicy for OktaPolicy<'_> {
    type Error = OktaError;

    async fn request(&self, attempt: u32) -> Result<Request, OktaError> {
        let mut request = self.call.request().await?;
        if attempt > 1 {
            // Okta SDKs send both headers, so that Okta Support can trace a call.
            request.headers_mut().insert("x-okta-retry-count", HeaderValue::from(attempt - 1));
            if let Some(id) = &self.retry_for {
                request.headers_mut().insert("x-okta-retry-for", id.clone());
            }
        }
        Ok(request)
    }

    fn idempotency(&self) -> Idempotency {
        self.call.idempotency()
    }

    fn pause(&self) -> Duration {
        let budgets = self.client.budgets.lock();
        budgets.get(&self.key).map_or(Duration::ZERO, |budget| budget.wait(self.client.clock.now()))
    }

    fn next(&mut self, response: &HttpResponse) -> Next {
        if self.retry_for.is_none() {
            self.retry_for = response.headers.get("x-okta-request-id").cloned();
        }
        if self.record(response) {
            Next::RateWindow
        } else if is_transient(response.status) || asks_to_wait(response) {
            Next::Backoff
        } else {
            Next::Return
        }
    }

    /// Adds up to half of the backoff, so that many callers do not retry at the same moment.
    fn jittered(&self, backoff: Duration) -> Duration {
        let mut byte = [0u8; 1];
        self.client.randomness.fill(&mut byte);
        backoff + backoff * u32::from(byte[0]) / 512
    }

    fn rate_limited(&self, retry_after: Duration) -> OktaError {
        OktaError::RateLimited { retry_after }
    }
}

/// Whether Okta's error code says that the same call may succeed in a moment, at any status. A lost page cursor and a
/// proof of possession need a different call.
fn asks_to_wait(response: &HttpResponse) -> bool {
    let code = response.status.is_client_error().then(|| wire::error(response).code).flatten();
    matches!(code.as_deref(), Some("E0000009" | "E0000010" | "E0000239"))
}

impl std::fmt::Debug for RetryingClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RetryingClient").field("http", &self.http).finish_non_exhaustive()
    }
}
