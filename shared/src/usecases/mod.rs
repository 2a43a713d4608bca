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
use crate::queue::Queues;
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
    /// Work handed to other invocations.
    pub queues: Queues,
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
