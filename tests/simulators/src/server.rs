//! The listener, and the handle that tests hold.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http::header::{DATE, HOST};
use parking_lot::Mutex;
use regrant::clock::Clock;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::fault::FaultPlan;
use crate::fleet::Fleet;
use crate::handler::{self, Outcome, Request, RequestContext, http_date};
use crate::kill_point::KillPoint;
use crate::ledger::{OrgLedger, RecordedRequest, Tenancy, Usage};
use crate::listener::{RequestHandler, Style, accept};
use crate::microsoft::MicrosoftSimulator;
use crate::okta_error::edge_not_found;
use crate::org::Org;
use crate::rate::Bucket;
use crate::system_log::{LogEntry, SystemLog};

/// How many fleet orgs are cached at a time.
const REMEMBERED_FLEET_ORGS: usize = 20_000;

/// The configuration of an Okta simulator.
#[derive(Clone)]
pub struct SimulatorConfig {
    /// Its clock.
    pub clock: Arc<dyn Clock>,
    /// The seed of every random value.
    pub seed: u64,
    /// The loopback port; `None` picks a free port.
    pub port: Option<u16>,
    /// Whether header names are sent in title case (`X-Rate-Limit-Limit`), as Okta sends some, instead of lower case.
    pub title_case_headers: bool,
    /// Counts calls and can withhold one response.
    pub kill_point: Option<Arc<KillPoint>>,
    /// How long each response takes.
    pub latency: Duration,
    /// The simulator that consent links lead to and that redeems codes; without one, links lead to Microsoft's real host.
    pub microsoft: Option<MicrosoftSimulator>,
}

impl SimulatorConfig {
    /// Any free port, seed 0, lower-case header names.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            seed: 0,
            port: None,
            title_case_headers: false,
            kill_point: None,
            latency: Duration::ZERO,
            microsoft: None,
        }
    }
}

/// A simulator failed to start.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// The port is not available.
    #[error("cannot listen on 127.0.0.1:{port} ({source}); choose a free port, or set none")]
    Listen {
        /// The requested port; 0 is any.
        port: u16,
        /// The operating system's error.
        source: io::Error,
    },
}

struct World {
    clock: Arc<dyn Clock>,
    microsoft: Option<MicrosoftSimulator>,
    seed: u64,
    port: u16,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    orgs: HashMap<String, Tenancy>,
    fleet: Option<Fleet>,
    fleet_orgs: HashMap<u32, Tenancy>,
    fleet_order: VecDeque<u32>,
    /// The System Logs with entries. They are stored separately because fleet orgs are evicted and generated again.
    logs: HashMap<String, Arc<SystemLog>>,
    plan: FaultPlan,
}

/// A simulated Okta in this process. Stops when dropped.
pub struct OktaSimulator {
    world: Arc<World>,
    accepting: JoinHandle<()>,
}

impl OktaSimulator {
    /// Starts listening on loopback, without any org.
    pub async fn start(config: SimulatorConfig) -> Result<Self, SimulatorError> {
        let port = config.port.unwrap_or(0);
        let listen = |source| SimulatorError::Listen { port, source };
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await.map_err(listen)?;
        let port = listener.local_addr().map_err(listen)?.port();
        let state = Mutex::new(State::default());
        let SimulatorConfig { clock, microsoft, seed, title_case_headers, kill_point, latency, .. } = config;
        let style = Style { clock: Arc::clone(&clock), title_case_headers, kill_point, latency };
        let world = Arc::new(World { clock, microsoft, seed, port, state });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&world), style));
        Ok(Self { world, accepting })
    }

    /// The port it listens on, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.world.port
    }

    /// Adds `org`, or replaces the org with the same name.
    pub fn add_org(&self, org: Org) {
        let tenancy = Tenancy { org: Some(org.clone()), ledger: OrgLedger::default() };
        let mut state = self.world.state.lock();
        state.logs.remove(&org.name);
        state.orgs.insert(org.name, tenancy);
    }

    /// Adds a fleet, or replaces the current fleet.
    pub fn add_fleet(&self, fleet: Fleet) {
        let mut state = self.world.state.lock();
        state.fleet = Some(fleet);
        state.fleet_orgs.clear();
        state.fleet_order.clear();
        state.logs.retain(|name, _| fleet.index(name).is_none());
    }

    /// Sets the fault plan for every org without its own.
    pub fn set_fault_plan(&self, plan: FaultPlan) {
        self.world.state.lock().plan = plan;
    }

    /// The org's base URL: `http://acme.localhost:PORT`.
    pub fn org_url(&self, name: &str) -> String {
        self.world.origin(name)
    }

    /// Reads or changes an org. Returns `None` for an unknown org.
    pub fn with_org<T>(&self, name: &str, change: impl FnOnce(&mut Org) -> T) -> Option<T> {
        let mut state = self.world.state.lock();
        let fleet = state.fleet;
        let index = fleet.and_then(|fleet| fleet.index(name));
        let tenancy = state.tenancy(name)?;
        if let (None, Some(fleet), Some(index)) = (&tenancy.org, fleet, index) {
            tenancy.org = Some(fleet.org(index));
        }
        tenancy.org.as_mut().map(change)
    }

    /// Writes an entry to the org's System Log and returns the event's `uuid`, or `None` for an unknown org.
    pub fn log(&self, org_name: &str, entry: LogEntry) -> Option<String> {
        let now = self.world.clock.now();
        let mut state = self.world.state.lock();
        let is_of_the_fleet = || state.fleet.is_some_and(|fleet| fleet.index(org_name).is_some());
        if !state.orgs.contains_key(org_name) && !is_of_the_fleet() {
            return None;
        }
        let log = state.logs.entry(org_name.to_owned()).or_default();
        Some(Arc::make_mut(log).write(self.world.seed, org_name, entry, now))
    }

    /// The org's last requests, oldest first; at most a thousand.
    pub fn requests(&self, name: &str) -> Vec<RecordedRequest> {
        self.of_ledger(name, |ledger| ledger.recent.iter().cloned().collect())
    }

    /// The org's number of responses per status.
    pub fn statuses(&self, name: &str) -> BTreeMap<u16, u64> {
        self.of_ledger(name, |ledger| ledger.statuses.clone())
    }

    /// The usage of the org's bucket.
    pub fn usage(&self, name: &str, bucket: Bucket) -> Usage {
        self.of_ledger(name, |ledger| ledger.usage.get(&bucket).copied().unwrap_or_default())
    }

    /// The fleet's number of responses per status, over the cached orgs.
    pub fn fleet_statuses(&self) -> BTreeMap<u16, u64> {
        let state = self.world.state.lock();
        let mut all = BTreeMap::new();
        for (status, count) in state.fleet_orgs.values().flat_map(|tenancy| &tenancy.ledger.statuses) {
            *all.entry(*status).or_default() += count;
        }
        all
    }

    /// An org's full state, for detecting changes. Leaves out the traces of reads: call counts and issued consent
    /// links.
    pub fn snapshot(&self, name: &str) -> Option<String> {
        let state = self.world.state.lock();
        let mut org = state.orgs.get(name)?.org.clone()?;
        for app in &mut org.apps {
            app.consent_states.clear();
            app.authorize_href = None;
        }
        org.faults.clear();
        Some(format!("{org:?}"))
    }

    /// Stops listening and closes every connection.
    pub async fn stop(mut self) {
        self.accepting.abort();
        // The task always ends with the cancellation requested above.
        let _ = (&mut self.accepting).await;
    }

    fn of_ledger<T: Default>(&self, name: &str, read: impl FnOnce(&OrgLedger) -> T) -> T {
        let state = self.world.state.lock();
        let index = state.fleet.and_then(|fleet| fleet.index(name));
        let tenancy = state.orgs.get(name).or_else(|| index.and_then(|index| state.fleet_orgs.get(&index)));
        tenancy.map(|tenancy| read(&tenancy.ledger)).unwrap_or_default()
    }
}

impl Drop for OktaSimulator {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl State {
    /// The entry of the org with this name. Creates it for a fleet org on first use.
    fn tenancy(&mut self, name: &str) -> Option<&mut Tenancy> {
        if self.orgs.contains_key(name) {
            return self.orgs.get_mut(name);
        }
        let index = self.fleet?.index(name)?;
        if !self.fleet_orgs.contains_key(&index) {
            if self.fleet_orgs.len() >= REMEMBERED_FLEET_ORGS
                && let Some(oldest) = self.fleet_order.pop_front()
            {
                self.fleet_orgs.remove(&oldest);
            }
            self.fleet_order.push_back(index);
            self.fleet_orgs.insert(index, Tenancy { org: None, ledger: OrgLedger::default() });
        }
        self.fleet_orgs.get_mut(&index)
    }
}

impl World {
    fn origin(&self, name: &str) -> String {
        format!("http://{name}.localhost:{}", self.port)
    }

    /// The org name in `Host`. The org may not exist.
    fn org_name(host: &str) -> Option<&str> {
        let host = host.rsplit_once(':').map_or(host, |(host, _port)| host);
        host.strip_suffix(".localhost").filter(|name| !name.is_empty() && !name.contains('.'))
    }
}

impl RequestHandler for World {
    fn serve(&self, head: &http::request::Parts, body: &[u8]) -> Outcome {
        let now = self.clock.now();
        let host = head.headers.get(HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let host = host.to_ascii_lowercase();
        let not_found = || Outcome::Answered(edge_not_found().with_header(DATE, &http_date(now.as_second())));
        let Some(name) = Self::org_name(&host) else { return not_found() };
        let origin = self.origin(name);

        let mut state = self.state.lock();
        let plan = state.plan.clone();
        let fleet = state.fleet;
        let log = state.logs.get(name).cloned().unwrap_or_default();
        let Some(tenancy) = state.tenancy(name) else { return not_found() };
        let microsoft = self.microsoft.as_ref();
        let context = RequestContext { seed: self.seed, now, origin: &origin, plan: &plan, microsoft, log: &log };
        let request = Request { head, body };
        if let Some(org) = &mut tenancy.org {
            return handler::serve(&context, org, &mut tenancy.ledger, &request);
        }
        let Some((fleet, index)) = fleet.and_then(|fleet| Some((fleet, fleet.index(name)?))) else {
            return not_found();
        };
        let mut org = fleet.org(index);
        let outcome = handler::serve(&context, &mut org, &mut tenancy.ledger, &request);
        // Only a write can have changed the org; an unchanged one is generated again.
        if head.method != http::Method::GET {
            tenancy.org = Some(org);
        }
        outcome
    }
}
