#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use secrecy::ExposeSecret as _;

use super::*;
use crate::clock::SimulatedClock;
use crate::embedded::sealed_file::SealedFileVault;
use crate::testing::vault;

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
    vault.get(name, SecretVersion::Current).await.unwrap().map(|secret| secret.expose_secret().to_owned())
}

#[tokio::test]
async fn conforms_to_the_vault_contract() {
    let folder = tempfile::tempdir().unwrap();
    let number = std::sync::atomic::AtomicU32::new(0);
    let make = || {
        let number = number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let folder = folder.path().join(number.to_string());
        async move { Arc::new(vaults(&folder).await.2) as Arc<dyn Vault> }
    };
    vault::conforms(make).await;
}

#[tokio::test]
async fn cached_secrets_are_reread_after_expiry_or_rejection() {
    let folder = tempfile::tempdir().unwrap();
    let (clock, behind, vault) = vaults(folder.path()).await;
    let keys = SecretName::Keys;
    assert_eq!(current(&vault, &keys).await, None);
    set(&*behind, &keys, "one").await;
    assert_eq!(current(&vault, &keys).await.as_deref(), Some("one"), "absence is not cached");
    set(&*behind, &keys, "two").await;
    assert_eq!(current(&vault, &keys).await.as_deref(), Some("one"), "from memory");
    clock.advance(CACHE_TIME.unsigned_abs());
    assert_eq!(current(&vault, &keys).await.as_deref(), Some("two"), "the entry has expired");
    set(&*behind, &keys, "three").await;
    assert!(!vault.was_refused(&keys), "our own keys are not read for every forged link");
    assert_eq!(current(&vault, &keys).await.as_deref(), Some("two"), "from memory");
    clock.advance(MIN_KEYS_CACHE_TIME.unsigned_abs());
    assert!(vault.was_refused(&keys));
    assert_eq!(current(&vault, &keys).await.as_deref(), Some("three"), "a rejected secret is read again");
    set(&vault, &keys, "four").await;
    assert_eq!(
        current(&vault, &keys).await.as_deref(),
        Some("four"),
        "a change through this vault is visible immediately"
    );
}

#[tokio::test]
async fn absence_of_hooks_is_cached() {
    let folder = tempfile::tempdir().unwrap();
    let (clock, behind, vault) = vaults(folder.path()).await;
    let hooks = SecretName::Hooks;
    assert_eq!(current(&vault, &hooks).await, None);
    set(&*behind, &hooks, "one").await;
    assert_eq!(current(&vault, &hooks).await, None, "from memory");
    clock.advance(CACHE_TIME.unsigned_abs());
    assert_eq!(current(&vault, &hooks).await.as_deref(), Some("one"), "the entry has expired");
    vault.remove(&hooks).await.unwrap();
    assert_eq!(current(&vault, &hooks).await, None);
    set(&vault, &hooks, "two").await;
    assert_eq!(
        current(&vault, &hooks).await.as_deref(),
        Some("two"),
        "a change through this vault is visible immediately"
    );
}

#[tokio::test]
async fn absence_of_other_secrets_is_not_cached() {
    let folder = tempfile::tempdir().unwrap();
    let (_, behind, vault) = vaults(folder.path()).await;
    let org: crate::domain::id::OrgId = "00oacme".parse().unwrap();
    let global = crate::domain::cloud::Cloud::Global;
    let names = [
        SecretName::Okta(org.clone()),
        SecretName::ProvisioningAdmin(org),
        SecretName::Entra(global),
        SecretName::Keys,
    ];
    for name in names {
        assert_eq!(current(&vault, &name).await, None);
        set(&*behind, &name, "added").await;
        assert_eq!(current(&vault, &name).await.as_deref(), Some("added"), "{}", name.path());
    }
}

#[tokio::test]
async fn a_rejected_credential_is_reread_immediately() {
    let folder = tempfile::tempdir().unwrap();
    let (_, behind, vault) = vaults(folder.path()).await;
    let okta = SecretName::Okta("00oacme".parse().unwrap());
    assert!(!vault.was_refused(&okta), "nothing is cached");
    set(&*behind, &okta, "one").await;
    assert_eq!(current(&vault, &okta).await.as_deref(), Some("one"));
    set(&*behind, &okta, "two").await;
    assert!(vault.was_refused(&okta));
    assert_eq!(current(&vault, &okta).await.as_deref(), Some("two"));
}

#[tokio::test]
async fn tokens_are_not_cached() {
    let folder = tempfile::tempdir().unwrap();
    let (_, behind, vault) = vaults(folder.path()).await;
    let graph = SecretName::Graph("00o1".parse().unwrap(), "11111111-2222-4333-8444-555555555555".parse().unwrap());
    for value in ["one", "two"] {
        set(&*behind, &graph, value).await;
        assert_eq!(current(&vault, &graph).await.as_deref(), Some(value));
    }
}
