//! Files and folders that only their owner can read. Creating and opening follows no symbolic link, and files change by an
//! atomic rename.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use parking_lot::{Mutex, MutexGuard};
use secrecy::zeroize::Zeroizing;

use crate::domain::failure::machine;

/// How long to wait for another process to finish writing. A write takes milliseconds; a process that takes longer is stuck.
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);

/// The mode bits of group and others.
#[cfg(unix)]
const OTHERS: u32 = 0o077;

/// Why a private file or folder was not used.
#[derive(Debug, thiserror::Error)]
pub enum PrivateFileError {
    /// Users other than the owner can access it.
    #[error(
        "{path} can be read by other users (mode {mode:o}); run `chmod {wanted:o} {path}` and consider who may have read it"
    )]
    LooseMode {
        /// The file or folder.
        path: String,
        /// Its permission bits.
        mode: u32,
        /// The loosest mode that is accepted.
        wanted: u32,
    },
    /// A symbolic link is where a file should be.
    #[error("{path} is a symbolic link, and Regrant follows none here; replace it with the file itself")]
    Link {
        /// The link.
        path: String,
    },
    /// The file system failed.
    #[error("could not {action} {path}: {}", machine::explained(.source))]
    Io {
        /// What was attempted.
        action: &'static str,
        /// The file or folder.
        path: String,
        /// What the operating system reported.
        source: std::io::Error,
    },
}

/// Converts an operating system error.
pub(super) fn failed(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> PrivateFileError {
    let path = path.display().to_string();
    move |source| {
        if is_link(&source) { PrivateFileError::Link { path } } else { PrivateFileError::Io { action, path, source } }
    }
}

/// Whether opening failed because the last part of the path is a symbolic link.
#[cfg(unix)]
fn is_link(error: &std::io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
}

#[cfg(not(unix))]
fn is_link(_error: &std::io::Error) -> bool {
    false
}

/// Creates a folder and its parents, for the owner only. Accepts an existing folder as it is.
pub fn create_folder(folder: &Path) -> Result<(), PrivateFileError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(failed("make", folder))
}

/// Creates a folder and its parents, for the owner only. Fails if other users can access an existing folder.
pub fn make_folder(folder: &Path) -> Result<(), PrivateFileError> {
    create_folder(folder)?;
    let metadata = fs::metadata(folder).map_err(failed("check", folder))?;
    refuse_loose_mode(folder, &metadata, 0o700)
}

#[cfg(unix)]
fn refuse_loose_mode(path: &Path, metadata: &fs::Metadata, wanted: u32) -> Result<(), PrivateFileError> {
    let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o7777;
    if mode & OTHERS == 0 {
        return Ok(());
    }
    Err(PrivateFileError::LooseMode { path: path.display().to_string(), mode, wanted })
}

/// On other systems the administrator is responsible for access control lists.
#[cfg(not(unix))]
fn refuse_loose_mode(_path: &Path, _metadata: &fs::Metadata, _wanted: u32) -> Result<(), PrivateFileError> {
    Ok(())
}

/// Options that follow no link and create a file for its owner only.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600).custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
    }
    options
}

/// Opens a file for reading; `None` if it does not exist.
fn open(file: &Path) -> Result<Option<File>, PrivateFileError> {
    match private().read(true).open(file) {
        Ok(opened) => Ok(Some(opened)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed("open", file)(error)),
    }
}

/// A file's bytes, or `None` if it does not exist.
pub(super) fn read(file: &Path) -> Result<Option<Vec<u8>>, PrivateFileError> {
    let Some(mut opened) = open(file)? else { return Ok(None) };
    let mut bytes = Vec::new();
    opened.read_to_end(&mut bytes).map_err(failed("read", file))?;
    Ok(Some(bytes))
}

/// The bytes of a file that is secret and not encrypted. Fails if other users can read it.
pub fn read_private(file: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, PrivateFileError> {
    let Some(mut opened) = open(file)? else { return Ok(None) };
    // Of the open file: its name may refer to a different file by now.
    let metadata = opened.metadata().map_err(failed("check", file))?;
    refuse_loose_mode(file, &metadata, 0o600)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1));
    opened.read_to_end(&mut bytes).map_err(failed("read", file))?;
    Ok(Some(bytes))
}

/// Creates an empty file. Succeeds without opening it if it exists.
pub(super) fn create(file: &Path) -> Result<(), PrivateFileError> {
    match private().write(true).create_new(true).open(file) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(failed("create", file)(error)),
        _ => Ok(()),
    }
}

/// Writes a file atomically. Only one caller at a time may write to the same file.
pub fn write(file: &Path, bytes: &[u8]) -> Result<(), PrivateFileError> {
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
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), PrivateFileError> {
    fs::rename(from, to).map_err(failed("rename", from))?;
    sync_folder_of(to)
}

/// Removes a file, and the leftover of an interrupted write.
pub(super) fn remove(file: &Path) -> Result<(), PrivateFileError> {
    remove_one(&unfinished(file))?;
    remove_one(file)
}

/// Removes a folder if it exists and is empty.
pub(super) fn remove_folder(folder: &Path) -> Result<(), PrivateFileError> {
    match fs::remove_dir(folder) {
        Ok(()) => sync_folder_of(folder),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::DirectoryNotEmpty) => Ok(()),
        Err(error) => Err(failed("remove", folder)(error)),
    }
}

fn remove_one(file: &Path) -> Result<(), PrivateFileError> {
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
fn sync_folder_of(path: &Path) -> Result<(), PrivateFileError> {
    let folder = path.parent().unwrap_or(path);
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed("save", folder))
}

#[cfg(not(unix))]
fn sync_folder_of(_path: &Path) -> Result<(), PrivateFileError> {
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
    pub(super) fn open(path: PathBuf) -> Result<Self, PrivateFileError> {
        let file = private().write(true).create(true).truncate(false).open(&path).map_err(failed("open", &path))?;
        Ok(Self { path, file: Mutex::new(file), timeout: LOCK_TIMEOUT })
    }

    /// Waits for the lock. Fails after a timeout.
    pub(super) fn hold(&self) -> Result<Writing<'_>, PrivateFileError> {
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
        assert!(error.starts_with("could not make"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn symbolic_links_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (link, target) = (folder.path().join("link"), folder.path().join("target"));
        fs::write(&target, b"theirs").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        assert!(matches!(read(&link), Err(PrivateFileError::Link { .. })));
        assert!(matches!(read_private(&link), Err(PrivateFileError::Link { .. })));
        assert!(matches!(WriterLock::open(link.clone()), Err(PrivateFileError::Link { .. })));
        write(&link, b"ours").unwrap();
        assert_eq!((fs::read(&link).unwrap(), fs::read(&target).unwrap()), (b"ours".to_vec(), b"theirs".to_vec()));
    }
}
