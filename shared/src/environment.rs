//! Configuration from environment variables, for both kinds of stores.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;
use std::str::FromStr;

use serde::Deserialize;

use crate::domain::branding::{AccentColour, BrandName, Branding, Logo};
use crate::domain::contact::{Contacts, MailAddress};
use crate::domain::customer::CustomerName;
use crate::http::loopback::LoopbackPolicy;
use crate::microsoft::config::{MicrosoftConfig, SimulatedMicrosoft};
use crate::okta::config::OktaConfig;
use crate::settings::{CustomerBranding, MailSettings, PublicUrl, Settings};

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
/// as verified for the installation's own registration; and the variables of [`mail_settings`] and [`branding`].
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
    config.settings.branding = branding()?;
    config.settings.customer_branding = customer_branding(&config.settings.branding)?;
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

/// The identity that pages show: `REGRANT_BRAND_NAME`, `REGRANT_BRAND_ACCENT` (`#0b57a4`) and `REGRANT_BRAND_LOGO` (a file).
pub fn branding() -> Result<Branding, BadVariable> {
    let name = parsed("REGRANT_BRAND_NAME")?.unwrap_or_default();
    let accent = parsed("REGRANT_BRAND_ACCENT")?.unwrap_or_default();
    let bad = |reason| BadVariable { variable: "REGRANT_BRAND_LOGO", reason };
    let logo = variable("REGRANT_BRAND_LOGO").map(|file| logo(Path::new(&file)).map_err(bad));
    Ok(Branding { name, accent, logo: logo.transpose()? })
}

/// The identities that pages show to customers: `REGRANT_BRAND_CUSTOMERS`, a JSON file with one object per customer.
fn customer_branding(own: &Branding) -> Result<BTreeMap<CustomerName, CustomerBranding>, BadVariable> {
    let bad = |reason| BadVariable { variable: "REGRANT_BRAND_CUSTOMERS", reason };
    let Some(file) = variable("REGRANT_BRAND_CUSTOMERS") else { return Ok(BTreeMap::new()) };
    let content = std::fs::read_to_string(&file).map_err(|error| bad(format!("{file}: {error}")))?;
    let folder = Path::new(&file).parent().unwrap_or(Path::new(""));
    customers_in(&content, own, folder).map_err(|reason| bad(format!("{file}: {reason}")))
}

/// Parses the file of [`customer_branding`]. Paths of logos are relative to `folder`.
fn customers_in(
    content: &str,
    own: &Branding,
    folder: &Path,
) -> Result<BTreeMap<CustomerName, CustomerBranding>, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Entry {
        name: Option<String>,
        accent: Option<String>,
        logo: Option<String>,
        support: Option<String>,
    }
    let entries: BTreeMap<String, Entry> = serde_json::from_str(content).map_err(|error| error.to_string())?;
    let parse = |(customer, entry): (String, Entry)| -> Result<(CustomerName, CustomerBranding), String> {
        let named = |error: &dyn Display| format!("{customer}: {error}");
        let name = entry.name.map(|name| name.parse::<BrandName>().map_err(|error| named(&error))).transpose()?;
        let accent = entry.accent.map(|it| it.parse::<AccentColour>().map_err(|error| named(&error))).transpose()?;
        let picture = entry.logo.map(|file| logo(&folder.join(file)).map_err(|error| named(&error))).transpose()?;
        let support = entry.support.map(|it| it.parse::<MailAddress>().map_err(|error| named(&error))).transpose()?;
        let key = customer.parse::<CustomerName>().map_err(|error| named(&error))?;
        let branding = Branding {
            name: name.unwrap_or_else(|| own.name.clone()),
            accent: accent.unwrap_or(own.accent),
            logo: picture.or_else(|| own.logo.clone()),
        };
        Ok((key, CustomerBranding { branding, support }))
    };
    entries.into_iter().map(parse).collect()
}

fn logo(file: &Path) -> Result<Logo, String> {
    let content = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    Logo::parse(&content).map_err(|error| format!("{}: {error}", file.display()))
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;

    #[test]
    fn customers_inherit_what_they_do_not_set() {
        let own = Branding { name: "Provider".parse().unwrap(), accent: "#5c2d91".parse().unwrap(), logo: None };
        let content = r##"{"Contoso": {"name": "Contoso IT"}, "Fabrikam": {"accent": "#005a36", "support": "it@fabrikam.example"}}"##;
        let parsed = customers_in(content, &own, Path::new("")).unwrap();
        let contoso = &parsed[&"Contoso".parse::<CustomerName>().unwrap()];
        assert_eq!((contoso.branding.name.to_string().as_str(), contoso.branding.accent), ("Contoso IT", own.accent));
        let fabrikam = &parsed[&"Fabrikam".parse::<CustomerName>().unwrap()];
        assert_eq!(fabrikam.branding.name, own.name);
        assert_eq!(
            fabrikam.support.as_ref().map(super::super::domain::contact::MailAddress::as_str),
            Some("it@fabrikam.example")
        );
    }

    #[test]
    fn bad_customer_branding_names_the_customer() {
        let own = Branding::default();
        let refused = |content: &str| customers_in(content, &own, Path::new("")).map(drop).unwrap_err();
        assert!(refused(r##"{"Contoso": {"accent": "#ffff00"}}"##).starts_with("Contoso: #ffff00 is too light"));
        assert!(refused(r#"{"Contoso": {"colour": "red"}}"#).contains("unknown field"));
        assert!(refused(r#"{"Contoso": {"logo": "/no/such/file"}}"#).contains("/no/such/file"));
    }
}
