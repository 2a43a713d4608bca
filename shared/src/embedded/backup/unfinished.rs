//! Private files and folders of a backup or a restore, which disappear unless it completes.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::{BackupError, failed};

/// Creates a file that only its owner can access.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Writes a new file, and its folder, that only their owner can access.
pub(super) fn write_private(from: &mut impl Read, target: &Path) -> io::Result<()> {
    make_private_folder(target.parent().unwrap_or(target))?;
    let mut file = private().open(target)?;
    io::copy(from, &mut file)?;
    file.sync_all()
}

/// Creates a folder, and those above it, for their owner only.
pub(super) fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A backup that is being written. Removed unless it is kept.
pub(super) struct Unfinished {
    path: PathBuf,
    pub(super) file: File,
}

impl Unfinished {
    pub(super) fn create(target: &Path) -> Result<Self, BackupError> {
        let path = target.with_added_extension("unfinished");
        if let Err(error) = fs::remove_file(&path)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(failed("replace", &path)(error));
        }
        let file = private().open(&path).map_err(failed("create", &path))?;
        Ok(Self { path, file })
    }

    /// Gives it its name, unless a file has it by now.
    pub(super) fn keep_as(&self, target: &Path) -> Result<(), BackupError> {
        // A link fails if the name is taken; a rename would replace that file.
        match fs::hard_link(&self.path, target) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(BackupError::Exists(target.to_owned())),
            Err(_) => fs::rename(&self.path, target).map_err(failed("create", target)),
            Ok(()) => Ok(()),
        }
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// A file for a copy of the ledger, next to a backup. It is removed when this is dropped.
pub(super) struct LedgerCopy(pub(super) PathBuf);

impl LedgerCopy {
    pub(super) fn next_to(file: &Path) -> Result<Self, BackupError> {
        let path = file.with_added_extension("ledger");
        // `VACUUM INTO` accepts an empty file, and keeps its mode.
        private().open(&path).map_err(failed("create", &path))?;
        Ok(Self(path))
    }
}

impl Drop for LedgerCopy {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// A folder that a restore fills. Removed unless it was renamed.
pub(super) struct Staging(pub(super) PathBuf);

impl Staging {
    pub(super) fn create(parent: &Path) -> Result<Self, BackupError> {
        let path = parent.join(format!(".regrant-restore-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        make_private_folder(&path).map_err(failed("create", &path))?;
        Ok(Self(path))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
