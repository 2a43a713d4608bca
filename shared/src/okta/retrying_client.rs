//! A call carried to an end: paced by the org's budget, tried again where that may help.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use backon::{BackoffBuilder, ExponentialBuilder};
use http::{HeaderValue, StatusCode};
use parking_lot::Mutex;
use reqwest::Request;

use super::rate_budget::{Bucket, Budget, Reading};
use super::{OktaError, OrgUrl};
use crate::clock::Clock;
use crate::http::transport::{Answer, Transport};
use crate::okta::config::OktaConfig;
use crate::randomness::Randomness;

/// How many budgets are kept before those whose windows are over are dropped, whenever the map would have to grow.
const KEPT_BUDGETS: usize = 512;

/// A request that can be written anew for each attempt.
#[async_trait]
pub(crate) trait Call: Send + Sync {
    /// Writes it.
    async fn write(&self) -> Result<Request, OktaError>;

    /// What it does no harm to send again.
    fn repeat(&self) -> Repeat {
        Repeat::Always
    }
}

/// The retry class of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// After a refusal, an outage, and where no answer arrived.
    Always,
    /// Only after 429, which says that the call was not taken (Okta, "Rate limits").
    UnlessItMayHaveArrived,
}

type Budgets = HashMap<(String, Bucket), Budget>;

/// Carries calls to orgs.
#[derive(Clone)]
pub(crate) struct RetryingClient {
    transport: Transport,
    config: OktaConfig,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) randomness: Arc<dyn Randomness>,
    budgets: Arc<Mutex<Budgets>>,
}

/// What to do after an attempt.
enum Verdict {
    Done,
    /// The window is used up, and the budget knows until when.
    Window,
    /// Wait a little longer each time.
    Backoff,
}

impl RetryingClient {
    pub(crate) fn new(
        config: OktaConfig,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
    ) -> Result<Self, OktaError> {
        Ok(Self { transport: Transport::new(&config.transport())?, config, clock, randomness, budgets: Arc::default() })
    }

    /// Delivers `call` and gives the org's last word: an answer of any status, or why there is none.
    pub(crate) async fn deliver(&self, org: &OrgUrl, bucket: Bucket, call: &dyn Call) -> Result<Answer, OktaError> {
        let host = org.host();
        let attempts = self.config.attempts.max(1);
        let mut delays = delays(attempts);
        let mut waited = Duration::ZERO;
        let mut retry_for: Option<HeaderValue> = None;
        for attempt in 1..=attempts {
            self.wait_for_room(&host, bucket, &mut waited).await?;
            let mut request = call.write().await?;
            if attempt > 1 {
                // Okta asks for both, so that its support can follow a call (Okta SDKs send them).
                request.headers_mut().insert("x-okta-retry-count", HeaderValue::from(attempt - 1));
                if let Some(id) = &retry_for {
                    request.headers_mut().insert("x-okta-retry-for", id.clone());
                }
            }
            let outcome = self.transport.send(request).await.map_err(OktaError::from);
            let last = attempt == attempts;
            let once = call.repeat() == Repeat::UnlessItMayHaveArrived;
            let verdict = match &outcome {
                Ok(answer) if once && answer.status != StatusCode::TOO_MANY_REQUESTS => {
                    self.learn(&host, bucket, answer);
                    Verdict::Done
                }
                Err(_) if once => Verdict::Done,
                Ok(answer) => {
                    retry_for = retry_for.or_else(|| answer.headers.get("x-okta-request-id").cloned());
                    self.learn(&host, bucket, answer)
                }
                Err(OktaError::NoAnswer { .. }) => Verdict::Backoff,
                Err(_) => Verdict::Done,
            };
            let delay = match verdict {
                Verdict::Done => return outcome,
                Verdict::Window if last => {
                    return Err(OktaError::RateLimited { retry_after: self.room_in(&host, bucket) });
                }
                // The next attempt waits for the window; where the budget knows of none, a refusal still is one.
                Verdict::Window if !self.room_in(&host, bucket).is_zero() => Duration::ZERO,
                Verdict::Backoff if last => return outcome,
                Verdict::Window | Verdict::Backoff => {
                    delays.next().map_or(Duration::ZERO, |delay| self.jittered(delay))
                }
            };
            if let Err(error) = &outcome {
                tracing::debug!(%host, attempt, %error, "no answer; trying again");
            }
            waited += delay;
            self.clock.sleep(delay).await;
        }
        Err(OktaError::RateLimited { retry_after: self.room_in(&host, bucket) })
    }

    /// Up to half as long again, so that many callers do not come back at once.
    fn jittered(&self, delay: Duration) -> Duration {
        let mut byte = [0u8; 1];
        self.randomness.fill(&mut byte);
        delay + delay * u32::from(byte[0]) / 512
    }

    async fn wait_for_room(&self, host: &str, bucket: Bucket, waited: &mut Duration) -> Result<(), OktaError> {
        loop {
            let wait = self.room_in(host, bucket);
            if wait.is_zero() {
                return Ok(());
            }
            if *waited + wait > self.config.longest_wait {
                return Err(OktaError::RateLimited { retry_after: wait });
            }
            tracing::debug!(%host, seconds = wait.as_secs(), "waiting for the org's rate window");
            *waited += wait;
            self.clock.sleep(wait).await;
        }
    }

    /// How long until the org has room for another call.
    fn room_in(&self, host: &str, bucket: Bucket) -> Duration {
        let budgets = self.budgets.lock();
        let budget = budgets.get(&(host.to_owned(), bucket));
        budget.map_or(Duration::ZERO, |budget| budget.wait(self.clock.now()))
    }

    fn learn(&self, host: &str, bucket: Bucket, answer: &Answer) -> Verdict {
        let reading = Reading::from_headers(&answer.headers);
        if let Some(reading) = &reading {
            let now = self.clock.now();
            let mut budgets = self.budgets.lock();
            if budgets.len() == budgets.capacity() && budgets.len() >= KEPT_BUDGETS {
                budgets.retain(|_, budget| !budget.is_over(now));
            }
            budgets.entry((host.to_owned(), bucket)).or_default().learn(reading, now);
        }
        match answer.status {
            StatusCode::TOO_MANY_REQUESTS if reading.is_some_and(|reading| !reading.is_concurrency_limit()) => {
                Verdict::Window
            }
            StatusCode::TOO_MANY_REQUESTS
            | StatusCode::INTERNAL_SERVER_ERROR
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => Verdict::Backoff,
            _ => Verdict::Done,
        }
    }
}

/// Half a second, then twice as long each time, up to twenty.
fn delays(attempts: u32) -> impl Iterator<Item = Duration> + Send {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(500))
        .with_max_delay(Duration::from_secs(20))
        .with_max_times(attempts as usize)
        .build()
}

impl std::fmt::Debug for RetryingClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RetryingClient").field("config", &self.config).finish_non_exhaustive()
    }
}
