//! A vault that caches secrets which rarely change.
//!
//! A call to the service costs time and money, and most invocations need the same few secrets. The cache contains those that
//! only people change: our own keys and registration, and the credentials for orgs. Tokens and codes are never cached, since
//! another worker may just have renewed or used them. A secret that a service rejected is read again immediately. Our own
//! keys are the exception: forged links could otherwise cause a read each, so the keys are read every ten seconds at most.
//!
//! The absence of a secret is only cached for hooks: most installations have none, and every plan reads them. An operator who
//! adds any other missing secret expects it to work immediately.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use secrecy::SecretString;

use crate::clock::Clock;
use crate::vault::{SecretName, SecretVersion, Vault, VaultError};

/// How long a secret stays cached.
pub const CACHE_TIME: SignedDuration = SignedDuration::from_mins(5);

/// How long our own keys stay cached, even if something rejects them.
const MIN_KEYS_CACHE_TIME: SignedDuration = SignedDuration::from_secs(10);

/// A cached secret.
#[derive(Clone)]
struct CacheEntry {
    /// `None` if the vault had none.
    secret: Option<SecretString>,
    read_at: Timestamp,
}

/// A vault with a cache.
pub struct CachedVault {
    vault: Arc<dyn Vault>,
    clock: Arc<dyn Clock>,
    cache: Mutex<HashMap<SecretName, CacheEntry>>,
}

impl CachedVault {
    /// A cache in front of `vault`.
    pub fn new(vault: Arc<dyn Vault>, clock: Arc<dyn Clock>) -> Self {
        Self { vault, clock, cache: Mutex::default() }
    }

    fn cached(&self, name: &SecretName) -> Option<CacheEntry> {
        let cache = self.cache.lock();
        let entry = cache.get(name)?;
        (self.age(entry) < CACHE_TIME).then(|| entry.clone())
    }

    fn age(&self, entry: &CacheEntry) -> SignedDuration {
        self.clock.now().duration_since(entry.read_at)
    }

    fn forget(&self, name: &SecretName) {
        self.cache.lock().remove(name);
    }
}

/// Whether a secret is cached: only people change it.
fn is_cached(name: &SecretName) -> bool {
    match name {
        SecretName::Okta(_)
        | SecretName::ProvisioningAdmin(_)
        | SecretName::Entra(_)
        | SecretName::Keys
        | SecretName::Hooks
        | SecretName::OperatorSignIn => true,
        SecretName::HandOver(..) | SecretName::Graph(..) | SecretName::MailServer => false,
    }
}

/// Whether the absence of a secret is cached.
fn is_absence_cached(name: &SecretName) -> bool {
    *name == SecretName::Hooks
}

#[async_trait]
impl Vault for CachedVault {
    async fn get(&self, name: &SecretName, version: SecretVersion) -> Result<Option<SecretString>, VaultError> {
        if version != SecretVersion::Current || !is_cached(name) {
            return self.vault.get(name, version).await;
        }
        if let Some(entry) = self.cached(name) {
            return Ok(entry.secret);
        }
        let read_at = self.clock.now();
        let found = self.vault.get(name, version).await?;
        if found.is_some() || is_absence_cached(name) {
            self.cache.lock().insert(name.clone(), CacheEntry { secret: found.clone(), read_at });
        }
        Ok(found)
    }

    async fn put_pending(&self, name: &SecretName, secret: &SecretString) -> Result<(), VaultError> {
        self.vault.put_pending(name, secret).await
    }

    async fn promote(&self, name: &SecretName) -> Result<(), VaultError> {
        let promoted = self.vault.promote(name).await;
        // Even after an error: another worker may have promoted.
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
        let mut cache = self.cache.lock();
        let is_protected = |entry: &CacheEntry| *name == SecretName::Keys && self.age(entry) < MIN_KEYS_CACHE_TIME;
        if cache.get(name).is_none_or(is_protected) {
            return false;
        }
        cache.remove(name).is_some()
    }
}

#[cfg(all(test, feature = "embedded"))]
mod tests;
