//! The conformance suite of the vault.

#![expect(clippy::expect_used, reason = "a conformance test fails by panicking")]

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use crate::domain::cloud::Cloud;
use crate::domain::id::{AppId, OrgId};
use crate::vault::{SecretName, SecretVersion, Vault, VaultError};

/// Checks an adapter against the contract. `make` returns a new, empty vault each time.
pub async fn conforms<F, Fut>(make: F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Arc<dyn Vault>>,
{
    an_unwritten_secret_is_absent(&*make().await).await;
    a_pending_version_does_not_change_the_current_one(&*make().await).await;
    a_pending_version_replaces_a_pending_one(&*make().await).await;
    promotion_shifts_every_version(&*make().await).await;
    promotion_needs_a_pending_version(&*make().await).await;
    discarding_removes_only_the_pending_version(&*make().await).await;
    removal_deletes_every_version_and_is_repeatable(&*make().await).await;
    a_removed_secret_can_be_written_again(&*make().await).await;
    secrets_of_different_orgs_are_separate(&*make().await).await;
    secrets_of_different_kinds_are_separate(&*make().await).await;
    any_text_round_trips(&*make().await).await;
}

fn org(id: &str) -> OrgId {
    OrgId::try_from(id.to_owned()).expect("the test's own org id is an id")
}

fn okta(id: &str) -> SecretName {
    SecretName::Okta(org(id))
}

fn acme() -> SecretName {
    okta("00oacme")
}

async fn put(vault: &dyn Vault, name: &SecretName, secret: &str) {
    vault.put_pending(name, &SecretString::from(secret)).await.expect("a pending version is written");
}

async fn put_current(vault: &dyn Vault, name: &SecretName, secret: &str) {
    put(vault, name, secret).await;
    vault.promote(name).await.expect("a pending version is made current");
}

/// Pending, current, previous.
async fn versions(vault: &dyn Vault, name: &SecretName) -> [Option<String>; 3] {
    let mut found = [None, None, None];
    for (version, found) in
        [SecretVersion::Pending, SecretVersion::Current, SecretVersion::Previous].into_iter().zip(&mut found)
    {
        let secret = vault.get(name, version).await.expect("a version is read");
        *found = secret.map(|secret| secret.expose_secret().to_owned());
    }
    found
}

fn are(pending: Option<&str>, current: Option<&str>, previous: Option<&str>) -> [Option<String>; 3] {
    [pending, current, previous].map(|version| version.map(str::to_owned))
}

async fn an_unwritten_secret_is_absent(vault: &dyn Vault) {
    assert_eq!(versions(vault, &acme()).await, are(None, None, None), "nothing was written");
}

async fn a_pending_version_does_not_change_the_current_one(vault: &dyn Vault) {
    put(vault, &acme(), "one").await;
    assert_eq!(versions(vault, &acme()).await, are(Some("one"), None, None), "pending is not current");
    vault.promote(&acme()).await.expect("a pending version is made current");
    put(vault, &acme(), "two").await;
    assert_eq!(versions(vault, &acme()).await, are(Some("two"), Some("one"), None), "the current version is unchanged");
}

async fn a_pending_version_replaces_a_pending_one(vault: &dyn Vault) {
    put(vault, &acme(), "one").await;
    put(vault, &acme(), "two").await;
    assert_eq!(versions(vault, &acme()).await, are(Some("two"), None, None), "the last pending version counts");
}

async fn promotion_shifts_every_version(vault: &dyn Vault) {
    put_current(vault, &acme(), "one").await;
    assert_eq!(versions(vault, &acme()).await, are(None, Some("one"), None), "after the first");
    put_current(vault, &acme(), "two").await;
    assert_eq!(versions(vault, &acme()).await, are(None, Some("two"), Some("one")), "after the second");
    put_current(vault, &acme(), "three").await;
    assert_eq!(versions(vault, &acme()).await, are(None, Some("three"), Some("two")), "after the third");
}

async fn promotion_needs_a_pending_version(vault: &dyn Vault) {
    let refused = vault.promote(&acme()).await;
    assert!(matches!(refused, Err(VaultError::NothingPending { .. })), "an unknown secret: {refused:?}");
    put_current(vault, &acme(), "one").await;
    let refused = vault.promote(&acme()).await;
    assert!(matches!(refused, Err(VaultError::NothingPending { .. })), "a promoted secret: {refused:?}");
    assert_eq!(versions(vault, &acme()).await, are(None, Some("one"), None), "a failed promotion changes nothing");
}

async fn discarding_removes_only_the_pending_version(vault: &dyn Vault) {
    vault.discard_pending(&acme()).await.expect("discarding what was never there is fine");
    put(vault, &acme(), "one").await;
    vault.discard_pending(&acme()).await.expect("a pending version is discarded");
    assert_eq!(versions(vault, &acme()).await, are(None, None, None), "a secret that was never promoted is gone");
    put_current(vault, &acme(), "two").await;
    put_current(vault, &acme(), "three").await;
    put(vault, &acme(), "four").await;
    for _ in 0..2 {
        vault.discard_pending(&acme()).await.expect("a pending version is discarded, and again");
        assert_eq!(versions(vault, &acme()).await, are(None, Some("three"), Some("two")), "what works stays");
    }
    let refused = vault.promote(&acme()).await;
    assert!(matches!(refused, Err(VaultError::NothingPending { .. })), "there is nothing to promote: {refused:?}");
    put_current(vault, &acme(), "five").await;
    assert_eq!(
        versions(vault, &acme()).await,
        are(None, Some("five"), Some("three")),
        "the next promotion works as usual"
    );
}

async fn removal_deletes_every_version_and_is_repeatable(vault: &dyn Vault) {
    vault.remove(&acme()).await.expect("removing what was never there is fine");
    put_current(vault, &acme(), "one").await;
    put_current(vault, &acme(), "two").await;
    put(vault, &acme(), "three").await;
    vault.remove(&acme()).await.expect("a secret is removed");
    assert_eq!(versions(vault, &acme()).await, are(None, None, None), "every version is gone");
    vault.remove(&acme()).await.expect("removing again is fine");
}

async fn a_removed_secret_can_be_written_again(vault: &dyn Vault) {
    put_current(vault, &acme(), "one").await;
    vault.remove(&acme()).await.expect("a secret is removed");
    put_current(vault, &acme(), "two").await;
    assert_eq!(versions(vault, &acme()).await, are(None, Some("two"), None), "nothing of the removed one is left");
}

async fn secrets_of_different_orgs_are_separate(vault: &dyn Vault) {
    let globex = okta("00oglobex");
    put_current(vault, &acme(), "acme's").await;
    put_current(vault, &globex, "globex's").await;
    vault.remove(&acme()).await.expect("a secret is removed");
    assert_eq!(versions(vault, &globex).await, are(None, Some("globex's"), None), "the other secret is untouched");
}

/// Names of every kind, with equal ids where kinds share them.
fn every_kind() -> Vec<SecretName> {
    let (acme, globex) = (org("00oacme"), org("00oglobex"));
    let app = |id: &str| AppId::try_from(id.to_owned()).expect("the test's own app id is an id");
    let tenant = |guid: &str| guid.parse().expect("the test's own tenant is a GUID");
    let mut names = vec![
        SecretName::Okta(acme.clone()),
        SecretName::Okta(globex.clone()),
        SecretName::ProvisioningAdmin(acme.clone()),
        SecretName::ProvisioningAdmin(globex.clone()),
        SecretName::HandOver(acme.clone(), app("0oa1")),
        SecretName::HandOver(acme.clone(), app("0oa2")),
        SecretName::HandOver(globex, app("0oa1")),
        // An app named like its org, and one named like a file in the org's own folder.
        SecretName::HandOver(acme.clone(), app("00oacme")),
        SecretName::HandOver(acme, app("current")),
        SecretName::Graph(org("acme"), tenant("11111111-2222-4333-8444-555555555555")),
        SecretName::Graph(org("acme"), tenant("99999999-2222-4333-8444-555555555555")),
        SecretName::Graph(org("contoso"), tenant("11111111-2222-4333-8444-555555555555")),
        SecretName::Keys,
    ];
    names.extend(Cloud::ALL.map(SecretName::Entra));
    names
}

async fn secrets_of_different_kinds_are_separate(vault: &dyn Vault) {
    let names = every_kind();
    for name in &names {
        put_current(vault, name, &format!("old {name:?}")).await;
        put_current(vault, name, &format!("new {name:?}")).await;
        put(vault, name, &format!("next {name:?}")).await;
    }
    for (removed, name) in names.iter().enumerate() {
        for (index, name) in names.iter().enumerate() {
            let [next, new, old] = ["next", "new", "old"].map(|version| format!("{version} {name:?}"));
            let wanted = if index < removed { are(None, None, None) } else { are(Some(&next), Some(&new), Some(&old)) };
            assert_eq!(versions(vault, name).await, wanted, "{name:?}, with {removed} removed");
        }
        vault.remove(name).await.expect("a secret is removed");
    }
}

async fn any_text_round_trips(vault: &dyn Vault) {
    let long = "k".repeat(20_000);
    for secret in [r#"{"api_token":"00a"}"#, "line\r\nline\n", "\u{0}\"\\ü\u{202e}𝄞", long.as_str()] {
        put_current(vault, &acme(), secret).await;
        let [_, current, _] = versions(vault, &acme()).await;
        assert!(current.as_deref() == Some(secret), "a secret of {} bytes came back changed", secret.len());
    }
}
