//! One call carried to an end: tried again where that may help, and never longer than anybody waits.

use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use http::StatusCode;
use reqwest::Request;
use serde_json::Value;

use super::MicrosoftError;
use crate::clock::Clock;
use crate::http::loopback::LoopbackPolicy;
use crate::http::transport::{Answer, Transport, TransportConfig, TransportError, shown_host};
use crate::microsoft::config::MicrosoftConfig;

/// The retry class of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// A read, or a refresh: after a refusal that passes, an outage, and where no answer arrived.
    Always,
    /// The exchange of a code, which is good once: only after 429, which says that it was not taken.
    OnlyRefused,
}

/// Carries requests.
#[derive(Clone)]
pub(super) struct RetryingClient {
    transport: Transport,
    attempts: u32,
    longest_wait: Duration,
    clock: Arc<dyn Clock>,
}

impl RetryingClient {
    pub(super) fn new(config: &MicrosoftConfig, clock: Arc<dyn Clock>) -> Result<Self, MicrosoftError> {
        let loopback = if config.simulator.is_some() { LoopbackPolicy::Allow } else { LoopbackPolicy::Refuse };
        let MicrosoftConfig { connect_timeout, timeout, max_body, .. } = *config;
        let transport = Transport::new(&TransportConfig { connect_timeout, timeout, max_body, loopback })?;
        Ok(Self { transport, attempts: config.attempts.max(1), longest_wait: config.longest_wait, clock })
    }

    /// Sends what `write` writes, anew for each attempt, and gives the last word.
    pub(super) async fn carry(
        &self,
        repeat: Repeat,
        write: impl Fn() -> Result<Request, MicrosoftError> + Sync,
    ) -> Result<Answer, MicrosoftError> {
        let mut delays = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(500))
            .with_max_delay(Duration::from_secs(10))
            .with_max_times(self.attempts as usize)
            .build();
        let mut waited = Duration::ZERO;
        for attempt in 1.. {
            let outcome = self.transport.send(write()?).await;
            let asked = match &outcome {
                Ok(answer) if passes(answer.status, repeat) => retry_after(answer),
                Err(TransportError::NoAnswer { .. }) if repeat == Repeat::Always => None,
                _ => return Ok(outcome?),
            };
            if attempt >= self.attempts {
                return Ok(outcome?);
            }
            let delay = asked.unwrap_or_else(|| delays.next().unwrap_or_default());
            if waited + delay > self.longest_wait {
                return match asked {
                    Some(retry_after) => Err(MicrosoftError::RateLimited { retry_after }),
                    None => Ok(outcome?),
                };
            }
            tracing::debug!(attempt, seconds = delay.as_secs_f32(), "Microsoft did not serve; trying again");
            waited += delay;
            self.clock.sleep(delay).await;
        }
        // The loop has no end of its own.
        Err(MicrosoftError::RateLimited { retry_after: self.longest_wait })
    }

    /// Sends a GET and reads JSON, whatever the status.
    pub(super) async fn get(
        &self,
        write: impl Fn() -> Result<Request, MicrosoftError> + Sync,
    ) -> Result<Read, MicrosoftError> {
        let host = shown_host(write()?.url());
        let answer = self.carry(Repeat::Always, write).await?;
        let body = serde_json::from_slice(&answer.body);
        match body {
            Ok(body) => Ok(Read { answer, body }),
            Err(_) if !answer.status.is_success() => Ok(Read { answer, body: Value::Null }),
            Err(_) => Err(MicrosoftError::Unexpected { host, what: "a body that is not JSON".to_owned() }),
        }
    }
}

/// An answer and its JSON; null where an error came without.
pub(super) struct Read {
    pub(super) answer: Answer,
    pub(super) body: Value,
}

/// Whether the same call may be taken later. Any answer with `Retry-After` of a status below 500 but 429 is final.
fn passes(status: StatusCode, repeat: Repeat) -> bool {
    match repeat {
        Repeat::OnlyRefused => status == StatusCode::TOO_MANY_REQUESTS,
        Repeat::Always => {
            matches!(
                status,
                StatusCode::TOO_MANY_REQUESTS
                    | StatusCode::INTERNAL_SERVER_ERROR
                    | StatusCode::BAD_GATEWAY
                    | StatusCode::SERVICE_UNAVAILABLE
                    | StatusCode::GATEWAY_TIMEOUT
            )
        }
    }
}

/// Whole seconds; Microsoft sends no dates there. An hour at the most, as MSAL has it.
fn retry_after(answer: &Answer) -> Option<Duration> {
    let seconds: u64 = answer.header("retry-after")?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.min(3_600)))
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
