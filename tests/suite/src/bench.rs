//! A Regrant on embedded stores with a simulated clock, ready to be pointed at a server.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use regrant::clock::{Clock, SimulatedClock};
use regrant::domain::id::{OrgId, ScanId};
use regrant::domain::org::OrgProfile;
use regrant::ledger::Ledger;
use regrant::ledger::sqlite::SqliteLedger;
use regrant::okta::client::{ClientConfig, OktaClient};
use regrant::okta::org_url::LoopbackPolicy;
use regrant::okta::OktaCredential;
use regrant::queue::in_process::InProcessQueue;
use regrant::randomness::{SeededRandomness, scan_id};
use regrant::usecases::Ports;
use regrant::usecases::discover::{Discovery, discover};
use regrant::vault::sealed_file::SealedFileVault;
use regrant::vault::{SecretName, Vault};
use secrecy::SecretString;
use tempfile::TempDir;

/// A workbench: stores, client and clock, and the folder they live in.
pub struct Bench {
    /// What the use cases reach the world through.
    pub ports: Ports,
    /// The clock that everything sees.
    pub clock: SimulatedClock,
    _folder: TempDir,
}

/// When every bench begins.
pub fn dawn() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

/// An API token as a credential.
pub fn api_token(token: &str) -> OktaCredential {
    OktaCredential::ApiToken { token: SecretString::from(token.to_owned()) }
}

impl Bench {
    /// A bench whose client waits `timeout` for an answer.
    pub async fn new(timeout: Duration) -> Self {
        Self::with_clock(SimulatedClock::starting_at(dawn()), timeout).await
    }

    /// A bench that shares a clock with a simulator.
    pub async fn with_clock(clock: SimulatedClock, timeout: Duration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let randomness = Arc::new(SeededRandomness::new(7));
        let loopback = LoopbackPolicy::Allow;
        let config = ClientConfig { timeout, loopback, ..ClientConfig::default() };
        let ports = Ports {
            ledger: Arc::new(SqliteLedger::open(&folder.path().join("ledger.sqlite3")).await.unwrap()),
            vault: Arc::new(SealedFileVault::open(&folder.path().join("vault")).await.unwrap()),
            queue: Arc::new(InProcessQueue::new(shared.clone())),
            okta: Arc::new(OktaClient::new(config, shared.clone(), randomness.clone()).unwrap()),
            clock: shared,
            randomness,
            loopback,
        };
        Self { ports, clock, _folder: folder }
    }

    /// Knows an org without asking it anything.
    pub async fn know(&self, org: &str, base_url: &str, credential: &OktaCredential) -> OrgId {
        let id: OrgId = org.parse().unwrap();
        let name = SecretName::Okta(id.clone());
        self.ports.vault.put_pending(&name, &credential.seal()).await.unwrap();
        self.ports.vault.promote(&name).await.unwrap();
        let profile = OrgProfile {
            id: id.clone(),
            base_url: base_url.parse().unwrap(),
            credential: credential.kind(),
            added_at: self.clock.now(),
        };
        self.ports.ledger.put_org(&profile).await.unwrap();
        id
    }

    /// Begins a scan of one org and looks at it.
    pub async fn look_at(&self, org: &OrgId) -> (ScanId, Discovery) {
        let scan = scan_id(&*self.ports.randomness);
        self.ports.ledger.begin_scan(&scan, self.clock.now(), std::slice::from_ref(org)).await.unwrap();
        let discovery = discover(&self.ports, &scan, org).await.unwrap();
        (scan, discovery)
    }
}
