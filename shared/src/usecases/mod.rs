//! What Regrant does, one file a use case: ports in, outcome out.

pub mod access;
pub mod consent;
pub mod notify;
pub mod records;
pub mod save;
pub mod scan;

use std::sync::Arc;

use crate::clock::Clock;
use crate::hooks::HookCaller;
use crate::http::loopback::LoopbackPolicy;
use crate::ledger::Ledger;
use crate::mail::MailTransport;
use crate::microsoft::Microsoft;
use crate::okta::Okta;
use crate::queue::Queue;
use crate::randomness::Randomness;
use crate::settings::Settings;
use crate::vault::Vault;

/// Everything a use case reaches the world through.
#[derive(Clone)]
pub struct Ports {
    /// Records.
    pub ledger: Arc<dyn Ledger>,
    /// Secrets.
    pub vault: Arc<dyn Vault>,
    /// Orgs to be looked at.
    pub queue: Arc<dyn Queue>,
    /// Connections to be saved.
    pub saves: Arc<dyn Queue>,
    /// People and programs to be told something.
    pub notifications: Arc<dyn Queue>,
    /// Who takes emails.
    pub mail: Arc<dyn MailTransport>,
    /// Who calls hooks.
    pub hooks: Arc<dyn HookCaller>,
    /// Okta.
    pub okta: Arc<dyn Okta>,
    /// Microsoft.
    pub microsoft: Arc<dyn Microsoft>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub randomness: Arc<dyn Randomness>,
    /// Whether orgs may be on loopback addresses.
    pub loopback: LoopbackPolicy,
    /// What the installation decided.
    pub settings: Arc<Settings>,
}
