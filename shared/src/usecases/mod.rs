//! What Regrant does, one file a use case: ports in, outcome out.

pub mod discover;
pub mod orgs;
pub mod start_scan;

use std::sync::Arc;

use crate::clock::Clock;
use crate::ledger::Ledger;
use crate::microsoft::Microsoft;
use crate::okta::Okta;
use crate::okta::org_url::LoopbackPolicy;
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
    /// Work handed on.
    pub queue: Arc<dyn Queue>,
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
