//! Outgoing webhooks: programs that Regrant calls when the standing of an app changes and when a request is opened, changes
//! or ends, and ticket systems that hold one ticket per request.
//!
//! The URL of a hook is a secret, because those of Slack and Teams contain their key, and so is its signing secret.
//! Both are in the vault. Generic calls are signed as in Standard Webhooks, so that the receiver can verify them.

pub mod client;
mod error;
pub mod message;
pub mod tickets;

use std::collections::BTreeSet;
use std::str::FromStr;

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::domain::customer::CustomerName;
use crate::domain::id::NotificationId;
use crate::domain::standing::{Severity, Standing};
use crate::http::loopback::{LoopbackPolicy, is_loopback};
use crate::randomness::Randomness;
use crate::vault::{NotUnsealed, exposed, seal, unseal};

pub use error::HookError;
use tickets::{TicketChange, TicketDesk};

/// The format that the receiver expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HookKind {
    /// Our own JSON, signed (Standard Webhooks).
    Generic,
    /// Slack's incoming webhook.
    Slack,
    /// Microsoft Teams' workflow webhook, which expects an Adaptive Card.
    Teams,
    /// `ServiceNow`'s Table API.
    Servicenow,
    /// Jira Cloud's REST API.
    Jira,
}

impl FromStr for HookKind {
    type Err = UnknownHookKind;
    fn from_str(name: &str) -> Result<Self, UnknownHookKind> {
        match name {
            "generic" => Ok(Self::Generic),
            "slack" => Ok(Self::Slack),
            "teams" => Ok(Self::Teams),
            "servicenow" => Ok(Self::Servicenow),
            "jira" => Ok(Self::Jira),
            _ => Err(UnknownHookKind),
        }
    }
}

impl HookKind {
    /// The name used in every output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Generic => "generic",
            Self::Slack => "slack",
            Self::Teams => "teams",
            Self::Servicenow => "servicenow",
            Self::Jira => "jira",
        }
    }

    /// Whether it holds a ticket per request.
    pub const fn is_ticket_system(self) -> bool {
        matches!(self, Self::Servicenow | Self::Jira)
    }

    /// Whether it receives events about changed standings, which people read.
    pub const fn receives_changes(self) -> bool {
        !self.is_ticket_system()
    }

    /// Whether it receives events about requests, which programs correlate.
    pub const fn receives_requests(self) -> bool {
        matches!(self, Self::Generic) || self.is_ticket_system()
    }
}

/// The name is not that of a hook kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown hook kind; use one of generic, slack, teams, servicenow, jira")]
pub struct UnknownHookKind;

/// A webhook: where it is, and how its calls are signed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Hook {
    /// Its name: 1 to 40 letters, digits, `-` and `_`.
    pub name: String,
    /// The format that the receiver expects.
    pub kind: HookKind,
    /// Its URL.
    #[serde(serialize_with = "exposed")]
    pub url: SecretString,
    /// The key that signs its calls: `whsec_` and 256 bits of base64 (Standard Webhooks).
    #[serde(serialize_with = "exposed")]
    pub signing_secret: SecretString,
    /// Which apps it is called about.
    #[serde(default)]
    pub route: Route,
    /// The credentials and the place of tickets, if it is a ticket system.
    #[serde(default)]
    pub desk: Option<TicketDesk>,
    /// When it was added. It hears of requests that were opened later; a ticket system also gets those that are open.
    #[serde(default)]
    pub added_at: Option<Timestamp>,
}

/// Which apps a hook is called about. Every condition must hold; an empty one always does.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Route {
    /// Apps in orgs of one of these customers.
    pub customers: BTreeSet<CustomerName>,
    /// Apps at one of these standings.
    pub standings: BTreeSet<Standing>,
    /// Apps of at least this severity.
    pub severity: Option<Severity>,
}

impl Route {
    /// Whether an app at `standing`, in an org of `customer`, matches.
    pub fn includes(&self, customer: Option<&CustomerName>, standing: Standing) -> bool {
        self.includes_customer(customer)
            && (self.standings.is_empty() || self.standings.contains(&standing))
            && self.severity.is_none_or(|least| Severity::of(standing) >= least)
    }

    /// Whether an org of `customer` matches, ignoring the standings of its apps.
    pub fn includes_customer(&self, customer: Option<&CustomerName>) -> bool {
        self.customers.is_empty() || customer.is_some_and(|customer| self.customers.contains(customer))
    }
}

/// Why a hook was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAHook {
    /// The name is invalid.
    #[error("a hook's name has 1 to 40 letters, digits, `-` or `_`")]
    Name,
    /// The URL is invalid.
    #[error("a hook's address is an https URL with a host and without a user name or password")]
    Url,
}

impl Hook {
    /// Creates a hook with a new signing secret.
    pub fn new(
        name: &str,
        kind: HookKind,
        url: &SecretString,
        loopback: LoopbackPolicy,
        randomness: &dyn Randomness,
    ) -> Result<Self, NotAHook> {
        use base64::Engine as _;
        let shaped = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if !(1..=40).contains(&name.len()) || !name.bytes().all(shaped) {
            return Err(NotAHook::Name);
        }
        address(url, loopback).ok_or(NotAHook::Url)?;
        let mut key = [0u8; 32];
        randomness.fill(&mut key);
        let signing_secret = format!("whsec_{}", base64::engine::general_purpose::STANDARD.encode(key));
        Ok(Self {
            name: name.to_owned(),
            kind,
            url: url.clone(),
            signing_secret: signing_secret.into(),
            route: Route::default(),
            desk: None,
            added_at: None,
        })
    }
}

/// The URL of a hook, if it may be called: https, or loopback if that is allowed.
fn address(url: &SecretString, loopback: LoopbackPolicy) -> Option<Url> {
    let url = Url::parse(url.expose_secret()).ok()?;
    let local = loopback == LoopbackPolicy::Allow && url.host().is_some_and(|host| is_loopback(&host));
    let nameless = url.username().is_empty() && url.password().is_none();
    (nameless && url.host().is_some() && (url.scheme() == "https" || (local && url.scheme() == "http"))).then_some(url)
}

/// All hooks of an installation, as stored in the vault.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HookList(pub Vec<Hook>);

impl HookList {
    /// Serialises them for the vault.
    pub fn seal(&self) -> SecretString {
        seal(self)
    }

    /// Parses the vault's secret.
    pub fn unseal(secret: &SecretString) -> Result<Self, NotUnsealed> {
        unseal("a list of hooks", secret)
    }
}

/// Calls hooks.
#[async_trait]
pub trait HookCaller: Send + Sync {
    /// Calls a hook once. `id` is the same for each attempt of one notification, so that the receiver can ignore
    /// duplicates (Standard Webhooks, `webhook-id`).
    async fn call(&self, hook: &Hook, id: &NotificationId, at: Timestamp, body: &Value) -> Result<(), HookError>;
    /// Brings the ticket of a request to the goal of an event, by as many calls as that takes. May be repeated after a crash
    /// at any point. Returns the ticket's id, if there is a ticket.
    async fn update_ticket(&self, hook: &Hook, change: &TicketChange) -> Result<Option<String>, HookError>;
    /// Signs in to a ticket system without changing anything there.
    async fn check_tickets(&self, hook: &Hook) -> Result<(), HookError>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::randomness::SeededRandomness;

    fn made(name: &str, url: &str, loopback: LoopbackPolicy) -> Result<Hook, NotAHook> {
        let randomness = SeededRandomness::new(1);
        Hook::new(name, HookKind::Generic, &SecretString::from(url.to_owned()), loopback, &randomness)
    }

    #[test]
    fn hook_needs_a_valid_name_and_an_https_url() {
        assert!(made("siem-1", "https://hooks.example/x?key=1", LoopbackPolicy::Refuse).is_ok());
        for name in ["", "a b", "a/b", &"x".repeat(41)] {
            assert_eq!(made(name, "https://hooks.example/", LoopbackPolicy::Refuse).err(), Some(NotAHook::Name));
        }
        for url in ["http://hooks.example/", "https://u:p@hooks.example/", "ftp://hooks.example/", "hooks.example", ""]
        {
            assert_eq!(made("siem", url, LoopbackPolicy::Allow).err(), Some(NotAHook::Url), "{url}");
        }
        assert!(made("siem", "http://127.0.0.1:9/", LoopbackPolicy::Allow).is_ok());
        assert_eq!(made("siem", "http://127.0.0.1:9/", LoopbackPolicy::Refuse).err(), Some(NotAHook::Url));
    }

    #[test]
    fn route_matches_customer_standing_and_severity() {
        let acme: CustomerName = "Acme".parse().unwrap_or_else(|_| unreachable!());
        let all = Route::default();
        assert!(all.includes(None, Standing::Consented) && all.includes(Some(&acme), Standing::Broken));
        let of_acme = Route { customers: [acme.clone()].into(), ..Route::default() };
        assert!(of_acme.includes(Some(&acme), Standing::Degraded) && !of_acme.includes(None, Standing::Broken));
        let urgent = Route { severity: Some(Severity::High), ..Route::default() };
        assert!(urgent.includes(None, Standing::Broken) && !urgent.includes(None, Standing::NeedsConsent));
        let saves = Route { standings: [Standing::NeedsSave].into(), severity: Some(Severity::Low), ..of_acme };
        assert!(saves.includes(Some(&acme), Standing::NeedsSave) && !saves.includes(Some(&acme), Standing::Broken));
    }

    #[test]
    fn url_and_signing_secret_stay_hidden() {
        let hook = made("siem", "https://hooks.example/canary", LoopbackPolicy::Refuse);
        let shown = format!("{hook:?}");
        assert!(!shown.contains("canary") && !shown.contains("whsec_"), "{shown}");
    }
}
