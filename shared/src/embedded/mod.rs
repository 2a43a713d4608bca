//! The embedded stores: everything a use case needs, in one folder of this machine.

pub mod backup;
pub mod data_folder;
pub mod folder;
pub mod in_process_queue;
pub mod local_mail;
pub mod mail_server;
pub mod private_files;
pub mod sealed_file;
pub mod smtp;
pub mod sqlite;
pub mod worker;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::clock::{Clock, SystemClock};
use crate::embedded::data_folder::{DataFolder, LostPart};
use crate::embedded::folder::Folder;
use crate::embedded::in_process_queue::InProcessQueue;
use crate::embedded::local_mail::LocalMail;
use crate::embedded::private_files::PrivateFileError;
use crate::embedded::sealed_file::SealedFileVault;
use crate::embedded::sqlite::SqliteLedger;
pub use crate::environment::Config;
use crate::hooks::client::HookClient;
use crate::http::transport::TransportError;
use crate::ledger::LedgerError;
use crate::microsoft::MicrosoftError;
use crate::microsoft::client::MicrosoftClient;
use crate::okta::OktaError;
use crate::okta::client::OktaClient;
use crate::openid::OpenIdClient;
use crate::queue::Queues;
use crate::randomness::SystemRandomness;
use crate::usecases::Ports;
use crate::vault::{Vault, VaultError};

/// Why the stores did not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder cannot be created, or other users can access it.
    #[error(transparent)]
    Folder(#[from] PrivateFileError),
    /// A part of the folder was lost.
    #[error(transparent)]
    Lost(#[from] LostPart),
    /// The vault did not open.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The ledger did not open.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The HTTP client did not start.
    #[error(transparent)]
    Okta(#[from] OktaError),
    /// The HTTP client for the operators' provider did not start.
    #[error(transparent)]
    OpenId(#[from] TransportError),
    /// The other HTTP client did not start.
    #[error(transparent)]
    Microsoft(#[from] MicrosoftError),
}

/// Where the vault is in a data folder.
pub fn vault_folder(folder: &Path) -> PathBuf {
    folder.join("vault")
}

/// Where the ledger is in a data folder.
pub fn ledger_file(folder: &Path) -> PathBuf {
    folder.join("ledger.sqlite")
}

/// The folder for emails in a data folder without a mail server.
pub fn outbox_folder(folder: &Path) -> PathBuf {
    folder.join("outbox")
}

/// Opens vault and ledger in `folder`, creating them if needed, with queues in this process and the real clients.
pub async fn open(folder: &Path, config: Config) -> Result<Ports, OpenError> {
    private_files::make_folder(folder)?;
    DataFolder::inspect(folder)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let randomness = Arc::new(SystemRandomness);
    let loopback = config.okta.loopback;
    let vault: Arc<dyn Vault> = Arc::new(SealedFileVault::open(&vault_folder(folder)).await?);
    Ok(Ports {
        ledger: Arc::new(SqliteLedger::open(&ledger_file(folder)).await?),
        queues: in_process_queues(&clock),
        mail: Arc::new(LocalMail::new(vault.clone(), Folder::new(outbox_folder(folder)))),
        vault,
        hooks: Arc::new(HookClient::new(config.okta.loopback)),
        loopback: config.okta.loopback,
        okta: Arc::new(OktaClient::new(config.okta, clock.clone(), randomness.clone())?),
        microsoft: Arc::new(MicrosoftClient::new(config.microsoft, clock.clone(), randomness.clone())?),
        openid: OpenIdClient::new(loopback, clock.clone())?,
        settings: Arc::new(config.settings),
        clock,
        randomness,
        actor: None,
    })
}

/// Empty queues in this process.
pub fn in_process_queues(clock: &Arc<dyn Clock>) -> Queues {
    Queues {
        scans: Arc::new(InProcessQueue::new(clock.clone())),
        saves: Arc::new(InProcessQueue::new(clock.clone())),
        notifications: Arc::new(InProcessQueue::new(clock.clone())),
    }
}
