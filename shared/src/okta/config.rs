//! Configuration of the Okta client: timeouts, retries and body limits.

use std::time::Duration;

use crate::http::loopback::LoopbackPolicy;
use crate::http::transport::TransportConfig;

/// The configuration of the Okta client.
#[derive(Debug, Clone)]
pub struct OktaConfig {
    /// The connection timeout.
    pub connect_timeout: Duration,
    /// The timeout of one attempt, including its body.
    pub timeout: Duration,
    /// The maximum number of attempts of a call.
    pub attempts: u32,
    /// The maximum total wait of a call between its attempts, including waits for the rate window.
    pub longest_wait: Duration,
    /// The maximum body size, in bytes.
    pub max_body: usize,
    /// Whether a loopback address can be an org.
    pub loopback: LoopbackPolicy,
}

impl Default for OktaConfig {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(30),
            attempts: 4,
            longest_wait: Duration::from_mins(3),
            max_body: 16 << 20,
            loopback: LoopbackPolicy::Refuse,
        }
    }
}

impl OktaConfig {
    pub(crate) fn transport(&self) -> TransportConfig {
        let Self { connect_timeout, timeout, max_body, loopback, .. } = *self;
        TransportConfig { connect_timeout, timeout, max_body, loopback }
    }
}
