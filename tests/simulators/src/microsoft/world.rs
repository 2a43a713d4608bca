//! Everything that a simulated Microsoft knows.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use regrant::clock::Clock;

use super::directory::EntraTenant;
use super::entra_app::EntraApp;
use super::person::Person;
use super::signing::Signing;
use super::tamper::TokenTampering;
use crate::dice::Dice;
use crate::fault::Faults;

/// What a person decides on the consent page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Accept.
    Accept,
    /// Cancel.
    Cancel,
}

pub(super) struct World {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) seed: u64,
    pub(super) port: u16,
    pub(super) tenants: Vec<EntraTenant>,
    pub(super) apps: Vec<EntraApp>,
    pub(super) codes: HashMap<String, Code>,
    pub(super) refresh_tokens: HashMap<String, Refresh>,
    pub(super) newest_refresh_token: Option<String>,
    pub(super) access_tokens: HashMap<String, Access>,
    pub(super) assertion_ids: HashSet<String>,
    pub(super) signing: Signing,
    pub(super) tampering: TokenTampering,
    pub(super) faults: Faults,
    pub(super) requests: Vec<String>,
    counter: u64,
}

/// An authorization code and what it was given for.
#[derive(Debug, Clone)]
pub(super) struct Code {
    pub(super) tenant: String,
    pub(super) client: String,
    pub(super) redirect_uri: String,
    pub(super) challenge: Option<String>,
    pub(super) nonce: Option<String>,
    pub(super) contexts: Vec<String>,
    pub(super) person: Person,
    pub(super) scopes: Vec<String>,
    pub(super) until: Timestamp,
    pub(super) used: bool,
}

/// A refresh token and whose it is.
#[derive(Debug, Clone)]
pub(super) struct Refresh {
    pub(super) tenant: String,
    pub(super) client: String,
    pub(super) person: Person,
    pub(super) scopes: Vec<String>,
}

/// An access token for Graph and what it may.
#[derive(Debug, Clone)]
pub(super) struct Access {
    pub(super) tenant: String,
    pub(super) oid: String,
    pub(super) reads_directory: bool,
    pub(super) until: Timestamp,
}

impl World {
    pub(super) fn new(clock: Arc<dyn Clock>, seed: u64, port: u16) -> Self {
        Self {
            clock,
            seed,
            port,
            tenants: Vec::new(),
            apps: Vec::new(),
            codes: HashMap::new(),
            refresh_tokens: HashMap::new(),
            newest_refresh_token: None,
            access_tokens: HashMap::new(),
            assertion_ids: HashSet::new(),
            signing: Signing::default(),
            tampering: TokenTampering::default(),
            faults: Faults::default(),
            requests: Vec::new(),
            counter: 0,
        }
    }

    /// Draws that nobody had before.
    pub(super) fn dice(&mut self) -> Dice {
        self.counter += 1;
        Dice::new(self.seed, "microsoft", self.counter)
    }

    pub(super) fn login(&self) -> String {
        format!("http://login.localhost:{}", self.port)
    }

    pub(super) fn graph(&self) -> String {
        format!("http://graph.localhost:{}", self.port)
    }

    pub(super) fn tenant(&self, name: &str) -> Option<&EntraTenant> {
        self.tenants.iter().find(|tenant| tenant.is(name))
    }

    pub(super) fn tenant_mut(&mut self, name: &str) -> Option<&mut EntraTenant> {
        self.tenants.iter_mut().find(|tenant| tenant.is(name))
    }

    pub(super) fn app(&self, client: &str) -> Option<&EntraApp> {
        self.apps.iter().find(|app| app.client_id == client)
    }
}
