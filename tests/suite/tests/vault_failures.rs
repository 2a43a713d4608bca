//! Tests vault failures: the consent stops with an error page, and Okta is unchanged.

use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use regrant::domain::event::EventKind;
use regrant::domain::failure::consent::ConsentFailure;
use regrant::vault::{SecretName, SecretVersion, Vault, VaultError};
use regrant_simulators::microsoft::Decision;
use regrant_tests::consent::{Browser, ConsentBench, router};
use secrecy::SecretString;

const TENANT: &str = "acmelabs";

/// The failing call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    Put,
    ReadBack,
    Promote,
}

/// A vault that cannot store Graph tokens.
struct FullVault {
    inner: Arc<dyn Vault>,
    fails: Mutex<Option<Call>>,
}

impl FullVault {
    fn served(&self, call: Call, name: &SecretName) -> Result<(), VaultError> {
        let fails = *self.fails.lock() == Some(call) && matches!(name, SecretName::Graph(..));
        let full = || std::io::Error::from(std::io::ErrorKind::StorageFull);
        if fails { Err(VaultError::Io { action: "write", path: name.path(), source: full() }) } else { Ok(()) }
    }
}

#[async_trait]
impl Vault for FullVault {
    async fn get(&self, name: &SecretName, version: SecretVersion) -> Result<Option<SecretString>, VaultError> {
        if version == SecretVersion::Pending {
            self.served(Call::ReadBack, name)?;
        }
        self.inner.get(name, version).await
    }
    async fn put_pending(&self, name: &SecretName, secret: &SecretString) -> Result<(), VaultError> {
        self.served(Call::Put, name)?;
        self.inner.put_pending(name, secret).await
    }
    async fn promote(&self, name: &SecretName) -> Result<(), VaultError> {
        self.served(Call::Promote, name)?;
        self.inner.promote(name).await
    }
    async fn discard_pending(&self, name: &SecretName) -> Result<(), VaultError> {
        self.inner.discard_pending(name).await
    }
    async fn remove(&self, name: &SecretName) -> Result<(), VaultError> {
        self.inner.remove(name).await
    }
}

#[tokio::test]
async fn vault_failure_stops_consent_before_okta() {
    for call in [Call::Put, Call::ReadBack, Call::Promote] {
        let bench = ConsentBench::new().await;
        let invitation = bench.invite(TENANT).await;
        let vault = Arc::new(FullVault { inner: bench.ports.vault.clone(), fails: Mutex::new(Some(call)) });
        let mut ports = bench.ports.clone();
        ports.vault = vault.clone();
        let before = bench.simulation.okta.snapshot("acme");

        let mut browser = Browser::new(router(&ports));
        let location = browser.post(&invitation, &[]).await.location_url();
        let back = bench.at_microsoft(&location, "ada.administrator", Decision::Accept);
        let session = browser.get_url(&back).await.location();
        let page = browser.get(&session).await;
        assert_eq!(page.heading(), "We could not save your progress", "{call:?}");
        assert_eq!(bench.simulation.okta.snapshot("acme"), before, "{call:?}");
        let failed =
            |event: &EventKind| matches!(event, EventKind::ConsentFailed { failure: ConsentFailure::NotStored, .. });
        assert!(bench.events(TENANT).await.iter().any(failed), "{call:?}");

        *vault.fails.lock() = None;
        let session = bench.sign_in(&mut browser, &invitation, "ada.administrator").await;
        assert_eq!(
            browser.get(&session).await.heading(),
            "Next: approve Okta's access",
            "{call:?}: it goes on once the vault serves"
        );
    }
}
