//! The embedded stores: everything a use case needs, in one folder of this machine.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::clock::SystemClock;
use crate::ledger::LedgerError;
use crate::ledger::sqlite::SqliteLedger;
use crate::microsoft::MicrosoftError;
use crate::microsoft::client::{MicrosoftClient, MicrosoftConfig, SimulatedMicrosoft};
use crate::okta::OktaError;
use crate::okta::client::{ClientConfig, OktaClient};
use crate::okta::org_url::LoopbackPolicy;
use crate::queue::in_process::InProcessQueue;
use crate::randomness::SystemRandomness;
use crate::settings::{PublicUrl, Settings};
use crate::usecases::Ports;
use crate::vault::VaultError;
use crate::vault::sealed_file::SealedFileVault;

/// Why the stores did not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder cannot be made.
    #[error("{path} cannot be made: {source}; name another folder, or make it yourself with mode 0700", path = .path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The vault did not open.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The ledger did not open.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The HTTP client did not start.
    #[error(transparent)]
    Okta(#[from] OktaError),
    /// The other HTTP client did not start.
    #[error(transparent)]
    Microsoft(#[from] MicrosoftError),
}

/// Why a function did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A variable is missing.
    #[error("REGRANT_DATA_DIR is not set; it names the folder of vault and ledger")]
    NoDataDir,
    /// A variable does not say what it should.
    #[error("{variable} cannot be used: {reason}")]
    BadVariable {
        /// Which one.
        variable: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The stores did not open.
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// Opens what a function needs, as its environment says: `REGRANT_DATA_DIR` names the folder of vault and ledger,
/// `REGRANT_PUBLIC_URL` is where browsers reach the installation, `REGRANT_ALLOW_LOOPBACK=1` lets loopback addresses be
/// orgs, and only then `REGRANT_MICROSOFT_SIMULATOR` may name a sign-in page and a Graph on loopback, with a comma
/// between.
pub async fn from_env() -> Result<Ports, StartError> {
    let variable = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
    let folder = std::env::var_os("REGRANT_DATA_DIR").map(PathBuf::from).ok_or(StartError::NoDataDir)?;
    let allowed = variable("REGRANT_ALLOW_LOOPBACK").is_some_and(|value| value == "1");
    let loopback = if allowed { LoopbackPolicy::Allow } else { LoopbackPolicy::Refuse };
    let mut config = Config { okta: ClientConfig { loopback, ..ClientConfig::default() }, ..Config::default() };
    if let Some(url) = variable("REGRANT_PUBLIC_URL") {
        let bad = |reason: String| StartError::BadVariable { variable: "REGRANT_PUBLIC_URL", reason };
        config.settings.public_url = Some(PublicUrl::parse(&url, loopback).map_err(|error| bad(error.to_string()))?);
    }
    config.microsoft.simulator = simulated_microsoft(loopback)?;
    Ok(open(&folder, config).await?)
}

/// The simulated Microsoft that `REGRANT_MICROSOFT_SIMULATOR` names, where loopback is allowed.
pub fn simulated_microsoft(loopback: LoopbackPolicy) -> Result<Option<SimulatedMicrosoft>, StartError> {
    let named = std::env::var("REGRANT_MICROSOFT_SIMULATOR").ok().filter(|hosts| !hosts.is_empty());
    let bad = |reason| StartError::BadVariable { variable: "REGRANT_MICROSOFT_SIMULATOR", reason };
    named.map(|hosts| SimulatedMicrosoft::parse(&hosts, loopback).map_err(bad)).transpose()
}

/// Where the vault is in a data folder.
pub fn vault_folder(folder: &Path) -> PathBuf {
    folder.join("vault")
}

/// Where the ledger is in a data folder.
pub fn ledger_file(folder: &Path) -> PathBuf {
    folder.join("ledger.sqlite")
}

/// How everything that is opened behaves.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Okta's client.
    pub okta: ClientConfig,
    /// Microsoft's client.
    pub microsoft: MicrosoftConfig,
    /// What the installation decided.
    pub settings: Settings,
}

/// Opens vault and ledger in `folder`, making what is not there, with a queue in this process and the real client.
pub async fn open(folder: &Path, config: Config) -> Result<Ports, OpenError> {
    make_private(folder).map_err(|source| OpenError::Folder { path: folder.to_owned(), source })?;
    let clock = Arc::new(SystemClock);
    let randomness = Arc::new(SystemRandomness);
    Ok(Ports {
        vault: Arc::new(SealedFileVault::open(&vault_folder(folder)).await?),
        ledger: Arc::new(SqliteLedger::open(&ledger_file(folder)).await?),
        queue: Arc::new(InProcessQueue::new(clock.clone())),
        saves: Arc::new(InProcessQueue::new(clock.clone())),
        loopback: config.okta.loopback,
        okta: Arc::new(OktaClient::new(config.okta, clock.clone(), randomness.clone())?),
        microsoft: Arc::new(MicrosoftClient::new(config.microsoft, clock.clone(), randomness.clone())?),
        settings: Arc::new(config.settings),
        clock,
        randomness,
    })
}

#[cfg(unix)]
fn make_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)
}
