//! A simulator of Microsoft: sign-in page, consent page, token endpoint, signing keys and Graph, on one loopback
//! listener. The `Host` header says which: `http://login.localhost:PORT` or `http://graph.localhost:PORT`.
//!
//! Shapes are those of Microsoft's documents ("OAuth 2.0 authorization code flow", "ID token claims reference", "Microsoft
//! Graph error responses"). The keys in `keys/` are invented and grant no access.

mod authorize;
mod client_proof;
mod consent_set;
mod directory;
mod entra_app;
mod expiring_map;
mod faults;
mod fleet;
mod graph;
mod handler;
mod pages;
mod person;
mod principal;
mod signing;
mod tenant_changes;
mod tenants;
#[cfg(test)]
mod tests;
mod token;
mod token_issuer;
mod world;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use regrant::clock::Clock;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

use crate::fault::{Fault, FaultPlan, Faults, Times};
use crate::kill_point::KillPoint;
use crate::listener::{Style, accept};
use crate::server::SimulatorError;

use handler::Handler;
use world::World;

pub use consent_set::{OPERATOR_SECRET, REGRANT_CLIENT, consent_set};
pub use directory::{AccessPolicy, EntraTenant, Outage, OutageKind};
pub use entra_app::{AppCredential, ClientAuth, EntraApp, GrantStyle};
pub use fleet::FLEET_ADMINISTRATOR;
pub use person::{GLOBAL_ADMINISTRATOR, HELPDESK_ADMINISTRATOR, Person, SignInBlock};
pub use principal::{Grant, Principal, Publisher};
pub use token_issuer::TokenTampering;
pub use world::Decision;

/// The certificate that the client key belongs to, as a registration would have uploaded it. Invented.
pub const CLIENT_CERTIFICATE: &str = include_str!("keys/client.crt.pem");
/// The client key. Invented; grants no access.
pub const CLIENT_KEY: &str = include_str!("keys/client.pem");

/// The configuration of a Microsoft simulator.
#[derive(Clone)]
pub struct MicrosoftConfig {
    /// Its clock.
    pub clock: Arc<dyn Clock>,
    /// The seed of every random value.
    pub seed: u64,
    /// The loopback port; `None` picks a free port.
    pub port: Option<u16>,
    /// Counts calls and can withhold one response.
    pub kill_point: Option<Arc<KillPoint>>,
}

impl MicrosoftConfig {
    /// Any free port, seed 0.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, seed: 0, port: None, kill_point: None }
    }
}

/// A simulated Microsoft in this process. Clones share it; it stops when the last one is dropped.
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
    /// Starts listening on loopback, without any tenant.
    pub async fn start(config: MicrosoftConfig) -> Result<Self, SimulatorError> {
        let port = config.port.unwrap_or(0);
        let listen = |source| SimulatorError::Listen { port, source };
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await.map_err(listen)?;
        let port = listener.local_addr().map_err(listen)?.port();
        let MicrosoftConfig { clock, seed, kill_point, .. } = config;
        let style = Style { clock: Arc::clone(&clock), title_case_headers: false, kill_point, latency: Duration::ZERO };
        let world = Arc::new(Mutex::new(World::new(clock, seed, port)));
        let handler = Arc::new(Handler { world: Arc::clone(&world) });
        let accepting = tokio::spawn(accept(listener, handler, style));
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

    /// Adds a tenant, or replaces the tenant with the same id.
    pub fn add_tenant(&self, tenant: EntraTenant) {
        self.shared.world.lock().tenants.insert(tenant);
    }

    /// Reads or changes a tenant, by its id, one of its domains, or its short name.
    pub fn with_tenant<T>(&self, name: &str, change: impl FnOnce(&mut EntraTenant) -> T) -> Option<T> {
        self.shared.world.lock().tenants.change(name, change)
    }

    /// Registers an application, or replaces the one with the same client id.
    pub fn register(&self, app: EntraApp) {
        self.shared.world.lock().register(app);
    }

    /// Switches to the next signing key. The previous key stays published.
    pub fn rotate_keys(&self) {
        self.shared.world.lock().signing.rotate();
    }

    /// Tampers with all tokens issued from now on.
    pub fn tamper(&self, tampering: TokenTampering) {
        self.shared.world.lock().tampering = tampering;
    }

    /// Makes responses to paths that contain `path_part` fail with `fault`.
    pub fn fail(&self, path_part: &str, fault: Fault, times: Times) {
        self.shared.world.lock().faults.on(path_part, fault, times);
    }

    /// Sets a fault plan for Graph and the token endpoint. The same seed, tenant and call count draw the same fault.
    pub fn set_fault_plan(&self, plan: FaultPlan) {
        self.shared.world.lock().plan = plan;
    }

    /// Removes all scripted faults.
    pub fn heal(&self) {
        self.shared.world.lock().faults = Faults::default();
    }

    /// The methods and paths of the last requests, in order; at most a hundred thousand.
    pub fn requests(&self) -> Vec<String> {
        self.shared.world.lock().requests()
    }

    /// The number of all calls so far whose method and path contain `part`.
    pub fn count(&self, part: &str) -> usize {
        self.shared.world.lock().count(part)
    }

    /// Every issued code and token. Beyond ten thousand, expired ones may be missing.
    pub fn secrets(&self) -> Vec<String> {
        let world = self.shared.world.lock();
        let all = world.codes.texts().chain(world.refresh_tokens.texts()).chain(world.access_tokens.texts());
        all.cloned().collect()
    }

    /// The most recently issued refresh token.
    pub fn newest_refresh_token(&self) -> Option<String> {
        self.shared.world.lock().newest_refresh_token.clone()
    }

    /// Revokes every refresh token of a tenant, as "revoke sessions" does.
    pub fn revoke_refresh_tokens(&self, tenant: &str) {
        let mut world = self.shared.world.lock();
        let id = world.tenants.find(tenant).map(|tenant| tenant.id.clone());
        world.refresh_tokens.remove_where(|refresh| Some(&refresh.tenant) == id.as_ref());
    }

    /// Revokes every Graph access token of a tenant.
    pub fn revoke_access_tokens(&self, tenant: &str) {
        let mut world = self.shared.world.lock();
        let id = world.tenants.find(tenant).map(|tenant| tenant.id.clone());
        world.access_tokens.remove_where(|access| Some(&access.tenant) == id.as_ref());
    }

    /// The URL that a browser would be redirected to if that person signed in at `authorize_url` and made this decision.
    /// Sends no HTTP request.
    pub fn answer(&self, authorize_url: &Url, upn: &str, decision: Decision) -> Option<Url> {
        authorize::answer(&mut self.shared.world.lock(), authorize_url, upn, decision)
    }

    /// Redeems a code as Okta, which alone knows its own client secret. Returns the tenant's first domain.
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
