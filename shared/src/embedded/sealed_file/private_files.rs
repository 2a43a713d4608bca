//! Files and folders that only their owner can read, and that change by an atomic rename.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use parking_lot::{Mutex, MutexGuard};
use secrecy::zeroize::Zeroizing;

use crate::vault::VaultError;

/// How long to wait for another process to finish writing. A write takes milliseconds; a process that takes longer is stuck.
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);

/// The mode bits of group and others.
#[cfg(unix)]
const OTHERS: u32 = 0o077;

/// Converts an operating system error to a vault error.
pub(super) fn failed(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> VaultError {
    let path = path.display().to_string();
    move |source| VaultError::Io { action, path, source }
}

/// Creates a folder and its parents, for the owner only. Fails if other users can access an existing folder.
pub(super) fn make_folder(folder: &Path) -> Result<(), VaultError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(failed("make", folder))?;
    let metadata = fs::metadata(folder).map_err(failed("check", folder))?;
    refuse_loose_mode(folder, &metadata, 0o700)
}

#[cfg(unix)]
fn refuse_loose_mode(path: &Path, metadata: &fs::Metadata, wanted: u32) -> Result<(), VaultError> {
    let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o7777;
    if mode & OTHERS == 0 {
        return Ok(());
    }
    Err(VaultError::LooseMode { path: path.display().to_string(), mode, wanted })
}

/// On other systems the administrator is responsible for access control lists.
#[cfg(not(unix))]
fn refuse_loose_mode(_path: &Path, _metadata: &fs::Metadata, _wanted: u32) -> Result<(), VaultError> {
    Ok(())
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Opens a file for reading; `None` if it does not exist.
fn open(file: &Path) -> Result<Option<File>, VaultError> {
    match File::open(file) {
        Ok(opened) => Ok(Some(opened)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed("open", file)(error)),
    }
}

/// A file's bytes, or `None` if it does not exist.
pub(super) fn read(file: &Path) -> Result<Option<Vec<u8>>, VaultError> {
    let Some(mut opened) = open(file)? else { return Ok(None) };
    let mut bytes = Vec::new();
    opened.read_to_end(&mut bytes).map_err(failed("read", file))?;
    Ok(Some(bytes))
}

/// The bytes of a file that is secret and not encrypted. Fails if other users can read it.
pub(super) fn read_private(file: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
    let Some(mut opened) = open(file)? else { return Ok(None) };
    // Of the open file: its name may refer to a different file by now.
    let metadata = opened.metadata().map_err(failed("check", file))?;
    refuse_loose_mode(file, &metadata, 0o600)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1));
    opened.read_to_end(&mut bytes).map_err(failed("read", file))?;
    Ok(Some(bytes))
}

/// Writes a file atomically. The caller holds the writer lock.
pub(super) fn write(file: &Path, bytes: &[u8]) -> Result<(), VaultError> {
    let unfinished = unfinished(file);
    remove_one(&unfinished)?;
    let mut opened = private().write(true).create_new(true).open(&unfinished).map_err(failed("make", &unfinished))?;
    opened
        .write_all(bytes)
        // Without this, the rename can reach the disk before the bytes.
        .and_then(|()| opened.sync_all())
        .map_err(failed("write", &unfinished))?;
    rename(&unfinished, file)
}

/// Renames a file, replacing `to`, and syncs the folder.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), VaultError> {
    fs::rename(from, to).map_err(failed("rename", from))?;
    sync_folder_of(to)
}

/// Removes a file, and the leftover of an interrupted write.
pub(super) fn remove(file: &Path) -> Result<(), VaultError> {
    remove_one(&unfinished(file))?;
    remove_one(file)
}

/// Removes a folder if it exists and is empty.
pub(super) fn remove_folder(folder: &Path) -> Result<(), VaultError> {
    match fs::remove_dir(folder) {
        Ok(()) => sync_folder_of(folder),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::DirectoryNotEmpty) => Ok(()),
        Err(error) => Err(failed("remove", folder)(error)),
    }
}

fn remove_one(file: &Path) -> Result<(), VaultError> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed("remove", file)(error)),
        _ => Ok(()),
    }
}

fn unfinished(file: &Path) -> PathBuf {
    file.with_added_extension("unfinished")
}

/// Makes a rename or removal durable by syncing its folder.
#[cfg(unix)]
fn sync_folder_of(path: &Path) -> Result<(), VaultError> {
    let folder = path.parent().unwrap_or(path);
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed("save", folder))
}

#[cfg(not(unix))]
fn sync_folder_of(_path: &Path) -> Result<(), VaultError> {
    Ok(())
}

/// Admits one writer at a time, across all tasks and processes.
pub(super) struct WriterLock {
    path: PathBuf,
    file: Mutex<File>,
    timeout: Duration,
}

/// Holds the lock until it is dropped.
pub(super) struct Writing<'a>(MutexGuard<'a, File>);

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        // If unlocking fails, the operating system unlocks the file when the process ends.
        let _ = self.0.unlock();
    }
}

impl WriterLock {
    /// The lock in the file at `path`, which is created if necessary.
    pub(super) fn open(path: PathBuf) -> Result<Self, VaultError> {
        let file = private().write(true).create(true).truncate(false).open(&path).map_err(failed("open", &path))?;
        Ok(Self { path, file: Mutex::new(file), timeout: LOCK_TIMEOUT })
    }

    /// Waits for the lock. Fails after a timeout.
    pub(super) fn hold(&self) -> Result<Writing<'_>, VaultError> {
        let file = self.file.lock();
        let started = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Writing(file)),
                Err(TryLockError::WouldBlock) if started.elapsed() < self.timeout => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                Err(error) => return Err(failed("lock", &self.path)(error.into())),
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
mod tests {
    use super::*;

    #[test]
    fn waiting_for_the_lock_times_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault.lock");
        let other = WriterLock::open(path.clone()).unwrap();
        let mine = WriterLock { timeout: Duration::ZERO, ..WriterLock::open(path).unwrap() };

        let held = other.hold().unwrap();
        let refused = mine.hold().err().unwrap().to_string();
        assert!(refused.contains("could not lock") && refused.contains("vault.lock"), "{refused}");

        drop(held);
        assert!(mine.hold().is_ok());
    }

    #[test]
    fn a_write_replaces_the_leftover_of_an_interrupted_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("current.age");
        fs::write(unfinished(&file), b"half").unwrap();
        write(&file, b"whole").unwrap();
        assert_eq!(read(&file).unwrap().unwrap(), b"whole");
        assert!(!unfinished(&file).exists());
    }

    #[test]
    fn a_folder_that_cannot_be_created_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let in_the_way = folder.path().join("vault");
        fs::write(&in_the_way, b"").unwrap();
        let error = make_folder(&in_the_way.join("regrant")).unwrap_err().to_string();
        assert!(error.starts_with("the vault could not make"), "{error}");
    }
}
