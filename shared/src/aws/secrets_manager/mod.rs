//! The vault in AWS Secrets Manager.
//!
//! Versions use the service's own staging labels. A secret is created with an empty first version, because the service makes
//! the first version current regardless of its label: an untested value would be in use. A renewal writes one version, so no
//! secret is written more often than the service advises (once in ten minutes), as long as its token is valid for longer;
//! moving labels is not limited.

mod pool;
mod secret;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
mod tests;

use async_trait::async_trait;
use aws_sdk_secretsmanager::Client;
use secrecy::SecretString;
use tracing::Instrument as _;

use self::pool::Pool;
use self::secret::Secret;
use crate::vault::{SecretName, SecretVersion, Vault, VaultError};

/// The value of the first, empty version of a secret.
const EMPTY: &str = r#"{"regrant":"empty"}"#;
/// The longest secret, in bytes (Secrets Manager quotas).
const MAX_BYTES: usize = 65_536;

/// How secrets are stored.
#[derive(Debug, Clone)]
pub struct SecretsManagerConfig {
    /// The prefix of every secret's name, before a `/`.
    pub prefix: String,
    /// The KMS key that encrypts new secrets; `None` for the account's own `aws/secretsmanager`.
    pub kms_key: Option<String>,
    /// How many secrets the credentials of all orgs share; 0 gives each org its own secret. AWS bills per secret, regardless
    /// of its size.
    pub pooled_secrets: u32,
}

impl Default for SecretsManagerConfig {
    fn default() -> Self {
        Self { prefix: "regrant".to_owned(), kms_key: None, pooled_secrets: 0 }
    }
}

/// A vault in AWS Secrets Manager.
#[derive(Debug, Clone)]
pub struct SecretsManagerVault {
    client: Client,
    config: SecretsManagerConfig,
}

/// Whether a secret has its own entry in the service or shares one.
enum Storage<'a> {
    Own(Secret<'a>),
    Shared(Pool<'a>),
}

impl SecretsManagerVault {
    /// A vault in the account and region of `client`.
    pub const fn new(client: Client, config: SecretsManagerConfig) -> Self {
        Self { client, config }
    }

    fn storage(&self, name: &SecretName) -> Storage<'_> {
        match name {
            SecretName::Okta(org) | SecretName::ProvisioningAdmin(org) if self.config.pooled_secrets > 0 => {
                let pool = pool::number_of(org, self.config.pooled_secrets);
                let shared = self.secret(&format!("okta/pool-{pool}"));
                Storage::Shared(Pool { secret: shared, key: name.path() })
            }
            _ => {
                let path = name.path();
                Storage::Own(self.secret(path.trim_start_matches("regrant/")))
            }
        }
    }

    fn secret(&self, path: &str) -> Secret<'_> {
        Secret {
            client: &self.client,
            name: format!("{}/{path}", self.config.prefix),
            kms_key: self.config.kms_key.as_deref(),
        }
    }
}

fn span(action: &'static str) -> tracing::Span {
    tracing::trace_span!("vault", action)
}

#[async_trait]
impl Vault for SecretsManagerVault {
    async fn get(&self, name: &SecretName, version: SecretVersion) -> Result<Option<SecretString>, VaultError> {
        match self.storage(name) {
            Storage::Own(secret) => secret.get(version).instrument(span("read")).await,
            Storage::Shared(pool) => pool.get(version).instrument(span("read")).await,
        }
    }

    async fn put_pending(&self, name: &SecretName, value: &SecretString) -> Result<(), VaultError> {
        match self.storage(name) {
            Storage::Own(secret) => secret.put_pending(value).instrument(span("write")).await,
            Storage::Shared(pool) => pool.put_pending(value).instrument(span("write")).await,
        }
    }

    async fn promote(&self, name: &SecretName) -> Result<(), VaultError> {
        match self.storage(name) {
            Storage::Own(secret) => secret.promote().instrument(span("promote")).await,
            Storage::Shared(pool) => pool.promote().instrument(span("promote")).await,
        }
    }

    async fn discard_pending(&self, name: &SecretName) -> Result<(), VaultError> {
        match self.storage(name) {
            Storage::Own(secret) => secret.discard_pending().instrument(span("discard")).await,
            Storage::Shared(pool) => pool.discard_pending().instrument(span("discard")).await,
        }
    }

    async fn remove(&self, name: &SecretName) -> Result<(), VaultError> {
        match self.storage(name) {
            Storage::Own(secret) => secret.remove().instrument(span("remove")).await,
            Storage::Shared(pool) => pool.remove().instrument(span("remove")).await,
        }
    }
}
