//! How the Okta client behaves: timeouts, retries, body limits.

use std::time::Duration;

use crate::http::loopback::LoopbackPolicy;
use crate::http::transport::TransportConfig;

/// How the client behaves.
#[derive(Debug, Clone)]
pub struct OktaConfig {
    /// How long to wait for a connection.
    pub connect_timeout: Duration,
    /// How long one attempt may take, body included.
    pub timeout: Duration,
    /// How often a call is tried in all.
    pub attempts: u32,
    /// The longest that one call waits for its rate window, in all.
    pub longest_wait: Duration,
    /// The longest body that is read, in bytes.
    pub max_body: usize,
    /// Whether loopback addresses may be orgs.
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
