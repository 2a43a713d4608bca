//! The vault: the only place where Regrant stores secrets.
//!
//! A new version of a secret is stored as pending, tested, and only then made current, so that a value that does not work
//! never replaces one that does. The versions correspond to the staging labels of AWS Secrets Manager: `AWSPENDING`,
//! `AWSCURRENT` and `AWSPREVIOUS`.

mod sealing;

use async_trait::async_trait;
use secrecy::SecretString;

use crate::domain::cloud::Cloud;
use crate::domain::failure::machine;
use crate::domain::id::{AppId, OrgId};
use crate::domain::tenant::TenantId;

pub use sealing::NotUnsealed;
pub(crate) use sealing::{exposed, exposed_option, seal, unseal};

/// The name of a secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SecretName {
    /// `regrant/okta/{org}`: the credential for an Okta org, as JSON (see [`crate::okta::credential`]).
    Okta(OrgId),
    /// `regrant/provisioning-admin/{org}`: a Microsoft administrator's name and password, for an org whose Okta still
    /// requires them (see [`crate::okta::ProvisioningAdmin`]).
    ProvisioningAdmin(OrgId),
    /// `regrant/handover/{org}/{app}`: the authorization code that Okta's page showed, until Okta has received it.
    HandOver(OrgId, AppId),
    /// `regrant/graph/{org}/{tenant}`: tokens for Microsoft Graph that an administrator of the tenant brought in a session of
    /// the org (see [`crate::microsoft::GraphTokens`]).
    Graph(OrgId, TenantId),
    /// `regrant/entra/{cloud}`: our own app registration in that cloud (see [`crate::microsoft::Registration`]).
    Entra(Cloud),
    /// `regrant/keys`: the keys that sign invitations and seal cookies (see [`crate::keyring`]).
    Keys,
    /// `regrant/hooks`: the URLs of outgoing hooks, and the keys that sign their calls (see [`crate::hooks`]).
    Hooks,
    /// `regrant/operator-sign-in`: how we are registered at the operators' provider (see [`crate::openid::Provider`]).
    OperatorSignIn,
    /// `regrant/mail-server`: the server that delivers this machine's email, and its login (see [`crate::mail`]).
    MailServer,
}

impl SecretName {
    /// The name in the vault, as a path.
    pub fn path(&self) -> String {
        match self {
            Self::Okta(org) => format!("regrant/okta/{org}"),
            Self::ProvisioningAdmin(org) => format!("regrant/provisioning-admin/{org}"),
            Self::HandOver(org, app) => format!("regrant/handover/{org}/{app}"),
            Self::Graph(org, tenant) => format!("regrant/graph/{org}/{tenant}"),
            Self::Entra(cloud) => format!("regrant/entra/{cloud}"),
            Self::Keys => "regrant/keys".to_owned(),
            Self::Hooks => "regrant/hooks".to_owned(),
            Self::OperatorSignIn => "regrant/operator-sign-in".to_owned(),
            Self::MailServer => "regrant/mail-server".to_owned(),
        }
    }
}

/// Which version of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretVersion {
    /// Stored and not yet tested.
    Pending,
    /// In use.
    Current,
    /// Was in use before the current one.
    Previous,
}

/// Why a vault operation failed.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// Users other than the owner can read the key file or the vault folder.
    #[error(
        "{path} can be read by other users (mode {mode:o}); run `chmod {wanted:o} {path}` and consider who may have read it"
    )]
    LooseMode {
        /// The file or folder.
        path: String,
        /// Its permission bits.
        mode: u32,
        /// The loosest mode that is accepted.
        wanted: u32,
    },
    /// A symbolic link is where a file of the vault should be.
    #[error("{path} is a symbolic link, and the vault follows none; replace it with the file itself")]
    Link {
        /// The link.
        path: String,
    },
    /// The key does not open the file, or the file was changed.
    #[error(
        "{path} does not open with this vault's key: it was changed, or sealed with a different key; restore both from one backup"
    )]
    DoesNotOpen {
        /// The file.
        path: String,
    },
    /// The key file is missing, and sealed files exist.
    #[error(
        "the key file {path} is missing, so the vault's secrets cannot be opened; put it back, or restore a backup into an \
         empty folder with `regrant restore FILE`"
    )]
    KeyMissing {
        /// Where it should be.
        path: String,
    },
    /// The key file contains no key.
    #[error(
        "the key file {path} is empty or damaged, so the vault's secrets cannot be opened; replace it with a copy of it, or \
         restore a backup into an empty folder with `regrant restore FILE`"
    )]
    NotAKey {
        /// The file.
        path: String,
    },
    /// No pending version can be made current.
    #[error("no pending version of {name} to make current; write one first")]
    NothingPending {
        /// The secret's name.
        name: String,
    },
    /// The secret is longer than the vault accepts.
    #[error("{name} would have {bytes} bytes, and a secret has 65,536 at most; {advice}")]
    TooLarge {
        /// The secret's name.
        name: String,
        /// Its length.
        bytes: usize,
        /// What to do about it.
        advice: &'static str,
    },
    /// The service failed.
    #[error("the vault could not {action} {name}: {reason}")]
    Service {
        /// What was attempted.
        action: &'static str,
        /// The secret's name.
        name: String,
        /// What the service reported.
        reason: String,
    },
    /// The file system failed.
    #[error("the vault could not {action} {path}: {}", machine::explained(.source))]
    Io {
        /// What was attempted.
        action: &'static str,
        /// The file or folder.
        path: String,
        /// What the operating system reported.
        source: std::io::Error,
    },
}

/// A store of secrets.
#[async_trait]
pub trait Vault: Send + Sync {
    /// A version of a secret, or `None` if it does not exist.
    async fn get(&self, name: &SecretName, version: SecretVersion) -> Result<Option<SecretString>, VaultError>;
    /// Stores a pending version, replacing an earlier pending one. Does not change the current version.
    async fn put_pending(&self, name: &SecretName, secret: &SecretString) -> Result<(), VaultError>;
    /// Makes the pending version current and the current one previous, atomically.
    async fn promote(&self, name: &SecretName) -> Result<(), VaultError>;
    /// Removes the pending version, for example because it does not work. Does not change the others. Succeeds if there is
    /// none.
    async fn discard_pending(&self, name: &SecretName) -> Result<(), VaultError>;
    /// Removes every version. Succeeds without any.
    async fn remove(&self, name: &SecretName) -> Result<(), VaultError>;
    /// Reports that a service rejected the current version. Returns whether reading it again may return a different value:
    /// `true` if it came from a cache, whose entry is now dropped.
    fn was_refused(&self, _: &SecretName) -> bool {
        false
    }
}
