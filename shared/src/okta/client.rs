//! The real client.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::org_url::LoopbackPolicy;
use super::{Okta, OktaCredential, OktaError, OktaOrg, OrgUrl, ResolvedOrg};
use crate::clock::Clock;
use crate::randomness::Randomness;

/// How the client behaves.
#[derive(Debug, Clone)]
pub struct ClientConfig {
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

impl Default for ClientConfig {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(30),
            attempts: 4,
            longest_wait: Duration::from_secs(180),
            max_body: 16 << 20,
            loopback: LoopbackPolicy::Refuse,
        }
    }
}

/// Okta over HTTP.
#[derive(Clone)]
pub struct OktaClient {}

impl OktaClient {
    /// A client that shares one connection pool among all orgs.
    pub fn new(
        config: ClientConfig,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
    ) -> Result<Self, OktaError> {
        let _ = (config, clock, randomness);
        Ok(Self {})
    }
}

#[async_trait]
impl Okta for OktaClient {
    async fn resolve(&self, host: &OrgUrl) -> Result<ResolvedOrg, OktaError> {
        Err(OktaError::Credential(host.to_string()))
    }

    fn open(&self, base_url: &OrgUrl, credential: &OktaCredential) -> Result<Box<dyn OktaOrg>, OktaError> {
        let _ = credential;
        Err(OktaError::Credential(base_url.to_string()))
    }
}
