//! Sends a call with retries: exponential backoff, `Retry-After`, a total wait limit, and care for calls that are not
//! idempotent.
//!
//! What differs between Okta and Microsoft is in a [`RetryPolicy`]. This module knows neither of them, and does not
//! interpret a response beyond its status.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use backon::{BackoffBuilder, ExponentialBuilder};
use http::StatusCode;
use reqwest::Request;

use crate::clock::Clock;
use crate::http::transport::{HttpResponse, Transport, TransportError, shown_host};

/// The first backoff. Each following one is twice as long.
const FIRST_BACKOFF: Duration = Duration::from_millis(500);
/// The longest backoff.
const LONGEST_BACKOFF: Duration = Duration::from_secs(20);

/// Whether a call has the same effect if the server receives it twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Idempotency {
    /// It has. The call is retried after every transient failure.
    Idempotent,
    /// It may not have, like the exchange of a single-use code. The call is retried only after 429, which means that the
    /// server did not process it.
    NotIdempotent,
}

/// What a response means for the next attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// The response is final.
    Return,
    /// Retry after a backoff.
    Backoff,
    /// Retry after the time that the server requested.
    After(Duration),
    /// Retry when the rate window reopens, which [`RetryPolicy::pause`] reports. After the last attempt, the call fails as
    /// rate limited.
    RateWindow,
}

/// The vendor-specific part of one call.
#[async_trait]
pub(crate) trait RetryPolicy: Send + Sync {
    /// The vendor's error.
    type Error: From<TransportError> + Send;

    /// Builds the request of an attempt, numbered from 1.
    async fn request(&self, attempt: u32) -> Result<Request, Self::Error>;

    /// Whether the call is idempotent.
    fn idempotency(&self) -> Idempotency;

    /// How long the next attempt must wait, by our own accounting of the server's rate limit.
    fn pause(&self) -> Duration {
        Duration::ZERO
    }

    /// Decides what follows a response. Called once for each response.
    fn next(&mut self, response: &HttpResponse) -> Next;

    /// Adds jitter to a backoff.
    fn jittered(&self, backoff: Duration) -> Duration {
        backoff
    }

    /// The error if the server, or our own accounting, requires a longer wait than the call may take.
    fn rate_limited(&self, retry_after: Duration) -> Self::Error;
}

/// A transport that retries. Clones share its connections.
#[derive(Clone)]
pub(crate) struct RetryingTransport {
    pub(crate) transport: Transport,
    pub(crate) clock: Arc<dyn Clock>,
    /// The maximum number of attempts of a call, at least 1.
    pub(crate) attempts: u32,
    /// The maximum total wait of a call between its attempts.
    pub(crate) longest_wait: Duration,
}

impl RetryingTransport {
    /// Sends a call until it succeeds, fails permanently, or runs out of attempts or time. Returns the last response,
    /// of any status, or the reason why none arrived.
    pub(crate) async fn send<P: RetryPolicy>(&self, policy: &mut P) -> Result<HttpResponse, P::Error> {
        let attempts = self.attempts.max(1);
        let mut backoffs = ExponentialBuilder::default()
            .with_min_delay(FIRST_BACKOFF)
            .with_max_delay(LONGEST_BACKOFF)
            .with_max_times(attempts as usize)
            .build();
        let mut waited = Duration::ZERO;
        let mut attempt = 1;
        loop {
            self.wait_for_window(policy, &mut waited).await?;
            let request = policy.request(attempt).await?;
            let host = shown_host(request.url());
            let outcome = self.transport.send(request).await;
            let may_repeat = policy.idempotency() == Idempotency::Idempotent;
            let next = match &outcome {
                Ok(response) => match policy.next(response) {
                    next if may_repeat || response.status == StatusCode::TOO_MANY_REQUESTS => next,
                    _ => Next::Return,
                },
                Err(TransportError::NoAnswer { .. }) if may_repeat => Next::Backoff,
                Err(_) => Next::Return,
            };
            let is_last = attempt >= attempts;
            let pause = policy.pause();
            let delay = match next {
                Next::Return => return Ok(outcome?),
                Next::RateWindow if is_last => return Err(policy.rate_limited(pause)),
                _ if is_last => return Ok(outcome?),
                Next::After(delay) => delay,
                // The next attempt waits for the window before it is sent.
                Next::RateWindow if !pause.is_zero() => Duration::ZERO,
                Next::RateWindow | Next::Backoff => policy.jittered(backoffs.next().unwrap_or_default()),
            };
            if waited + delay > self.longest_wait {
                return match next {
                    Next::After(_) | Next::RateWindow => Err(policy.rate_limited(delay)),
                    _ => Ok(outcome?),
                };
            }
            tracing::debug!(%host, attempt, seconds = delay.as_secs_f32(), "transient failure; retrying");
            waited += delay;
            self.clock.sleep(delay).await;
            attempt += 1;
        }
    }

    async fn wait_for_window<P: RetryPolicy>(&self, policy: &P, waited: &mut Duration) -> Result<(), P::Error> {
        loop {
            let pause = policy.pause();
            if pause.is_zero() {
                return Ok(());
            }
            if *waited + pause > self.longest_wait {
                return Err(policy.rate_limited(pause));
            }
            tracing::debug!(seconds = pause.as_secs(), "waiting for the rate window");
            *waited += pause;
            self.clock.sleep(pause).await;
        }
    }
}

impl fmt::Debug for RetryingTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { attempts, longest_wait, .. } = self;
        f.debug_struct("RetryingTransport")
            .field("attempts", attempts)
            .field("longest_wait", longest_wait)
            .finish_non_exhaustive()
    }
}

/// Whether a status reports a failure that usually clears without changes (RFC 9110 section 15, RFC 4918 section 11.3 for
/// 423, RFC 8470 section 5.2 for 425, RFC 6585 section 4 for 429). An unknown status of a server, such as those of a content
/// delivery network, counts as 500 (RFC 9110 section 15).
pub(crate) fn is_transient(status: StatusCode) -> bool {
    let is_final = matches!(
        status,
        StatusCode::NOT_IMPLEMENTED
            | StatusCode::HTTP_VERSION_NOT_SUPPORTED
            | StatusCode::NOT_EXTENDED
            | StatusCode::NETWORK_AUTHENTICATION_REQUIRED
    );
    status.is_server_error() && !is_final
        || matches!(
            status,
            StatusCode::REQUEST_TIMEOUT | StatusCode::LOCKED | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_statuses_that_pass_are_transient() {
        let is_transient = |code: u16| StatusCode::from_u16(code).is_ok_and(is_transient);
        for code in [408, 423, 425, 429, 500, 502, 503, 504, 507, 509, 520, 522, 524, 529, 598] {
            assert!(is_transient(code), "{code}");
        }
        for code in [200, 204, 301, 400, 401, 403, 404, 405, 409, 410, 422, 501, 505, 510, 511] {
            assert!(!is_transient(code), "{code}");
        }
    }
}
