//! A vault whose seldom-changing secrets are kept in memory for a while.
//!
//! A call to the service costs time and money, and most invocations want the same few secrets. Kept are those that only
//! people change: our own keys and registration, and the credentials for orgs. Tokens and codes are always read anew,
//! since another worker may have renewed or used them a moment ago. What was refused somewhere is read anew at once, but
//! for our own keys: whoever sends forged links could have them read for each, so they are read anew every ten seconds at
//! the most.
//!
//! That there is none is remembered of the hooks alone: most installations have no hooks, and each plan asks. What else
//! is missing is missed by somebody who then adds it and wants to see it work.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use secrecy::SecretString;

use crate::clock::Clock;
use crate::vault::{SecretName, SecretVersion, Vault, VaultError};

/// How long a secret is served from memory.
pub const KEPT: SignedDuration = SignedDuration::from_mins(5);

/// How long our own keys are served from memory whoever refuses them.
const KEYS_KEPT_AT_LEAST: SignedDuration = SignedDuration::from_secs(10);

/// What the vault had, in memory.
#[derive(Clone)]
struct Kept {
    /// `None` where it had none.
    secret: Option<SecretString>,
    read_at: Timestamp,
}

/// A vault with a memory.
pub struct CachedVault {
    vault: Arc<dyn Vault>,
    clock: Arc<dyn Clock>,
    kept: Mutex<HashMap<SecretName, Kept>>,
}

impl CachedVault {
    /// A memory before `vault`.
    pub fn new(vault: Arc<dyn Vault>, clock: Arc<dyn Clock>) -> Self {
        Self { vault, clock, kept: Mutex::default() }
    }

    fn remembered(&self, name: &SecretName) -> Option<Kept> {
        let kept = self.kept.lock();
        let kept = kept.get(name)?;
        (self.age(kept) < KEPT).then(|| kept.clone())
    }

    fn age(&self, kept: &Kept) -> SignedDuration {
        self.clock.now().duration_since(kept.read_at)
    }

    fn forget(&self, name: &SecretName) {
        self.kept.lock().remove(name);
    }
}

/// Whether only people change it.
fn is_kept(name: &SecretName) -> bool {
    match name {
        SecretName::Okta(_)
        | SecretName::ProvisioningAdmin(_)
        | SecretName::Entra(_)
        | SecretName::Keys
        | SecretName::Hooks => true,
        SecretName::HandOver(..) | SecretName::Graph(_) | SecretName::MailServer => false,
    }
}

/// Whether it is in memory as well that there is none.
fn is_absence_kept(name: &SecretName) -> bool {
    *name == SecretName::Hooks
}

#[async_trait]
impl Vault for CachedVault {
    async fn get(&self, name: &SecretName, version: SecretVersion) -> Result<Option<SecretString>, VaultError> {
        if version != SecretVersion::Current || !is_kept(name) {
            return self.vault.get(name, version).await;
        }
        if let Some(kept) = self.remembered(name) {
            return Ok(kept.secret);
        }
        let read_at = self.clock.now();
        let found = self.vault.get(name, version).await?;
        if found.is_some() || is_absence_kept(name) {
            self.kept.lock().insert(name.clone(), Kept { secret: found.clone(), read_at });
        }
        Ok(found)
    }

    async fn put_pending(&self, name: &SecretName, secret: &SecretString) -> Result<(), VaultError> {
        self.vault.put_pending(name, secret).await
    }

    async fn promote(&self, name: &SecretName) -> Result<(), VaultError> {
        let promoted = self.vault.promote(name).await;
        // Whatever came of it: another worker may have promoted.
        self.forget(name);
        promoted
    }

    async fn discard_pending(&self, name: &SecretName) -> Result<(), VaultError> {
        self.vault.discard_pending(name).await
    }

    async fn remove(&self, name: &SecretName) -> Result<(), VaultError> {
        self.forget(name);
        let removed = self.vault.remove(name).await;
        self.forget(name);
        removed
    }

    fn was_refused(&self, name: &SecretName) -> bool {
        let mut kept = self.kept.lock();
        let fresh = |kept: &Kept| *name == SecretName::Keys && self.age(kept) < KEYS_KEPT_AT_LEAST;
        if kept.get(name).is_none_or(fresh) {
            return false;
        }
        kept.remove(name).is_some()
    }
}

#[cfg(all(test, feature = "embedded"))]
mod tests;
