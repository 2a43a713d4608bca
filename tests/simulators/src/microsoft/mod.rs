//! A simulator of Microsoft: sign-in page, consent page, token endpoint, signing keys and Graph, on one loopback
//! listener. The `Host` header says which: `http://login.localhost:PORT` or `http://graph.localhost:PORT`.
//!
//! Shapes are those of Microsoft's documents ("OAuth 2.0 authorization code flow", "ID token claims reference", "Microsoft
//! Graph error responses"). The keys in `keys/` are made up for this and open nothing.

mod authorize;
mod client_proof;
mod consent_set;
mod directory;
mod door;
mod entra_app;
mod fleet;
mod graph;
mod injuries;
mod kept;
mod mint;
mod pages;
mod person;
mod principal;
mod signing;
mod spoilt;
mod tamper;
mod tenants;
#[cfg(test)]
mod tests;
mod token;
mod world;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use parking_lot::Mutex;
use regrant::clock::Clock;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

pub use consent_set::{OPERATOR_SECRET, REGRANT_CLIENT, consent_set};
pub use directory::{AccessPolicy, EntraTenant, Outage, OutageKind};
pub use entra_app::{AppCredential, ClientAuth, EntraApp, GrantStyle};
pub use fleet::FLEET_ADMINISTRATOR;
pub use person::{GLOBAL_ADMINISTRATOR, HELPDESK_ADMINISTRATOR, Person, Trouble};
pub use principal::{Grant, Principal, Publisher};
pub use tamper::TokenTampering;
pub use world::Decision;

use crate::fault::{Fault, FaultPlan, Faults, Times};
use crate::gate::Gate;
use crate::listener::accept;
use crate::server::SimulatorError;
use door::Door;
use world::World;

/// The certificate that the client key belongs to, as a registration would have uploaded it. Invented.
pub const CLIENT_CERTIFICATE: &str = include_str!("keys/client.crt.pem");
/// The client key. Invented; opens nothing.
pub const CLIENT_KEY: &str = include_str!("keys/client.pem");

/// How a simulator of Microsoft starts.
#[derive(Clone)]
pub struct MicrosoftConfig {
    /// The time it tells.
    pub clock: Arc<dyn Clock>,
    /// What every draw rests on.
    pub seed: u64,
    /// The loopback port; a free one where none is given.
    pub port: Option<u16>,
    /// Where every call is counted, and one may be lost.
    pub gate: Option<Arc<Gate>>,
}

impl MicrosoftConfig {
    /// Any free port, seed 0.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, seed: 0, port: None, gate: None }
    }
}

/// Microsoft in this process. Clones are the same one; it ends with the last of them.
#[derive(Clone)]
pub struct MicrosoftSimulator {
    shared: Arc<Shared>,
}

struct Shared {
    port: u16,
    world: Arc<Mutex<World>>,
    accepting: JoinHandle<()>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl MicrosoftSimulator {
    /// Starts listening on loopback. Knows no tenant yet.
    pub async fn start(config: MicrosoftConfig) -> Result<Self, SimulatorError> {
        let port = config.port.unwrap_or(0);
        let listen = |source| SimulatorError::Listen { port, source };
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await.map_err(listen)?;
        let port = listener.local_addr().map_err(listen)?.port();
        let world = Arc::new(Mutex::new(World::new(config.clock, config.seed, port)));
        let door = Arc::new(Door { world: Arc::clone(&world) });
        let accepting = tokio::spawn(accept(listener, door, false, config.gate));
        Ok(Self { shared: Arc::new(Shared { port, world, accepting }) })
    }

    /// The origin of the sign-in page.
    pub fn login_url(&self) -> String {
        format!("http://login.localhost:{}", self.shared.port)
    }

    /// The origin of Graph.
    pub fn graph_url(&self) -> String {
        format!("http://graph.localhost:{}", self.shared.port)
    }

    /// Knows a tenant, in place of an earlier one with its id.
    pub fn add_tenant(&self, tenant: EntraTenant) {
        self.shared.world.lock().tenants.insert(tenant);
    }

    /// Reads or changes a tenant, by its id, one of its domains, or its short name.
    pub fn with_tenant<T>(&self, name: &str, change: impl FnOnce(&mut EntraTenant) -> T) -> Option<T> {
        self.shared.world.lock().tenants.change(name, change)
    }

    /// Knows an application, in place of an earlier one with its client id.
    pub fn register(&self, app: EntraApp) {
        self.shared.world.lock().register(app);
    }

    /// Signs with the next key from now on. The one before stays published.
    pub fn rotate_keys(&self) {
        self.shared.world.lock().signing.rotate();
    }

    /// Bends the tokens that are minted from now on.
    pub fn tamper(&self, tampering: TokenTampering) {
        self.shared.world.lock().tampering = tampering;
    }

    /// Answers to paths that hold `path_part` fail with `fault`.
    pub fn fail(&self, path_part: &str, fault: Fault, times: Times) {
        self.shared.world.lock().faults.on(path_part, fault, times);
    }

    /// Faults at a rate, for Graph and for the token endpoint. The same seed, tenant and count of its calls draw the same
    /// fault.
    pub fn set_fault_plan(&self, plan: FaultPlan) {
        self.shared.world.lock().plan = plan;
    }

    /// No more scripted faults.
    pub fn heal(&self) {
        self.shared.world.lock().faults = Faults::default();
    }

    /// The last paths that were asked for, with their methods, in order; at most a hundred thousand.
    pub fn requests(&self) -> Vec<String> {
        self.shared.world.lock().requests()
    }

    /// How many calls had `part` in their method and path, of all there ever were.
    pub fn count(&self, part: &str) -> usize {
        self.shared.world.lock().count(part)
    }

    /// Every code and every token that it gave out. Of more than ten thousand, those that ended may be missing.
    pub fn secrets(&self) -> Vec<String> {
        let world = self.shared.world.lock();
        let all = world.codes.texts().chain(world.refresh_tokens.texts()).chain(world.access_tokens.texts());
        all.cloned().collect()
    }

    /// The refresh token that was given out last.
    pub fn newest_refresh_token(&self) -> Option<String> {
        self.shared.world.lock().newest_refresh_token.clone()
    }

    /// Ends every refresh token of a tenant, as "revoke sessions" does.
    pub fn revoke_refresh_tokens(&self, tenant: &str) {
        let mut world = self.shared.world.lock();
        let id = world.tenants.find(tenant).map(|tenant| tenant.id.clone());
        world.refresh_tokens.drop_where(|refresh| Some(&refresh.tenant) == id.as_ref());
    }

    /// Ends every access token for Graph of a tenant, before its time.
    pub fn revoke_access_tokens(&self, tenant: &str) {
        let mut world = self.shared.world.lock();
        let id = world.tenants.find(tenant).map(|tenant| tenant.id.clone());
        world.access_tokens.drop_where(|access| Some(&access.tenant) == id.as_ref());
    }

    /// What the browser would be led to, had that person signed in at `authorize_url` and decided so. In this process.
    pub fn answer(&self, authorize_url: &Url, upn: &str, decision: Decision) -> Option<Url> {
        authorize::answer(&mut self.shared.world.lock(), authorize_url, upn, decision)
    }

    /// Redeems a code as Okta does, whose secret nobody else knows. Gives the tenant's first domain.
    pub(crate) fn redeem_for_okta(&self, code: &str, client: &str, redirect: &str) -> Option<String> {
        let mut world = self.shared.world.lock();
        let now = world.clock.now();
        let code = world.codes.get_mut(code).filter(|code| code.client == client && !code.used && code.until > now)?;
        if code.redirect_uri != redirect {
            return None;
        }
        code.used = true;
        let tenant = code.tenant.clone();
        world.tenant(&tenant).map(|tenant| tenant.initial_domain.clone())
    }
}
