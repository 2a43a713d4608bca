//! The vault in a folder of sealed files.
//!
//! ```text
//! vault.key                        an age X25519 identity, mode 0600
//! vault.lock                       held while one process writes
//! regrant/okta/{org}/current.age   one sealed file per version, in a folder named after the secret
//! ```
//!
//! Each version is an age file (<https://c2sp.org/age>), so anyone with the key can also open it with `age -d -i vault.key`.
//! The plaintext includes the secret's name: a file that was moved to a different name does not open.
//!
//! Readers take no lock: every file appears and changes by one atomic rename.

mod seal;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use secrecy::SecretString;
use tracing::Instrument as _;

use self::seal::SealingKey;
use crate::embedded::private_files::{self, PrivateFileError, WriterLock};
use crate::vault::{SecretName, SecretVersion, Vault, VaultError};

/// The folder of all sealed files: the first part of every [`SecretName::path`].
pub(super) const SEALED: &str = "regrant";
/// The key file.
pub(super) const KEY: &str = "vault.key";

/// A vault in a folder: one sealed file per version, and a key file that only the owner can read.
pub struct SealedFileVault(Arc<Folder>);

/// The folder, its key and its lock, shared with blocking tasks.
struct Folder {
    root: PathBuf,
    key: SealingKey,
    lock: WriterLock,
}

impl SealedFileVault {
    /// Opens the vault in `folder`, creating the folder and the key if they do not exist.
    ///
    /// Fails if the key is missing but sealed files exist: a new key could never open them.
    pub async fn open(folder: &Path) -> Result<Self, VaultError> {
        let root = folder.to_owned();
        blocking(folder, move || Folder::open(root)).await.map(|folder| Self(Arc::new(folder)))
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Folder) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        let folder = Arc::clone(&self.0);
        let span = tracing::trace_span!("vault");
        blocking(&self.0.root, move || work(&folder)).instrument(span).await
    }
}

/// Runs file operations on the blocking thread pool.
async fn blocking<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
) -> Result<T, VaultError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(stopped) => Err(private_files::failed("finish its work in", path)(std::io::Error::other(stopped)).into()),
    }
}

impl From<PrivateFileError> for VaultError {
    fn from(error: PrivateFileError) -> Self {
        match error {
            PrivateFileError::LooseMode { path, mode, wanted } => Self::LooseMode { path, mode, wanted },
            PrivateFileError::Link { path } => Self::Link { path },
            PrivateFileError::Io { action, path, source } => Self::Io { action, path, source },
        }
    }
}

impl Folder {
    fn open(root: PathBuf) -> Result<Self, VaultError> {
        private_files::make_folder(&root)?;
        let lock = WriterLock::open(root.join("vault.lock"))?;
        let key_file = root.join(KEY);
        let key = {
            // Two processes that start at the same time must end up with the same key.
            let _writing = lock.hold()?;
            match private_files::read_private(&key_file)? {
                Some(text) => SealingKey::parse(&text)
                    .ok_or_else(|| VaultError::NotAKey { path: key_file.display().to_string() })?,
                None if root.join(SEALED).exists() => {
                    return Err(VaultError::KeyMissing { path: key_file.display().to_string() });
                }
                None => {
                    let key = SealingKey::generate();
                    private_files::write(&key_file, key.text().as_bytes())?;
                    key
                }
            }
        };
        Ok(Self { root, key, lock })
    }

    fn file(&self, name: &SecretName, version: SecretVersion) -> PathBuf {
        let version = match version {
            SecretVersion::Pending => "pending.age",
            SecretVersion::Current => "current.age",
            SecretVersion::Previous => "previous.age",
        };
        self.secret(name).join(version)
    }

    fn secret(&self, name: &SecretName) -> PathBuf {
        self.root.join(name.path())
    }

    fn get(&self, name: &SecretName, version: SecretVersion) -> Result<Option<SecretString>, VaultError> {
        let file = self.file(name, version);
        let Some(sealed) = private_files::read(&file)? else { return Ok(None) };
        self.key.open(name, &sealed).map(Some).ok_or_else(|| does_not_open(&file))
    }

    fn put_pending(&self, name: &SecretName, secret: &SecretString) -> Result<(), VaultError> {
        let file = self.file(name, SecretVersion::Pending);
        let sealed = self.key.seal(name, secret).map_err(private_files::failed("seal", &file))?;
        let _writing = self.lock.hold()?;
        private_files::make_folder(&self.secret(name))?;
        Ok(private_files::write(&file, &sealed)?)
    }

    /// Copies the current version over the previous one, then renames the pending one over the current one.
    ///
    /// There is a current version at every moment. A crash before the copy's rename changes nothing. A crash after it leaves
    /// current and previous equal and the pending version in place, so that promoting again completes. After the last rename
    /// promotion is complete, and promoting again fails because nothing is pending.
    fn promote(&self, name: &SecretName) -> Result<(), VaultError> {
        let _writing = self.lock.hold()?;
        // A file that does not open must not replace one that does.
        if self.get(name, SecretVersion::Pending)?.is_none() {
            return Err(VaultError::NothingPending { name: name.path() });
        }
        let current = self.file(name, SecretVersion::Current);
        if let Some(sealed) = private_files::read(&current)? {
            private_files::write(&self.file(name, SecretVersion::Previous), &sealed)?;
        }
        Ok(private_files::rename(&self.file(name, SecretVersion::Pending), &current)?)
    }

    fn discard_pending(&self, name: &SecretName) -> Result<(), VaultError> {
        let _writing = self.lock.hold()?;
        private_files::remove(&self.file(name, SecretVersion::Pending))?;
        // Only succeeds if no other version is in the folder.
        Ok(private_files::remove_folder(&self.secret(name))?)
    }

    /// Removes the current version last: an interrupted removal leaves a secret that works and can be removed again.
    fn remove(&self, name: &SecretName) -> Result<(), VaultError> {
        let _writing = self.lock.hold()?;
        for version in [SecretVersion::Pending, SecretVersion::Previous, SecretVersion::Current] {
            private_files::remove(&self.file(name, version))?;
        }
        Ok(private_files::remove_folder(&self.secret(name))?)
    }
}

fn does_not_open(path: &Path) -> VaultError {
    VaultError::DoesNotOpen { path: path.display().to_string() }
}

#[async_trait]
impl Vault for SealedFileVault {
    async fn get(&self, name: &SecretName, version: SecretVersion) -> Result<Option<SecretString>, VaultError> {
        let name = name.clone();
        self.run(move |folder| folder.get(&name, version)).await
    }

    async fn put_pending(&self, name: &SecretName, secret: &SecretString) -> Result<(), VaultError> {
        let (name, secret) = (name.clone(), secret.clone());
        self.run(move |folder| folder.put_pending(&name, &secret)).await
    }

    async fn promote(&self, name: &SecretName) -> Result<(), VaultError> {
        let name = name.clone();
        self.run(move |folder| folder.promote(&name)).await
    }

    async fn discard_pending(&self, name: &SecretName) -> Result<(), VaultError> {
        let name = name.clone();
        self.run(move |folder| folder.discard_pending(&name)).await
    }

    async fn remove(&self, name: &SecretName) -> Result<(), VaultError> {
        let name = name.clone();
        self.run(move |folder| folder.remove(&name)).await
    }
}

#[cfg(test)]
mod tests;
