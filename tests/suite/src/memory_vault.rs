//! A vault in memory, for large tests in which sealing every secret would dominate the measurement.

use std::collections::HashMap;

use async_trait::async_trait;
use parking_lot::Mutex;
use regrant::vault::{SecretName, SecretVersion, Vault, VaultError};
use secrecy::SecretString;

/// Secrets in memory only.
#[derive(Default)]
pub struct MemoryVault(Mutex<HashMap<SecretName, Versions>>);

#[derive(Default)]
struct Versions {
    pending: Option<SecretString>,
    current: Option<SecretString>,
    previous: Option<SecretString>,
}

#[async_trait]
impl Vault for MemoryVault {
    async fn get(&self, name: &SecretName, version: SecretVersion) -> Result<Option<SecretString>, VaultError> {
        let all = self.0.lock();
        Ok(all.get(name).and_then(|versions| match version {
            SecretVersion::Pending => versions.pending.clone(),
            SecretVersion::Current => versions.current.clone(),
            SecretVersion::Previous => versions.previous.clone(),
        }))
    }

    async fn put_pending(&self, name: &SecretName, secret: &SecretString) -> Result<(), VaultError> {
        self.0.lock().entry(name.clone()).or_default().pending = Some(secret.clone());
        Ok(())
    }

    async fn promote(&self, name: &SecretName) -> Result<(), VaultError> {
        let mut all = self.0.lock();
        let nothing = || VaultError::NothingPending { name: name.path() };
        let versions = all.get_mut(name).ok_or_else(nothing)?;
        let pending = versions.pending.take().ok_or_else(nothing)?;
        versions.previous = versions.current.replace(pending);
        Ok(())
    }

    async fn discard_pending(&self, name: &SecretName) -> Result<(), VaultError> {
        if let Some(versions) = self.0.lock().get_mut(name) {
            versions.pending = None;
        }
        Ok(())
    }

    async fn remove(&self, name: &SecretName) -> Result<(), VaultError> {
        self.0.lock().remove(name);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use regrant::testing::vault;

    use super::*;

    #[tokio::test]
    async fn memory_vault_meets_the_contract() {
        vault::conforms(|| async { Arc::new(MemoryVault::default()) as Arc<dyn Vault> }).await;
    }
}
