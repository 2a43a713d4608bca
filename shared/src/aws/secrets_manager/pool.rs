//! Credentials of several orgs in one secret, each under its own key.
//!
//! The service bills per secret, so a secret for each of thousands of orgs is expensive. Here pending, current and previous
//! are members of an org's entry, since one org's new credential must not move the labels of others. A write reads the whole
//! secret, changes one entry and writes it back under an optimistic lock: the service moves the label of the current version
//! only away from the version that was read.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::EMPTY;
use super::secret::Secret;
use crate::domain::id::OrgId;
use crate::vault::{SecretVersion, VaultError, exposed_option};

/// How often to try a write while other writers are first.
const MAX_ATTEMPTS: usize = 10;
/// What to do about a full pool.
const FULL: &str = "too many orgs share it; deploy with more pooled secrets and add the orgs again";

/// One org's part of a secret.
pub(super) struct Pool<'a> {
    pub(super) secret: Secret<'a>,
    pub(super) key: String,
}

/// The versions of one org's credential.
#[derive(Default, Serialize, Deserialize)]
struct Entry {
    #[serde(default, serialize_with = "exposed_option", skip_serializing_if = "Option::is_none")]
    pending: Option<SecretString>,
    #[serde(default, serialize_with = "exposed_option", skip_serializing_if = "Option::is_none")]
    current: Option<SecretString>,
    #[serde(default, serialize_with = "exposed_option", skip_serializing_if = "Option::is_none")]
    previous: Option<SecretString>,
}

type Entries = BTreeMap<String, Entry>;

/// The pool of an org: always the same for the same number of pools.
pub(super) fn number_of(org: &OrgId, pools: u32) -> u32 {
    let digest = Sha256::digest(org.as_str());
    let first = digest.iter().take(4).fold(0, |number: u32, byte| number << 8 | u32::from(*byte));
    first % pools.max(1)
}

impl Pool<'_> {
    pub(super) async fn get(&self, version: SecretVersion) -> Result<Option<SecretString>, VaultError> {
        let Some(stored) = self.secret.version(SecretVersion::Current).await? else { return Ok(None) };
        let Some(entry) = self.read(&stored.value)?.remove(&self.key) else { return Ok(None) };
        Ok(match version {
            SecretVersion::Pending => entry.pending,
            SecretVersion::Current => entry.current,
            SecretVersion::Previous => entry.previous,
        })
    }

    pub(super) async fn put_pending(&self, value: &SecretString) -> Result<(), VaultError> {
        self.change(|entries| {
            entries.entry(self.key.clone()).or_default().pending = Some(value.clone());
            Ok(true)
        })
        .await
    }

    pub(super) async fn promote(&self) -> Result<(), VaultError> {
        self.change(|entries| {
            let pending = entries.get_mut(&self.key).and_then(|entry| Some((entry.pending.take()?, entry)));
            let (pending, entry) = pending.ok_or_else(|| VaultError::NothingPending { name: self.key.clone() })?;
            entry.previous = entry.current.replace(pending);
            Ok(true)
        })
        .await
    }

    pub(super) async fn discard_pending(&self) -> Result<(), VaultError> {
        self.change(|entries| Ok(entries.get_mut(&self.key).and_then(|entry| entry.pending.take()).is_some())).await
    }

    pub(super) async fn remove(&self) -> Result<(), VaultError> {
        self.change(|entries| Ok(entries.remove(&self.key).is_some())).await
    }

    /// Changes the entries under an optimistic lock; `change` returns whether there is anything to write.
    async fn change(&self, change: impl Fn(&mut Entries) -> Result<bool, VaultError>) -> Result<(), VaultError> {
        let mut last = None;
        for _ in 0..MAX_ATTEMPTS {
            let before = self.secret.version(SecretVersion::Current).await?;
            let mut entries = match &before {
                Some(version) => self.read(&version.value)?,
                None => Entries::new(),
            };
            if !change(&mut entries)? {
                return Ok(());
            }
            let written = serde_json::to_string(&entries).map_err(|error| self.unreadable(&error.to_string()))?;
            let id = self.secret.put(&SecretString::from(written), FULL).await?;
            // If there was no secret, `put` has created one with an empty first version.
            let before = match before {
                Some(before) => Some(before),
                None => self
                    .secret
                    .version(SecretVersion::Current)
                    .await?
                    .filter(|made| made.value.expose_secret() == EMPTY),
            };
            let Some(before) = before else { continue };
            match self.secret.make_current(&id, Some(&before)).await {
                Ok(()) => return Ok(()),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| self.unreadable("other writers interfered at every attempt; try again")))
    }

    fn read(&self, value: &SecretString) -> Result<Entries, VaultError> {
        if value.expose_secret() == EMPTY {
            return Ok(Entries::new());
        }
        // The parser's own error could quote a secret.
        serde_json::from_str(value.expose_secret())
            .map_err(|_| self.unreadable("this version does not know its format"))
    }

    fn unreadable(&self, reason: &str) -> VaultError {
        VaultError::Service { action: "change", name: self.secret.name.clone(), reason: reason.to_owned() }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
mod tests {
    use super::*;

    #[test]
    fn orgs_are_spread_evenly_over_stable_pools() {
        let mut pools = [0_u32; 16];
        for number in 0..1_600 {
            let org: OrgId = format!("00o{number}").parse().unwrap();
            assert_eq!(number_of(&org, 16), number_of(&org, 16));
            pools[number_of(&org, 16) as usize] += 1;
        }
        assert!(pools.iter().all(|orgs| (50..=160).contains(orgs)), "{pools:?}");
    }
}
