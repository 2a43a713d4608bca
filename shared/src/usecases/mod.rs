//! What Regrant does: one folder per story, one file per use case.
//!
//! A use case takes the [`Ports`] and its input, and returns its result. Each can run again after a crash at any point
//! without doing harm. Rules that need no input or output live in [`domain`](crate::domain); endpoints, pages and
//! commands live with their callers.
//!
//! In the order of one app's life:
//!
//! - [`access`]: which orgs Regrant serves, and the credentials for Okta and Microsoft Graph.
//! - [`scan`]: reads every Office 365 app and records its standing.
//! - [`notify`]: emails the people who have to act, and calls hooks.
//! - [`consent`]: verifies who the administrator is.
//! - [`save`]: opens Okta's consent, saves the connection and verifies the result.
//! - [`report`]: what operators and customers are given to read, and the evidence behind it.
//! - [`records`]: app records, leases and errors that several of these share.

pub mod access;
pub mod consent;
pub mod notify;
pub mod records;
pub mod report;
pub mod save;
pub mod scan;

use std::sync::Arc;

use crate::clock::Clock;
use crate::domain::actor::Actor;
use crate::hooks::HookCaller;
use crate::http::loopback::LoopbackPolicy;
use crate::ledger::Ledger;
use crate::mail::MailTransport;
use crate::microsoft::Microsoft;
use crate::okta::Okta;
use crate::openid::OpenIdClient;
use crate::queue::Queues;
use crate::randomness::Randomness;
use crate::settings::Settings;
use crate::vault::Vault;

/// The ports and settings that every use case receives.
#[derive(Clone)]
pub struct Ports {
    /// Records.
    pub ledger: Arc<dyn Ledger>,
    /// Secrets.
    pub vault: Arc<dyn Vault>,
    /// Work for other invocations.
    pub queues: Queues,
    /// Delivers email.
    pub mail: Arc<dyn MailTransport>,
    /// Calls hooks.
    pub hooks: Arc<dyn HookCaller>,
    /// Client for Okta orgs.
    pub okta: Arc<dyn Okta>,
    /// Client for Microsoft Entra and Microsoft Graph.
    pub microsoft: Arc<dyn Microsoft>,
    /// Client for the operators' `OpenID` provider.
    pub openid: OpenIdClient,
    /// The current time, and waiting.
    pub clock: Arc<dyn Clock>,
    /// Random ids, tokens and secrets.
    pub randomness: Arc<dyn Randomness>,
    /// Whether orgs and hooks may use loopback addresses.
    pub loopback: LoopbackPolicy,
    /// The installation's configuration.
    pub settings: Arc<Settings>,
    /// The person or program on whose behalf the use case runs, for the audit trail; `None` for scheduled and queued work.
    pub actor: Option<Actor>,
}

impl Ports {
    /// The same ports, on behalf of `actor`. `None` keeps the present one.
    #[must_use]
    pub fn on_behalf_of(&self, actor: Option<Actor>) -> Self {
        Self { actor: actor.or_else(|| self.actor.clone()), ..self.clone() }
    }

    /// The same ports, on no person's behalf: for scheduled and queued work.
    #[must_use]
    pub fn unattended(&self) -> Self {
        Self { actor: None, ..self.clone() }
    }
}
