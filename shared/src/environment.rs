//! What a function's environment says, whichever stores it has.

use crate::microsoft::client::{MicrosoftConfig, SimulatedMicrosoft};
use crate::okta::client::ClientConfig;
use crate::okta::org_url::LoopbackPolicy;
use crate::settings::{PublicUrl, Settings};

/// How everything that is opened behaves.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Okta's client.
    pub okta: ClientConfig,
    /// Microsoft's client.
    pub microsoft: MicrosoftConfig,
    /// What the installation decided.
    pub settings: Settings,
}

/// A variable that is missing, or does not say what it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable} cannot be used: {reason}")]
pub struct BadVariable {
    /// Which one.
    pub variable: &'static str,
    /// What is wrong with it.
    pub reason: String,
}

/// A variable that is set and not empty.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Reads what both kinds of stores have in common: `REGRANT_PUBLIC_URL` is where browsers reach the installation,
/// `REGRANT_ALLOW_LOOPBACK=1` lets loopback addresses be orgs, and only then `REGRANT_MICROSOFT_SIMULATOR` may name a
/// sign-in page and a Graph on loopback, with a comma between.
pub fn config() -> Result<Config, BadVariable> {
    let allowed = variable("REGRANT_ALLOW_LOOPBACK").is_some_and(|value| value == "1");
    let loopback = if allowed { LoopbackPolicy::Allow } else { LoopbackPolicy::Refuse };
    let mut config = Config { okta: ClientConfig { loopback, ..ClientConfig::default() }, ..Config::default() };
    if let Some(url) = variable("REGRANT_PUBLIC_URL") {
        let bad = |reason: String| BadVariable { variable: "REGRANT_PUBLIC_URL", reason };
        config.settings.public_url = Some(PublicUrl::parse(&url, loopback).map_err(|error| bad(error.to_string()))?);
    }
    config.microsoft.simulator = simulated_microsoft(loopback)?;
    Ok(config)
}

/// The simulated Microsoft that `REGRANT_MICROSOFT_SIMULATOR` names, where loopback is allowed.
pub fn simulated_microsoft(loopback: LoopbackPolicy) -> Result<Option<SimulatedMicrosoft>, BadVariable> {
    let bad = |reason| BadVariable { variable: "REGRANT_MICROSOFT_SIMULATOR", reason };
    let named = variable("REGRANT_MICROSOFT_SIMULATOR");
    named.map(|hosts| SimulatedMicrosoft::parse(&hosts, loopback).map_err(bad)).transpose()
}
