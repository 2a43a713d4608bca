//! The state of the simulated Microsoft.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use regrant::clock::Clock;

use super::directory::{EntraTenant, Outage};
use super::entra_app::EntraApp;
use super::expiring_map::{Expires, ExpiringMap};
use super::person::Person;
use super::signing::Signing;
use super::tenants::Tenants;
use super::token_issuer::TokenTampering;
use crate::fault::{FaultPlan, Faults};
use crate::seeded_rng::SeededRng;

/// How many requests are remembered in order. Counts include older ones.
const REMEMBERED: usize = 100_000;

/// A person's decision on the consent page.
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
    pub(super) tenants: Tenants,
    pub(super) apps: Vec<EntraApp>,
    pub(super) codes: ExpiringMap<Code>,
    pub(super) refresh_tokens: ExpiringMap<Refresh>,
    pub(super) newest_refresh_token: Option<String>,
    pub(super) access_tokens: ExpiringMap<Access>,
    pub(super) assertion_ids: ExpiringMap<Timestamp>,
    pub(super) signing: Signing,
    pub(super) tampering: TokenTampering,
    pub(super) faults: Faults,
    pub(super) plan: FaultPlan,
    pub(super) outage: Option<Outage>,
    /// Calls per tenant that the fault plan may affect.
    draws: HashMap<String, u64>,
    requests: VecDeque<String>,
    request_counts: BTreeMap<String, usize>,
    counter: u64,
}

/// An authorization code's grant.
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

/// A refresh token's grant.
#[derive(Debug, Clone)]
pub(super) struct Refresh {
    pub(super) tenant: String,
    pub(super) client: String,
    pub(super) oid: String,
    pub(super) scopes: Vec<String>,
    pub(super) signed_in_at: Timestamp,
    pub(super) until: Timestamp,
}

/// A Graph access token's grant.
#[derive(Debug, Clone)]
pub(super) struct Access {
    pub(super) tenant: String,
    pub(super) holder: Holder,
    pub(super) until: Timestamp,
}

/// The holder of an access token.
#[derive(Debug, Clone)]
pub(super) enum Holder {
    /// A person, through an application.
    Person { oid: String, reads_directory: bool, signed_in_at: Timestamp },
    /// The application itself, with its permissions at the time of issue.
    Application { client: String, permissions: Vec<String> },
}

impl Expires for Code {
    fn expires_at(&self) -> Timestamp {
        self.until
    }
}

impl Expires for Refresh {
    fn expires_at(&self) -> Timestamp {
        self.until
    }
}

impl Expires for Access {
    fn expires_at(&self) -> Timestamp {
        self.until
    }
}

impl World {
    pub(super) fn new(clock: Arc<dyn Clock>, seed: u64, port: u16) -> Self {
        Self {
            clock,
            seed,
            port,
            tenants: Tenants::default(),
            apps: Vec::new(),
            codes: ExpiringMap::default(),
            refresh_tokens: ExpiringMap::default(),
            newest_refresh_token: None,
            access_tokens: ExpiringMap::default(),
            assertion_ids: ExpiringMap::default(),
            signing: Signing::default(),
            tampering: TokenTampering::default(),
            faults: Faults::default(),
            plan: FaultPlan::default(),
            outage: None,
            draws: HashMap::new(),
            requests: VecDeque::new(),
            request_counts: BTreeMap::new(),
            counter: 0,
        }
    }

    /// A generator for values that have not been drawn before.
    pub(super) fn rng(&mut self) -> SeededRng {
        self.counter += 1;
        SeededRng::new(self.seed, "microsoft", self.counter)
    }

    pub(super) fn login(&self) -> String {
        format!("http://login.localhost:{}", self.port)
    }

    pub(super) fn graph(&self) -> String {
        format!("http://graph.localhost:{}", self.port)
    }

    pub(super) fn tenant(&self, name: &str) -> Option<&EntraTenant> {
        self.tenants.get(name)
    }

    pub(super) fn tenant_mut(&mut self, name: &str) -> Option<&mut EntraTenant> {
        self.tenants.get_mut(name)
    }

    pub(super) fn app(&self, client: &str) -> Option<&EntraApp> {
        self.apps.iter().find(|app| app.client_id == client)
    }

    pub(super) fn app_mut(&mut self, client: &str) -> Option<&mut EntraApp> {
        self.apps.iter_mut().find(|app| app.client_id == client)
    }

    /// Registers an application, or replaces the one with the same client id.
    pub(super) fn register(&mut self, app: EntraApp) {
        self.apps.retain(|known| known.client_id != app.client_id);
        self.apps.push(app);
    }

    /// Counts a tenant's calls for the fault plan. The result does not depend on calls of other tenants.
    pub(super) fn draw(&mut self, tenant: &str) -> u64 {
        let counter = self.draws.entry(tenant.to_owned()).or_default();
        *counter += 1;
        *counter
    }

    /// Counts and remembers a request.
    pub(super) fn record_request(&mut self, request: String) {
        match self.request_counts.get_mut(&request) {
            Some(count) => *count += 1,
            None => {
                self.request_counts.insert(request.clone(), 1);
            }
        }
        if self.requests.len() >= REMEMBERED {
            self.requests.pop_front();
        }
        self.requests.push_back(request);
    }

    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.iter().cloned().collect()
    }

    pub(super) fn count(&self, part: &str) -> usize {
        self.request_counts.iter().filter(|(request, _)| request.contains(part)).map(|(_, count)| count).sum()
    }
}
