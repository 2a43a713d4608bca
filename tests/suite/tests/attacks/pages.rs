//! What showing a page costs and touches.

use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use regrant::clock::Clock as _;
use regrant::okta::ProvisioningAdmin;
use regrant::usecases::access::orgs::set_provisioning_admin;
use regrant::vault::{SecretName, SecretVersion, Vault, VaultError};
use regrant_tests::consent::{Browser, ConsentBench, router};
use secrecy::SecretString;

use super::{ADMIN, TENANT};

/// A vault that remembers which secrets were read.
struct WatchedVault {
    inner: Arc<dyn Vault>,
    reads: Mutex<Vec<SecretName>>,
}

#[async_trait]
impl Vault for WatchedVault {
    async fn get(&self, name: &SecretName, version: SecretVersion) -> Result<Option<SecretString>, VaultError> {
        self.reads.lock().push(name.clone());
        self.inner.get(name, version).await
    }
    async fn put_pending(&self, name: &SecretName, secret: &SecretString) -> Result<(), VaultError> {
        self.inner.put_pending(name, secret).await
    }
    async fn promote(&self, name: &SecretName) -> Result<(), VaultError> {
        self.inner.promote(name).await
    }
    async fn discard_pending(&self, name: &SecretName) -> Result<(), VaultError> {
        self.inner.discard_pending(name).await
    }
    async fn remove(&self, name: &SecretName) -> Result<(), VaultError> {
        self.inner.remove(name).await
    }
}

/// A function that waits is a function that a stranger's page holds.
#[tokio::test]
async fn waiting_page_answers_at_once() {
    let bench = ConsentBench::new().await;
    let invitation = bench.invite(TENANT).await;
    let mut browser = bench.browser();
    let session = bench.sign_in(&mut browser, &invitation, ADMIN).await;
    bench.simulation.open_okta(&mut browser, &session).await.unwrap();
    let token = browser.form_token(&session).await;
    browser.post(&format!("{session}/finish"), &[("token", &token)]).await;
    let (now, calls) = (bench.clock.now(), bench.simulation.kill_point.calls());
    let seen = browser.get(&session).await;
    assert_eq!(seen.heading(), "Saving and verifying");
    assert!(
        seen.headers.contains_key("refresh") || seen.body.contains("http-equiv=\"refresh\""),
        "it loads itself again"
    );
    assert_eq!((bench.clock.now(), bench.simulation.kill_point.calls()), (now, calls), "nothing was waited for");
}

#[tokio::test]
async fn no_page_reads_an_administrators_password() {
    let mut bench = ConsentBench::new().await;
    let (org, _) = bench.ids(TENANT).await;
    let admin = ProvisioningAdmin {
        username: "admin@acmelabs.onmicrosoft.com".to_owned(),
        password: SecretString::from("an-invented-password"),
    };
    set_provisioning_admin(&bench.ports, &org, Some(&admin)).await.unwrap();
    let watched = Arc::new(WatchedVault { inner: bench.ports.vault.clone(), reads: Mutex::default() });
    bench.ports.vault = watched.clone();
    let invitation = bench.invite(TENANT).await;
    let mut browser = Browser::new(router(&bench.ports));
    let session = bench.sign_in(&mut browser, &invitation, ADMIN).await;
    for _ in 0..3 {
        browser.get(&invitation).await;
        browser.get(&session).await;
        bench.simulation.open_okta(&mut browser, &session).await;
    }
    let reads = watched.reads.lock().clone();
    assert!(reads.contains(&SecretName::Okta(org.clone())), "reads are seen");
    assert!(!reads.contains(&SecretName::ProvisioningAdmin(org)), "{reads:?}");
}
