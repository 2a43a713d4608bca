//! What the function is made of, read from its environment once.

use std::path::PathBuf;

use regrant::embedded::{self, OpenError};
use regrant::okta::client::ClientConfig;
use regrant::okta::org_url::LoopbackPolicy;
use regrant::usecases::Ports;

/// The function's parts.
#[derive(Clone)]
pub struct App {
    /// What the use cases reach the world through.
    pub ports: Ports,
}

/// Why the function did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A variable is missing.
    #[error("REGRANT_DATA_DIR is not set; it names the folder of vault and ledger")]
    NoDataDir,
    /// The stores did not open.
    #[error(transparent)]
    Open(#[from] OpenError),
}

impl App {
    /// From parts that are there already.
    pub const fn new(ports: Ports) -> Self {
        Self { ports }
    }

    /// From the environment: `REGRANT_DATA_DIR` names the folder of vault and ledger, `REGRANT_ALLOW_LOOPBACK=1` lets
    /// loopback addresses be orgs.
    pub async fn from_env() -> Result<Self, StartError> {
        let folder = std::env::var_os("REGRANT_DATA_DIR").map(PathBuf::from).ok_or(StartError::NoDataDir)?;
        let allowed = std::env::var("REGRANT_ALLOW_LOOPBACK").is_ok_and(|value| value == "1");
        let loopback = if allowed { LoopbackPolicy::Allow } else { LoopbackPolicy::Refuse };
        let okta = ClientConfig { loopback, ..ClientConfig::default() };
        let config = embedded::Config { okta, ..embedded::Config::default() };
        Ok(Self::new(embedded::open(&folder, config).await?))
    }
}
