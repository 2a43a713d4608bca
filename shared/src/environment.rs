//! Configuration from environment variables, for both kinds of stores.

use std::fmt::Display;
use std::str::FromStr;

use crate::domain::contact::Contacts;
use crate::http::loopback::LoopbackPolicy;
use crate::microsoft::config::{MicrosoftConfig, SimulatedMicrosoft};
use crate::okta::config::OktaConfig;
use crate::settings::{MailSettings, PublicUrl, Settings};

/// The configuration of clients and use cases.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Okta's client.
    pub okta: OktaConfig,
    /// Microsoft's client.
    pub microsoft: MicrosoftConfig,
    /// The installation's settings.
    pub settings: Settings,
}

/// A variable is missing or invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable} cannot be used: {reason}")]
pub struct BadVariable {
    /// Which one.
    pub variable: &'static str,
    /// What is wrong with it.
    pub reason: String,
}

/// The value of a variable that is set and not empty.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Reads the variables that both kinds of stores share: `REGRANT_PUBLIC_URL`, where browsers reach the installation;
/// `REGRANT_ALLOW_LOOPBACK=1`, which allows orgs on loopback addresses; with it `REGRANT_MICROSOFT_SIMULATOR`, a simulated
/// sign-in page and Graph on loopback, separated by a comma; `REGRANT_VERIFIED_PUBLISHER`, the publisher that Microsoft shows
/// as verified for the installation's own registration; and the variables of [`mail_settings`].
pub fn config() -> Result<Config, BadVariable> {
    let allowed = variable("REGRANT_ALLOW_LOOPBACK").is_some_and(|value| value == "1");
    let loopback = if allowed { LoopbackPolicy::Allow } else { LoopbackPolicy::Refuse };
    let mut config = Config { okta: OktaConfig { loopback, ..OktaConfig::default() }, ..Config::default() };
    if let Some(url) = variable("REGRANT_PUBLIC_URL") {
        let bad = |reason: String| BadVariable { variable: "REGRANT_PUBLIC_URL", reason };
        config.settings.public_url = Some(PublicUrl::parse(&url, loopback).map_err(|error| bad(error.to_string()))?);
    }
    config.settings.verified_publisher = variable("REGRANT_VERIFIED_PUBLISHER");
    config.settings.mail = mail_settings()?;
    config.microsoft.simulator = simulated_microsoft(loopback)?;
    Ok(config)
}

/// The simulated Microsoft from `REGRANT_MICROSOFT_SIMULATOR`. Fails if loopback is not allowed.
pub fn simulated_microsoft(loopback: LoopbackPolicy) -> Result<Option<SimulatedMicrosoft>, BadVariable> {
    let bad = |reason| BadVariable { variable: "REGRANT_MICROSOFT_SIMULATOR", reason };
    let named = variable("REGRANT_MICROSOFT_SIMULATOR");
    named.map(|hosts| SimulatedMicrosoft::parse(&hosts, loopback).map_err(bad)).transpose()
}

/// The settings for email: `REGRANT_MAIL_FROM`, `REGRANT_MAIL_QUESTIONS_TO`, `REGRANT_MAIL_OPERATORS` and
/// `REGRANT_MAIL_ESCALATION` (addresses, separated by commas), `REGRANT_MAIL_LANGUAGE`, `REGRANT_MAIL_TIME_ZONE`,
/// `REGRANT_MAIL_QUIET_HOURS` (`18:00-08:00`), `REGRANT_MAIL_DEADLINE` (`2024-12-31`).
pub fn mail_settings() -> Result<MailSettings, BadVariable> {
    let defaults = MailSettings::default();
    Ok(MailSettings {
        sender: parsed("REGRANT_MAIL_FROM")?,
        questions_to: parsed("REGRANT_MAIL_QUESTIONS_TO")?,
        contacts: Contacts {
            administrators: Vec::new(),
            operators: listed("REGRANT_MAIL_OPERATORS")?,
            escalation: listed("REGRANT_MAIL_ESCALATION")?,
            language: parsed("REGRANT_MAIL_LANGUAGE")?.unwrap_or_default(),
            time_zone: parsed("REGRANT_MAIL_TIME_ZONE")?.unwrap_or_default(),
            quiet_hours: parsed("REGRANT_MAIL_QUIET_HOURS")?,
        },
        deadline: parsed("REGRANT_MAIL_DEADLINE")?.unwrap_or(defaults.deadline),
    })
}

fn parsed<T: FromStr<Err: Display>>(name: &'static str) -> Result<Option<T>, BadVariable> {
    let bad = |error: T::Err| BadVariable { variable: name, reason: error.to_string() };
    variable(name).map(|value| value.trim().parse().map_err(bad)).transpose()
}

fn listed<T: FromStr<Err: Display>>(name: &'static str) -> Result<Vec<T>, BadVariable> {
    let bad = |error: T::Err| BadVariable { variable: name, reason: error.to_string() };
    let value = variable(name).unwrap_or_default();
    value.split(',').map(str::trim).filter(|one| !one.is_empty()).map(|one| one.parse().map_err(bad)).collect()
}
