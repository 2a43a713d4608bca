//! The installation's keys, which sign links and seal cookies: created on first use, and rotated on request.

use std::time::Duration;

use crate::keyring::Keyring;
use crate::ledger::LedgerError;
use crate::usecases::Ports;
use crate::usecases::records::lease::LeaseGuard;
use crate::vault::{NotUnsealed, SecretName, SecretVersion, VaultError};

/// The lease of the worker that creates or rotates the keys.
const LEASE: &str = "keys";
/// How long that worker may hold the lease.
const HELD_FOR: jiff::SignedDuration = jiff::SignedDuration::from_secs(30);
/// How often another worker checks whether the keys exist, and the time between checks.
const LOOKS: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The vault operation failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The ledger operation failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The stored secret is not a set of keys.
    #[error(transparent)]
    NotUnsealed(#[from] NotUnsealed),
    /// There are no keys yet.
    #[error("this installation has no keys yet; `regrant org add` creates them with the first org")]
    Missing,
    /// Another worker has held the lease on the keys for too long.
    #[error("another worker has been creating or rotating the keys for too long; try again in half a minute")]
    Busy,
}

impl From<KeysError> for crate::usecases::records::consent_error::ConsentError {
    fn from(error: KeysError) -> Self {
        Self::new(crate::domain::failure::consent::ConsentFailure::NotStored, error.to_string())
    }
}

/// The current keys. Functions only read them; [`create_keys`] creates them.
pub async fn keys(ports: &Ports) -> Result<Keyring, KeysError> {
    read(ports).await?.ok_or(KeysError::Missing)
}

/// The current keys. Creates them if there are none yet; only one worker does. Called when an operator adds an org or sets a
/// registration, so that no function needs the permission to write keys.
pub async fn create_keys(ports: &Ports) -> Result<Keyring, KeysError> {
    for _ in 0..LOOKS {
        if let Some(keys) = read(ports).await? {
            return Ok(keys);
        }
        if let Some(made) = alone(ports, |_| Keyring::new(&*ports.randomness)).await? {
            return Ok(made);
        }
        ports.clock.sleep(PAUSE).await;
    }
    Err(KeysError::Busy)
}

/// Verifies or decrypts with the current keys. If `open` fails with keys from memory, it runs again with keys read from the vault,
/// because they may have been rotated meanwhile.
pub(crate) async fn open_with_keys<T, E>(
    ports: &Ports,
    open: impl Fn(&Keyring) -> Result<T, E>,
) -> Result<Result<T, E>, KeysError> {
    let opened = open(&keys(ports).await?);
    if opened.is_ok() || !ports.vault.was_refused(&SecretName::Keys) {
        return Ok(opened);
    }
    Ok(open(&keys(ports).await?))
}

/// New keys; the ones before open what they signed and sealed until the next rotation.
pub async fn rotate_keys(ports: &Ports) -> Result<(), KeysError> {
    replace(ports, |now| now.map_or_else(|| Keyring::new(&*ports.randomness), |keys| keys.rotated(&*ports.randomness)))
        .await
}

/// Replaces the keys and drops the previous ones, so that all links and sessions so far stop working. Functions that are
/// running may keep the previous keys in memory for a few minutes.
pub async fn rotate_keys_at_once(ports: &Ports) -> Result<(), KeysError> {
    replace(ports, |_| Keyring::new(&*ports.randomness)).await
}

/// When the current key was created. `None` if there are no keys yet, or if their age is unknown.
pub async fn keys_created_at(ports: &Ports) -> Result<Option<jiff::Timestamp>, KeysError> {
    Ok(read(ports).await?.and_then(|keys| keys.created_at()))
}

async fn replace(ports: &Ports, make: impl Fn(Option<Keyring>) -> Keyring) -> Result<(), KeysError> {
    create_keys(ports).await?;
    match write(ports, make, true).await? {
        Some(_) => Ok(()),
        None => Err(KeysError::Busy),
    }
}

async fn read(ports: &Ports) -> Result<Option<Keyring>, KeysError> {
    let secret = ports.vault.get(&SecretName::Keys, SecretVersion::Current).await?;
    Ok(secret.as_ref().map(Keyring::unseal).transpose()?)
}

async fn alone(ports: &Ports, make: impl Fn(Option<Keyring>) -> Keyring) -> Result<Option<Keyring>, KeysError> {
    write(ports, make, false).await
}

/// Stores the keys that `make` returns for the current ones, under the lease. `None` if another worker holds the lease.
async fn write(
    ports: &Ports,
    make: impl Fn(Option<Keyring>) -> Keyring,
    replace: bool,
) -> Result<Option<Keyring>, KeysError> {
    let Some(lease) = LeaseGuard::try_acquire(ports, LEASE, HELD_FOR).await? else { return Ok(None) };
    let written = async {
        // Read from the vault and not from memory, because another worker may have rotated them.
        ports.vault.was_refused(&SecretName::Keys);
        match read(ports).await? {
            Some(keys) if !replace => Ok(keys),
            there => {
                let fresh = make(there).dated(ports.clock.now());
                ports.vault.put_pending(&SecretName::Keys, &fresh.seal()).await?;
                ports.vault.promote(&SecretName::Keys).await?;
                Ok::<_, KeysError>(fresh)
            }
        }
    }
    .await;
    lease.release(ports).await?;
    written.map(Some)
}
