//! Configuration of the Microsoft client: timeouts, retries and, for tests, a simulator.

use std::time::Duration;

use url::Url;

use crate::http::loopback::{LoopbackPolicy, is_loopback};

/// The configuration of the Microsoft client.
#[derive(Debug, Clone)]
pub struct MicrosoftConfig {
    /// The connection timeout.
    pub connect_timeout: Duration,
    /// The timeout of one attempt, including its body.
    pub timeout: Duration,
    /// The maximum number of attempts of a call.
    pub attempts: u32,
    /// The maximum total wait of a call between its attempts.
    pub longest_wait: Duration,
    /// The maximum body size, in bytes.
    pub max_body: usize,
    /// A simulator that replaces every cloud.
    pub simulator: Option<SimulatedMicrosoft>,
}

/// The origins of a simulator. Only loopback addresses are allowed.
#[derive(Debug, Clone)]
pub struct SimulatedMicrosoft {
    /// The origin of its sign-in page.
    pub login: Url,
    /// The origin of its Graph.
    pub graph: Url,
}

impl SimulatedMicrosoft {
    /// Parses two loopback origins separated by a comma, if loopback is allowed.
    pub fn parse(text: &str, loopback: LoopbackPolicy) -> Result<Self, String> {
        let origin = |text: &str| {
            let url = Url::parse(text.trim()).ok()?;
            let local = url.host().is_some_and(|host| is_loopback(&host));
            (loopback == LoopbackPolicy::Allow && local && url.path() == "/").then_some(url)
        };
        let both = text.split_once(',').and_then(|(login, graph)| Some((origin(login)?, origin(graph)?)));
        let (login, graph) = both.ok_or("expected two loopback origins, and loopback must be allowed")?;
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
