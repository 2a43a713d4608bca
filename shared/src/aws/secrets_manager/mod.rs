//! The vault in AWS Secrets Manager.
//!
//! The stages are the service's own. A secret is made with an empty first version, because the service makes the
//! first version current whatever its version: an untried value would be in use. One renewal writes one version, so that
//! no secret is written more often than the service advises (once in ten minutes) as long as its token lives longer than
//! that; labels may be moved as often as one likes.

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

/// What the first version of a secret holds: nothing.
const EMPTY: &str = r#"{"regrant":"empty"}"#;
/// The longest secret, in bytes (Secrets Manager's quotas).
const LONGEST: usize = 65_536;

/// How secrets are kept.
#[derive(Debug, Clone)]
pub struct SecretsManagerConfig {
    /// What every secret's name begins with, before a `/`.
    pub prefix: String,
    /// The KMS key that new secrets are encrypted with; `None` for the account's own `aws/secretsmanager`.
    pub kms_key: Option<String>,
    /// How many secrets the credentials of all orgs share, each under its org's own key; 0 gives each org its own secret.
    /// A secret costs the same whatever it holds.
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

/// Where a secret is.
enum Place<'a> {
    Own(Secret<'a>),
    Shared(Pool<'a>),
}

impl SecretsManagerVault {
    /// A vault in the account and region of `client`.
    pub const fn new(client: Client, config: SecretsManagerConfig) -> Self {
        Self { client, config }
    }

    fn place(&self, name: &SecretName) -> Place<'_> {
        match name {
            SecretName::Okta(org) | SecretName::ProvisioningAdmin(org) if self.config.pooled_secrets > 0 => {
                let pool = pool::number_of(org, self.config.pooled_secrets);
                let shared = self.secret(&format!("okta/pool-{pool}"));
                Place::Shared(Pool { secret: shared, key: name.path() })
            }
            _ => {
                let path = name.path();
                Place::Own(self.secret(path.trim_start_matches("regrant/")))
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
        match self.place(name) {
            Place::Own(secret) => secret.get(version).instrument(span("read")).await,
            Place::Shared(pool) => pool.get(version).instrument(span("read")).await,
        }
    }

    async fn put_pending(&self, name: &SecretName, value: &SecretString) -> Result<(), VaultError> {
        match self.place(name) {
            Place::Own(secret) => secret.put_pending(value).instrument(span("write")).await,
            Place::Shared(pool) => pool.put_pending(value).instrument(span("write")).await,
        }
    }

    async fn promote(&self, name: &SecretName) -> Result<(), VaultError> {
        match self.place(name) {
            Place::Own(secret) => secret.promote().instrument(span("promote")).await,
            Place::Shared(pool) => pool.promote().instrument(span("promote")).await,
        }
    }

    async fn discard_pending(&self, name: &SecretName) -> Result<(), VaultError> {
        match self.place(name) {
            Place::Own(secret) => secret.discard_pending().instrument(span("discard")).await,
            Place::Shared(pool) => pool.discard_pending().instrument(span("discard")).await,
        }
    }

    async fn remove(&self, name: &SecretName) -> Result<(), VaultError> {
        match self.place(name) {
            Place::Own(secret) => secret.remove().instrument(span("remove")).await,
            Place::Shared(pool) => pool.remove().instrument(span("remove")).await,
        }
    }
}
