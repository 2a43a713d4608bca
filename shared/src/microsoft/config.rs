//! How the Microsoft client behaves: timeouts, retries and, in tests, a simulator.

use std::time::Duration;

use url::Url;

use crate::http::loopback::{LoopbackPolicy, is_loopback};

/// How the client behaves.
#[derive(Debug, Clone)]
pub struct MicrosoftConfig {
    /// How long to wait for a connection.
    pub connect_timeout: Duration,
    /// How long one attempt may take, body included.
    pub timeout: Duration,
    /// How often a call that may be repeated is tried in all.
    pub attempts: u32,
    /// The longest that one call waits because Microsoft asked it to, in all.
    pub longest_wait: Duration,
    /// The longest body that is read, in bytes.
    pub max_body: usize,
    /// A simulator in the place of every cloud.
    pub simulator: Option<SimulatedMicrosoft>,
}

/// Where a simulator is: loopback addresses only.
#[derive(Debug, Clone)]
pub struct SimulatedMicrosoft {
    /// Its sign-in page's origin.
    pub login: Url,
    /// Its Graph's origin.
    pub graph: Url,
}

impl SimulatedMicrosoft {
    /// Two loopback origins with a comma between, where loopback is allowed.
    pub fn parse(text: &str, loopback: LoopbackPolicy) -> Result<Self, String> {
        let origin = |text: &str| {
            let url = Url::parse(text.trim()).ok()?;
            let local = url.host().is_some_and(|host| is_loopback(&host));
            (loopback == LoopbackPolicy::Allow && local && url.path() == "/").then_some(url)
        };
        let both = text.split_once(',').and_then(|(login, graph)| Some((origin(login)?, origin(graph)?)));
        let (login, graph) = both.ok_or("two loopback origins, and only where loopback is allowed")?;
        Ok(Self { login, graph })
    }
}

impl Default for MicrosoftConfig {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(20),
            attempts: 4,
            longest_wait: Duration::from_secs(20),
            max_body: 4 << 20,
            simulator: None,
        }
    }
}
