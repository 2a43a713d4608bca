//! The vault in a folder of sealed files.
//!
//! ```text
//! vault.key                        an age X25519 identity, mode 0600
//! vault.lock                       held while one process writes
//! regrant/okta/{org}/current.age   one sealed file a version, in the folder of the secret's name
//! ```
//!
//! Each version is an age file (<https://c2sp.org/age>), so whoever has the key can open it with `age -d -i vault.key`
//! when Regrant is not at hand. Inside, the secret stands beside its name: a file put in another's place does not open.
//!
//! Readers take no lock: every file appears and changes by one rename.

mod private_files;
mod seal;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use secrecy::SecretString;
use tracing::Instrument as _;

use self::private_files::WriterLock;
use self::seal::SealingKey;
use crate::vault::{SecretName, SecretVersion, Vault, VaultError};

/// The folder under which every sealed file lies: the first part of every [`SecretName::path`].
const SEALED: &str = "regrant";

/// A vault in a folder: one sealed file a version, and a key file that only the owner can read.
pub struct SealedFileVault(Arc<Folder>);

/// What a blocking task needs.
struct Folder {
    root: PathBuf,
    key: SealingKey,
    lock: WriterLock,
}

impl SealedFileVault {
    /// Opens the vault in `folder`, making folder and key where there are none.
    ///
    /// A key that is gone while sealed files are there is not made anew: they would never open again.
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

/// Runs file work where it holds nobody up.
async fn blocking<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
) -> Result<T, VaultError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(stopped) => Err(private_files::failed("finish its work in", path)(std::io::Error::other(stopped))),
    }
}

impl Folder {
    fn open(root: PathBuf) -> Result<Self, VaultError> {
        private_files::make_folder(&root)?;
        let lock = WriterLock::open(root.join("vault.lock"))?;
        let key_file = root.join("vault.key");
        let key = {
            // Two processes that start at once must end up with one key.
            let _writing = lock.hold()?;
            match private_files::read_private(&key_file)? {
                Some(text) => SealingKey::parse(&text).ok_or_else(|| does_not_open(&key_file))?,
                None if root.join(SEALED).exists() => return Err(does_not_open(&root.join(SEALED))),
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
        private_files::write(&file, &sealed)
    }

    /// First the current version is copied over the previous one, then the pending one is renamed over the current one.
    ///
    /// A current version is there at every moment. A crash before the copy's rename changes nothing; a crash after it
    /// leaves current and previous alike and the pending one in place, and promoting again ends as if nothing had
    /// happened; after the last rename all is done, and promoting again says that nothing is pending.
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
        private_files::rename(&self.file(name, SecretVersion::Pending), &current)
    }

    fn discard_pending(&self, name: &SecretName) -> Result<(), VaultError> {
        let _writing = self.lock.hold()?;
        private_files::remove(&self.file(name, SecretVersion::Pending))?;
        // Goes only where no other version is in it.
        private_files::remove_folder(&self.secret(name))
    }

    /// The current version goes last: until then an interrupted removal leaves a secret that works and can be removed.
    fn remove(&self, name: &SecretName) -> Result<(), VaultError> {
        let _writing = self.lock.hold()?;
        for version in [SecretVersion::Pending, SecretVersion::Previous, SecretVersion::Current] {
            private_files::remove(&self.file(name, version))?;
        }
        private_files::remove_folder(&self.secret(name))
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
