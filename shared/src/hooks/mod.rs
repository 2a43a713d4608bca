//! Outgoing hooks: programs that are told when an app stands elsewhere than before.
//!
//! A hook's address is a secret (Slack's and Teams' carry their own key), and so is what its calls are signed with, so
//! both live in the vault. Calls are signed as Standard Webhooks has it, so that whoever receives them can tell ours.

pub mod client;
pub mod message;

use std::str::FromStr;

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::domain::id::NotificationId;
use crate::http::loopback::{LoopbackPolicy, is_loopback};
use crate::randomness::Randomness;
use crate::vault::{NotUnsealed, exposed, seal, unseal};

/// What the other side understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HookKind {
    /// Our own JSON, signed (Standard Webhooks).
    Generic,
    /// Slack's incoming webhook.
    Slack,
    /// Microsoft Teams' workflow webhook, which takes an Adaptive Card.
    Teams,
}

impl FromStr for HookKind {
    type Err = UnknownHookKind;
    fn from_str(name: &str) -> Result<Self, UnknownHookKind> {
        match name {
            "generic" => Ok(Self::Generic),
            "slack" => Ok(Self::Slack),
            "teams" => Ok(Self::Teams),
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
        }
    }
}

/// No such kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hook is generic, slack or teams")]
pub struct UnknownHookKind;

/// Where a hook leads, and what its calls are signed with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Hook {
    /// Its name: 1 to 40 letters, digits, `-` and `_`.
    pub name: String,
    /// What the other side understands.
    pub kind: HookKind,
    /// Its address.
    #[serde(serialize_with = "exposed")]
    pub url: SecretString,
    /// What its calls are signed with: `whsec_` and 256 bits of base64 (Standard Webhooks).
    #[serde(serialize_with = "exposed")]
    pub signing_secret: SecretString,
}

/// Why something is no hook.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAHook {
    /// Its name.
    #[error("a hook's name has 1 to 40 letters, digits, `-` and `_`")]
    Name,
    /// Its address.
    #[error("a hook's address is an https URL with a host, and without a name or password before it")]
    Url,
}

impl Hook {
    /// A hook with a signing secret of its own.
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
        Ok(Self { name: name.to_owned(), kind, url: url.clone(), signing_secret: signing_secret.into() })
    }
}

/// Where a hook leads, if it may be called: https, or loopback where that is allowed.
fn address(url: &SecretString, loopback: LoopbackPolicy) -> Option<Url> {
    let url = Url::parse(url.expose_secret()).ok()?;
    let local = loopback == LoopbackPolicy::Allow && url.host().is_some_and(|host| is_loopback(&host));
    let nameless = url.username().is_empty() && url.password().is_none();
    (nameless && url.host().is_some() && (url.scheme() == "https" || (local && url.scheme() == "http"))).then_some(url)
}

/// Every hook of an installation, as the vault keeps them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HookList(pub Vec<Hook>);

impl HookList {
    /// As the vault keeps it.
    pub fn seal(&self) -> SecretString {
        seal(self)
    }

    /// From what the vault keeps.
    pub fn unseal(secret: &SecretString) -> Result<Self, NotUnsealed> {
        unseal("a list of hooks", secret)
    }
}

/// Why a hook was not called. None of it shows the address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HookError {
    /// The other side will not take it.
    #[error("the hook's server answered {status}; check the hook's address, and whether it still exists")]
    Refused {
        /// The HTTP status.
        status: u16,
    },
    /// The call cannot be made at all.
    #[error("the hook cannot be called: {0}; remove it and add it again")]
    Unusable(String),
    /// It may be taken later.
    #[error("the hook's server did not take it: {0}")]
    NotNow(String),
}

/// Whoever calls hooks.
#[async_trait]
pub trait HookCaller: Send + Sync {
    /// Calls a hook once. `id` is the same for the same notification, however often it is sent, so that the other side can leave
    /// out what it has (Standard Webhooks, `webhook-id`).
    async fn call(&self, hook: &Hook, id: &NotificationId, at: Timestamp, body: &Value) -> Result<(), HookError>;
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
    fn only_a_name_and_an_https_address_make_a_hook() {
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
    fn neither_the_address_nor_the_signing_secret_shows_itself() {
        let hook = made("siem", "https://hooks.example/canary", LoopbackPolicy::Refuse);
        let shown = format!("{hook:?}");
        assert!(!shown.contains("canary") && !shown.contains("whsec_"), "{shown}");
    }
}
