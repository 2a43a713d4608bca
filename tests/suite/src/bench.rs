//! Regrant on embedded stores with a simulated clock, for tests against any server.

use regrant::embedded::worker::drain_scans;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use regrant::clock::{Clock, SimulatedClock};
use regrant::domain::id::{OrgId, ScanId};
use regrant::domain::org::OrgProfile;
use regrant::domain::scan::Scan;
use regrant::embedded::folder::Folder;
use regrant::embedded::in_process_queues;
use regrant::embedded::sealed_file::SealedFileVault;
use regrant::embedded::sqlite::SqliteLedger;
use regrant::embedded::worker::DrainError;
use regrant::embedded::{self, ledger_file, outbox_folder, vault_folder};
use regrant::hooks::client::HookClient;
use regrant::http::loopback::LoopbackPolicy;
use regrant::ledger::Ledger;
use regrant::mail::MailTransport;
use regrant::microsoft::client::MicrosoftClient;
use regrant::microsoft::config::MicrosoftConfig;
use regrant::okta::OktaCredential;
use regrant::okta::client::OktaClient;
use regrant::okta::config::OktaConfig;
use regrant::openid::OpenIdClient;
use regrant::queue::Queues;
use regrant::randomness::{SeededRandomness, scan_id};
use regrant::settings::Settings;
use regrant::usecases::Ports;
use regrant::usecases::access::keys::create_keys;
use regrant::usecases::scan::scan_apps::{OrgScan, scan_apps};
use regrant::usecases::scan::start::{Selection, start_scan};
use regrant::vault::{SecretName, Vault};
use regrant_simulators::{App, Connection, Fleet, OktaSimulator, Org, SimulatorConfig, TokenPower};
use secrecy::SecretString;
use tempfile::TempDir;

/// A test bench: stores, client and clock, and their folder.
pub struct Bench {
    /// The ports of the use cases.
    pub ports: Ports,
    /// The shared clock.
    pub clock: SimulatedClock,
    _folder: TempDir,
}

/// The start time of every bench.
pub fn dawn() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

/// An API token as a credential.
pub fn api_token(token: &str) -> OktaCredential {
    OktaCredential::ApiToken { token: SecretString::from(token.to_owned()) }
}

/// A simulated clock that starts at [`dawn`].
pub fn simulated_clock() -> SimulatedClock {
    SimulatedClock::starting_at(dawn())
}

/// The API token of [`one_org`]'s org.
pub const TOKEN: &str = "00-invented-token-of-acme";

/// The org `acme` with an API token and one consented app.
pub fn acme() -> Org {
    Org::new("acme").with_token(TOKEN, TokenPower::Full).with_app(consented_app("Office 365", "contoso"))
}

/// An app whose provisioning runs on consent.
pub fn consented_app(label: &str, tenant: &str) -> App {
    App::office365(label, tenant).provisioned(Connection::OAuth2 { enabled: true, authorize: true })
}

/// A simulated Okta with one org, and a bench on the same clock that does not know the org yet.
pub async fn one_org(org: Org, config: OktaConfig) -> (OktaSimulator, Bench) {
    let clock = simulated_clock();
    let simulator = OktaSimulator::start(SimulatorConfig::new(Arc::new(clock.clone()))).await.unwrap();
    simulator.add_org(org);
    (simulator, Bench::with(clock, config).await)
}

impl Bench {
    /// A bench with its own clock, whose client has this timeout.
    pub async fn new(timeout: Duration) -> Self {
        Self::with(simulated_clock(), OktaConfig { timeout, ..OktaConfig::default() }).await
    }

    /// A bench that shares a clock with a simulator. Loopback orgs are allowed.
    pub async fn with(clock: SimulatedClock, config: OktaConfig) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ports = ports_in(folder.path(), Arc::new(clock.clone()), Sides { okta: config, ..Sides::default() }).await;
        Self { ports, clock, _folder: folder }
    }

    /// Adds every org of a fleet.
    pub async fn know_fleet(&self, simulator: &OktaSimulator, fleet: &Fleet) {
        know_fleet(&self.ports, simulator, fleet).await;
    }

    /// Scans every org with this many workers until the queue is empty.
    pub async fn scan_all(&self, workers: usize) -> Result<Scan, DrainError> {
        let scan = start_scan(&self.ports, &Selection::All).await.unwrap();
        drain_scans(&self.ports, workers, || ()).await?;
        Ok(self.ports.ledger.scan(&scan.id).await.unwrap().unwrap())
    }

    /// Adds an org without any request to it.
    pub async fn know(&self, org: &str, base_url: &str, credential: &OktaCredential) -> OrgId {
        know(&self.ports, org, base_url, credential).await
    }

    /// Starts a scan of one org and runs it.
    pub async fn look_at(&self, org: &OrgId) -> (ScanId, OrgScan) {
        let scan = scan_id(&*self.ports.randomness);
        self.ports.ledger.begin_scan(&scan, self.clock.now(), std::slice::from_ref(org)).await.unwrap();
        let discovery = scan_apps(&self.ports, &scan, org).await.unwrap();
        (scan, discovery)
    }
}

/// The configuration of both clients.
#[derive(Debug, Clone, Default)]
pub struct Sides {
    /// Okta's.
    pub okta: OktaConfig,
    /// Microsoft's.
    pub microsoft: MicrosoftConfig,
    /// The installation's settings.
    pub settings: Settings,
}

/// The stores for records, secrets and work.
pub struct Stores {
    /// Records.
    pub ledger: Arc<dyn Ledger>,
    /// Secrets.
    pub vault: Arc<dyn Vault>,
    /// Queued work.
    pub queues: Queues,
    /// The mail transport.
    pub mail: Arc<dyn MailTransport>,
}

impl Stores {
    /// The embedded stores in `folder`.
    pub async fn embedded(folder: &Path, clock: &Arc<dyn Clock>) -> Self {
        Self {
            ledger: Arc::new(SqliteLedger::open(&ledger_file(folder)).await.unwrap()),
            vault: Arc::new(SealedFileVault::open(&vault_folder(folder)).await.unwrap()),
            queues: in_process_queues(clock),
            mail: Arc::new(Folder::new(outbox_folder(folder))),
        }
    }
}

/// The embedded stores in `folder`, and the real clients. Loopback is allowed.
pub async fn ports_in(folder: &Path, clock: Arc<dyn Clock>, sides: Sides) -> Ports {
    let stores = Stores::embedded(folder, &clock).await;
    ports_over(stores, clock, sides)
}

/// The given stores, and the real clients. Loopback is allowed.
pub fn ports_over(stores: Stores, clock: Arc<dyn Clock>, sides: Sides) -> Ports {
    let Stores { ledger, vault, queues, mail } = stores;
    let randomness = Arc::new(SeededRandomness::new(7));
    let loopback = LoopbackPolicy::Allow;
    let config = OktaConfig { loopback, ..sides.okta };
    Ports {
        ledger,
        vault,
        queues,
        mail,
        hooks: Arc::new(HookClient::new(loopback)),
        okta: Arc::new(OktaClient::new(config, clock.clone(), randomness.clone()).unwrap()),
        microsoft: Arc::new(MicrosoftClient::new(sides.microsoft, clock.clone(), randomness.clone()).unwrap()),
        openid: OpenIdClient::new(loopback, clock.clone()).unwrap(),
        settings: Arc::new(sides.settings),
        clock,
        randomness,
        loopback,
        actor: None,
    }
}

/// Adds every org of a fleet to the data folder of a `regrant` program.
pub async fn know_fleet_in(folder: &Path, simulator: &OktaSimulator, fleet: &Fleet) {
    let okta = OktaConfig { loopback: LoopbackPolicy::Allow, ..OktaConfig::default() };
    let config = embedded::Config { okta, ..embedded::Config::default() };
    let ports = embedded::open(folder, config).await.unwrap();
    know_fleet(&ports, simulator, fleet).await;
}

/// Adds every org of a fleet.
pub async fn know_fleet(ports: &Ports, simulator: &OktaSimulator, fleet: &Fleet) {
    for index in 0..fleet.size {
        let name = Fleet::name(index);
        let id = fleet.org(index).id;
        know(ports, &id, &simulator.org_url(&name), &api_token(&fleet.token(index))).await;
    }
}

async fn know(ports: &Ports, org: &str, base_url: &str, credential: &OktaCredential) -> OrgId {
    let id: OrgId = org.parse().unwrap();
    let name = SecretName::Okta(id.clone());
    ports.vault.put_pending(&name, &credential.seal()).await.unwrap();
    ports.vault.promote(&name).await.unwrap();
    let profile = OrgProfile::new(id.clone(), base_url.parse().unwrap(), credential.kind(), ports.clock.now());
    ports.ledger.put_org(&profile).await.unwrap();
    create_keys(ports).await.unwrap();
    id
}
