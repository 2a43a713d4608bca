//! A vault whose seldom-changing secrets are kept in memory for a while.
//!
//! A call to the service costs time and money, and most invocations want the same few secrets. Kept are those that only
//! people change: our own keys and registration, and the credentials for orgs. Tokens and codes are always read anew,
//! since another worker may have renewed or used them a moment ago. What was refused somewhere is read anew at once.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use secrecy::SecretString;

use super::{SecretName, Stage, Vault, VaultError};
use crate::clock::Clock;

/// How long a secret is served from memory.
pub const KEPT: SignedDuration = SignedDuration::from_mins(5);

/// A vault with a memory.
pub struct CachedVault {
    vault: Arc<dyn Vault>,
    clock: Arc<dyn Clock>,
    kept: Mutex<HashMap<SecretName, (SecretString, Timestamp)>>,
}

impl CachedVault {
    /// A memory before `vault`.
    pub fn new(vault: Arc<dyn Vault>, clock: Arc<dyn Clock>) -> Self {
        Self { vault, clock, kept: Mutex::default() }
    }

    fn remembered(&self, name: &SecretName) -> Option<SecretString> {
        let now = self.clock.now();
        let kept = self.kept.lock();
        let (secret, until) = kept.get(name)?;
        (now < *until).then(|| secret.clone())
    }
}

/// Whether only people change it.
fn is_kept(name: &SecretName) -> bool {
    match name {
        SecretName::Okta(_) | SecretName::ProvisioningAdmin(_) | SecretName::Entra(_) | SecretName::Keys => true,
        SecretName::HandOver(..) | SecretName::Graph(_) => false,
    }
}

#[async_trait]
impl Vault for CachedVault {
    async fn get(&self, name: &SecretName, stage: Stage) -> Result<Option<SecretString>, VaultError> {
        if stage != Stage::Current || !is_kept(name) {
            return self.vault.get(name, stage).await;
        }
        if let Some(secret) = self.remembered(name) {
            return Ok(Some(secret));
        }
        let until = self.clock.now().saturating_add(KEPT).unwrap_or(Timestamp::MAX);
        let found = self.vault.get(name, stage).await?;
        if let Some(secret) = &found {
            self.kept.lock().insert(name.clone(), (secret.clone(), until));
        }
        Ok(found)
    }

    async fn put_pending(&self, name: &SecretName, secret: &SecretString) -> Result<(), VaultError> {
        self.vault.put_pending(name, secret).await
    }

    async fn promote(&self, name: &SecretName) -> Result<(), VaultError> {
        let promoted = self.vault.promote(name).await;
        // Whatever came of it: another worker may have promoted.
        self.was_refused(name);
        promoted
    }

    async fn discard_pending(&self, name: &SecretName) -> Result<(), VaultError> {
        self.vault.discard_pending(name).await
    }

    async fn remove(&self, name: &SecretName) -> Result<(), VaultError> {
        self.was_refused(name);
        let removed = self.vault.remove(name).await;
        self.was_refused(name);
        removed
    }

    fn was_refused(&self, name: &SecretName) {
        self.kept.lock().remove(name);
    }
}

#[cfg(all(test, feature = "embedded"))]
#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::clock::SimulatedClock;
    use crate::vault::conformance;
    use crate::vault::sealed_file::SealedFileVault;

    async fn vaults(folder: &std::path::Path) -> (SimulatedClock, Arc<dyn Vault>, CachedVault) {
        let clock = SimulatedClock::starting_at(Timestamp::UNIX_EPOCH);
        let behind: Arc<dyn Vault> = Arc::new(SealedFileVault::open(&folder.join("vault")).await.unwrap());
        (clock.clone(), Arc::clone(&behind), CachedVault::new(behind, Arc::new(clock)))
    }

    async fn set(vault: &dyn Vault, name: &SecretName, value: &str) {
        vault.put_pending(name, &SecretString::from(value)).await.unwrap();
        vault.promote(name).await.unwrap();
    }

    async fn current(vault: &dyn Vault, name: &SecretName) -> Option<String> {
        vault.get(name, Stage::Current).await.unwrap().map(|secret| secret.expose_secret().to_owned())
    }

    #[tokio::test]
    async fn it_does_what_every_vault_must() {
        let folder = tempfile::tempdir().unwrap();
        let number = std::sync::atomic::AtomicU32::new(0);
        let make = || {
            let number = number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let folder = folder.path().join(number.to_string());
            async move { Arc::new(vaults(&folder).await.2) as Arc<dyn Vault> }
        };
        conformance::conforms(make).await;
    }

    #[tokio::test]
    async fn what_another_worker_changed_is_seen_when_its_time_is_over_or_it_was_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (clock, behind, vault) = vaults(folder.path()).await;
        let keys = SecretName::Keys;
        assert_eq!(current(&vault, &keys).await, None);
        set(&*behind, &keys, "one").await;
        assert_eq!(current(&vault, &keys).await.as_deref(), Some("one"), "that there was none is not remembered");
        set(&*behind, &keys, "two").await;
        assert_eq!(current(&vault, &keys).await.as_deref(), Some("one"), "from memory");
        clock.advance(KEPT.unsigned_abs());
        assert_eq!(current(&vault, &keys).await.as_deref(), Some("two"), "its time is over");
        set(&*behind, &keys, "three").await;
        vault.was_refused(&keys);
        assert_eq!(current(&vault, &keys).await.as_deref(), Some("three"), "what was refused is read anew");
        set(&vault, &keys, "four").await;
        assert_eq!(current(&vault, &keys).await.as_deref(), Some("four"), "one's own change is seen at once");
    }

    #[tokio::test]
    async fn tokens_are_always_read_anew() {
        let folder = tempfile::tempdir().unwrap();
        let (_, behind, vault) = vaults(folder.path()).await;
        let graph = SecretName::Graph("11111111-2222-4333-8444-555555555555".parse().unwrap());
        for value in ["one", "two"] {
            set(&*behind, &graph, value).await;
            assert_eq!(current(&vault, &graph).await.as_deref(), Some(value));
        }
    }
}
