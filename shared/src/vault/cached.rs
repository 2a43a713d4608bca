//! A vault whose seldom-changing secrets are kept in memory for a while.
//!
//! A call to the service costs time and money, and most invocations want the same few secrets. Kept are those that only
//! people change: our own keys and registration, and the credentials for orgs. Tokens and codes are always read anew,
//! since another worker may have renewed or used them a moment ago. What was refused somewhere is read anew at once, but
//! for our own keys: whoever sends forged links could have them read for each, so they are read anew every ten seconds at
//! the most.

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

/// How long our own keys are served from memory whoever refuses them.
const KEYS_KEPT_AT_LEAST: SignedDuration = SignedDuration::from_secs(10);

/// A secret in memory.
struct Kept {
    secret: SecretString,
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

    fn remembered(&self, name: &SecretName) -> Option<SecretString> {
        let kept = self.kept.lock();
        let kept = kept.get(name)?;
        (self.age(kept) < KEPT).then(|| kept.secret.clone())
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
        let read_at = self.clock.now();
        let found = self.vault.get(name, stage).await?;
        if let Some(secret) = &found {
            self.kept.lock().insert(name.clone(), Kept { secret: secret.clone(), read_at });
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
        assert!(!vault.was_refused(&keys), "our own keys are not read for every forged link");
        assert_eq!(current(&vault, &keys).await.as_deref(), Some("two"), "from memory");
        clock.advance(KEYS_KEPT_AT_LEAST.unsigned_abs());
        assert!(vault.was_refused(&keys));
        assert_eq!(current(&vault, &keys).await.as_deref(), Some("three"), "what was refused is read anew");
        set(&vault, &keys, "four").await;
        assert_eq!(current(&vault, &keys).await.as_deref(), Some("four"), "one's own change is seen at once");
    }

    #[tokio::test]
    async fn a_refused_credential_is_read_anew_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let (_, behind, vault) = vaults(folder.path()).await;
        let okta = SecretName::Okta("00oacme".parse().unwrap());
        assert!(!vault.was_refused(&okta), "there is nothing in memory to read anew");
        set(&*behind, &okta, "one").await;
        assert_eq!(current(&vault, &okta).await.as_deref(), Some("one"));
        set(&*behind, &okta, "two").await;
        assert!(vault.was_refused(&okta));
        assert_eq!(current(&vault, &okta).await.as_deref(), Some("two"));
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
