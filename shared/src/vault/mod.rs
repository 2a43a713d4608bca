//! The vault: where secrets live, and the only place they live.
//!
//! A new version of a secret is written pending, tried, and only then made current, so that a value that does not work
//! never replaces one that does. The stages are AWS Secrets Manager's `AWSPENDING`, `AWSCURRENT` and `AWSPREVIOUS`.

mod sealing;

use async_trait::async_trait;
use secrecy::SecretString;

use crate::domain::cloud::Cloud;
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
    /// insists on them (see [`crate::okta::ProvisioningAdmin`]).
    ProvisioningAdmin(OrgId),
    /// `regrant/handover/{org}/{app}`: the authorization code that Okta's page showed, until Okta has taken it.
    HandOver(OrgId, AppId),
    /// `regrant/graph/{tenant}`: tokens for Microsoft Graph, and who consented to them (see
    /// [`crate::microsoft::GraphTokens`]).
    Graph(TenantId),
    /// `regrant/entra/{cloud}`: our own registration there (see [`crate::microsoft::Registration`]).
    Entra(Cloud),
    /// `regrant/keys`: the keys that sign invitations and seal cookies (see [`crate::keyring`]).
    Keys,
    /// `regrant/hooks`: where outgoing hooks lead, and what their calls are signed with (see [`crate::hooks`]).
    Hooks,
    /// `regrant/mail-server`: the server that takes this machine's emails, and its login (see [`crate::mail`]).
    MailServer,
}

impl SecretName {
    /// The name as the vault knows it.
    pub fn path(&self) -> String {
        match self {
            Self::Okta(org) => format!("regrant/okta/{org}"),
            Self::ProvisioningAdmin(org) => format!("regrant/provisioning-admin/{org}"),
            Self::HandOver(org, app) => format!("regrant/handover/{org}/{app}"),
            Self::Graph(tenant) => format!("regrant/graph/{tenant}"),
            Self::Entra(cloud) => format!("regrant/entra/{cloud}"),
            Self::Keys => "regrant/keys".to_owned(),
            Self::Hooks => "regrant/hooks".to_owned(),
            Self::MailServer => "regrant/mail-server".to_owned(),
        }
    }
}

/// Which version of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretVersion {
    /// Written and not yet tried.
    Pending,
    /// In use.
    Current,
    /// In use before the current one.
    Previous,
}

/// Why the vault could not serve.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The key file or the vault folder can be read by others than its owner.
    #[error(
        "{path} can be read by other users (mode {mode:o}); run `chmod {wanted:o} {path}` and think about who may have read it"
    )]
    LooseMode {
        /// The file or folder.
        path: String,
        /// Its permission bits.
        mode: u32,
        /// The loosest mode that is accepted.
        wanted: u32,
    },
    /// The key does not open the file, or the file was changed.
    #[error(
        "{path} does not open with this vault's key: it was changed, or sealed with another key; restore both from one backup"
    )]
    DoesNotOpen {
        /// The file.
        path: String,
    },
    /// There is no pending version to make current.
    #[error("no pending version of {name} to make current; write one first")]
    NothingPending {
        /// The secret's name.
        name: String,
    },
    /// Longer than the vault takes.
    #[error("{name} would have {bytes} bytes, and a secret has 65,536 at the most; {advice}")]
    TooLarge {
        /// The secret's name.
        name: String,
        /// Its length.
        bytes: usize,
        /// What to do about it.
        advice: &'static str,
    },
    /// The service refused.
    #[error("the vault could not {action} {name}: {reason}")]
    Service {
        /// What was tried.
        action: &'static str,
        /// The secret's name.
        name: String,
        /// What the service said.
        reason: String,
    },
    /// The file system refused.
    #[error("the vault could not {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file or folder.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Where secrets live.
#[async_trait]
pub trait Vault: Send + Sync {
    /// The secret at `stage`, or `None` where there is none.
    async fn get(&self, name: &SecretName, stage: SecretVersion) -> Result<Option<SecretString>, VaultError>;
    /// Writes a pending version, replacing a pending one. The current one is untouched.
    async fn put_pending(&self, name: &SecretName, secret: &SecretString) -> Result<(), VaultError>;
    /// Makes the pending version current and the current one previous, at once.
    async fn promote(&self, name: &SecretName) -> Result<(), VaultError>;
    /// Removes the pending version, which was tried and does not work. The others are untouched. Discarding what is not
    /// there is fine.
    async fn discard_pending(&self, name: &SecretName) -> Result<(), VaultError>;
    /// Removes every version. Removing what is not there is fine.
    async fn remove(&self, name: &SecretName) -> Result<(), VaultError>;
    /// Somebody refused what is current. Says whether reading it again may give another: it had been served from memory,
    /// and is read anew the next time.
    fn was_refused(&self, _: &SecretName) -> bool {
        false
    }
}
