//! What Regrant does, one file a use case: ports in, outcome out.

mod app_record;
pub mod begin_consent;
pub mod complete_sign_in;
pub mod discover;
pub mod entra;
mod exclusive;
pub mod failed_work;
pub mod graph_access;
pub mod hand_over;
pub mod hasten;
pub mod invite;
pub mod keys;
#[cfg(feature = "embedded")]
pub mod mail_server;
pub mod mail_trial;
pub mod notify;
pub mod open_okta_consent;
pub mod org_access;
pub mod orgs;
pub mod save;
pub mod session;
pub mod start_scan;
pub mod stopped;
mod watch;

use std::sync::Arc;

use crate::clock::Clock;
use crate::hooks::HookCaller;
use crate::ledger::Ledger;
use crate::mail::Carrier;
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
    /// Orgs to be looked at.
    pub queue: Arc<dyn Queue>,
    /// Connections to be saved.
    pub saves: Arc<dyn Queue>,
    /// People and programs to be told something.
    pub notices: Arc<dyn Queue>,
    /// Who takes letters.
    pub mail: Arc<dyn Carrier>,
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
