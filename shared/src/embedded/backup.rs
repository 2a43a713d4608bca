//! Backups of a data folder: the ledger, the vault and the vault's key, in one encrypted file.
//!
//! A backup is a tar archive in an age file (<https://c2sp.org/age>) that is sealed with a passphrase, so
//! `age -d FILE | tar -x` opens it without Regrant. Emails in the outbox are not part of it.
//!
//! The ledger is copied with `VACUUM INTO`, which reads one consistent state while others write. Secrets change by one
//! atomic rename each, and are copied after the ledger: a profile in the backup always has its credential.

mod unfinished;

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Component, Path, PathBuf};

use age::scrypt;
use age::{DecryptError, Decryptor, Encryptor};
use secrecy::SecretString;
use tar::{Archive, Builder, EntryType, Header};

use self::unfinished::{LedgerCopy, Staging, Unfinished, make_private_folder, write_private};
use super::data_folder::{DataFolder, LostPart};
use super::sqlite::snapshot;
use super::{ledger_file, vault_folder};
use crate::domain::failure::machine;
use crate::ledger::LedgerError;

/// The first member of every backup, which says what it is and in which form.
const MARKER: &str = "regrant-backup";
/// The content of the marker: the version of the form.
const FORM: &str = "1\n";
/// The ledger in the archive.
const LEDGER: &str = "ledger.sqlite";
/// The vault in the archive.
const VAULT: &str = "vault";

/// Why no backup was written or restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The data folder has nothing to back up.
    #[error("{} has no data to back up; check --data-dir", .0.display())]
    NoData(PathBuf),
    /// A part of the data folder was lost.
    #[error(transparent)]
    Lost(#[from] LostPart),
    /// The ledger cannot be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The file exists.
    #[error("{} exists already; choose a different name, or remove it first", .0.display())]
    Exists(PathBuf),
    /// The folder to restore into has content.
    #[error("{} is not empty, and a restore overwrites nothing; choose an empty folder with --data-dir, or move it away", .0.display())]
    NotEmpty(PathBuf),
    /// The file is not a backup.
    #[error("{} is not a backup of Regrant; check the file name", .0.display())]
    NotABackup(PathBuf),
    /// A newer version wrote the backup.
    #[error("{} was written by a newer version of Regrant; update Regrant and try again", .0.display())]
    Newer(PathBuf),
    /// The passphrase does not open it.
    #[error("the passphrase does not open {}; check the passphrase and the file", .0.display())]
    WrongPassphrase(PathBuf),
    /// The file is not complete, or was changed.
    #[error("{} is cut off or was changed, so nothing was restored; use a different copy of the backup", .0.display())]
    Damaged(PathBuf),
    /// Opening it would take too much work.
    #[error("{} asks for more work than any backup of Regrant; it may be a trap, so nothing was restored", .0.display())]
    TooMuchWork(PathBuf),
    /// The file system failed.
    #[error("could not {action} {}: {}", path.display(), machine::explained(.source))]
    Io {
        /// What was attempted.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the operating system reported.
        source: io::Error,
    },
}

/// What a backup contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contents {
    /// The number of sealed files.
    pub secrets: u64,
    /// The size of the backup in bytes.
    pub bytes: u64,
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    let path = path.to_owned();
    move |source| BackupError::Io { action, path, source }
}

/// Writes a backup of the data folder to `file`, sealed with the passphrase. Others may use the folder meanwhile.
pub fn back_up(folder: &Path, file: &Path, passphrase: &SecretString) -> Result<Contents, BackupError> {
    if DataFolder::inspect(folder)? == DataFolder::Empty || !ledger_file(folder).exists() {
        return Err(BackupError::NoData(folder.to_owned()));
    }
    if file.exists() {
        return Err(BackupError::Exists(file.to_owned()));
    }
    let unfinished = Unfinished::create(file)?;
    // The copy of the ledger is next to the backup, where there is room for it, and is removed in every case.
    let copy = LedgerCopy::next_to(file)?;
    snapshot(&ledger_file(folder), &copy.0)?;
    let secrets = write(folder, &copy.0, &unfinished.file, passphrase).map_err(failed("write", file))?;
    let bytes = unfinished.file.metadata().map_err(failed("check", file))?.len();
    unfinished.keep_as(file)?;
    Ok(Contents { secrets, bytes })
}

/// Writes the archive and returns the number of sealed files.
fn write(folder: &Path, ledger: &Path, into: &File, passphrase: &SecretString) -> io::Result<u64> {
    let sealing = Encryptor::with_user_passphrase(passphrase.clone()).wrap_output(into)?;
    let mut archive = Builder::new(sealing);
    archive.follow_symlinks(false);
    append_bytes(&mut archive, MARKER, FORM.as_bytes())?;
    append_file(&mut archive, Path::new(LEDGER), ledger)?;
    let mut secrets = 0;
    for path in files_below(&vault_folder(folder))? {
        let name = path.strip_prefix(folder).map_err(io::Error::other)?.to_owned();
        let is_transient = path.file_name().is_some_and(|name| name == "vault.lock")
            || path.extension().is_some_and(|extension| extension == "unfinished");
        if is_transient {
            continue;
        }
        match append_file(&mut archive, &name, &path) {
            // A secret that was removed meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            appended => {
                appended?;
                secrets += u64::from(path.extension().is_some_and(|extension| extension == "age"));
            }
        }
    }
    archive.into_inner()?.finish()?.sync_all()?;
    Ok(secrets)
}

fn header(size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Regular);
    header.set_mode(0o600);
    header.set_size(size);
    header
}

fn append_bytes(archive: &mut Builder<impl Write>, name: &str, bytes: &[u8]) -> io::Result<()> {
    archive.append_data(&mut header(bytes.len() as u64), name, bytes)
}

fn append_file(archive: &mut Builder<impl Write>, name: &Path, path: &Path) -> io::Result<()> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    archive.append_data(&mut header(size), name, file.take(size))
}

/// Every regular file below a folder, in a stable order.
fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut entries: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let kind = entry.file_type()?;
        if kind.is_dir() {
            files.extend(files_below(&entry.path())?);
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
    Ok(files)
}

/// Restores a backup into `folder`, which must be empty or absent. The folder appears complete or not at all.
pub fn restore(file: &Path, folder: &Path, passphrase: &SecretString) -> Result<Contents, BackupError> {
    let is_empty = fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none());
    if !is_empty {
        return Err(BackupError::NotEmpty(folder.to_owned()));
    }
    let opened = File::open(file).map_err(failed("open", file))?;
    let bytes = opened.metadata().map_err(failed("check", file))?.len();
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_private_folder(parent).map_err(failed("create", parent))?;
    // Inside an existing folder, which may be a mounted volume: a rename cannot leave one.
    let exists = folder.exists();
    let staging = Staging::create(if exists { folder } else { parent })?;
    let secrets = unpack(file, opened, &staging.0, passphrase)?;
    if exists {
        // The ledger comes last: without it, the folder is reported as incomplete.
        for part in [VAULT, LEDGER] {
            fs::rename(staging.0.join(part), folder.join(part)).map_err(failed("create", folder))?;
        }
    } else {
        fs::rename(&staging.0, folder).map_err(failed("create", folder))?;
    }
    Ok(Contents { secrets, bytes })
}

fn unpack(file: &Path, opened: File, into: &Path, passphrase: &SecretString) -> Result<u64, BackupError> {
    let named = |error: fn(PathBuf) -> BackupError| error(file.to_owned());
    let decryptor = Decryptor::new_buffered(BufReader::new(opened)).map_err(|error| match error {
        DecryptError::UnknownFormat => named(BackupError::Newer),
        _ => named(BackupError::NotABackup),
    })?;
    if !decryptor.is_scrypt() {
        return Err(named(BackupError::NotABackup));
    }
    let identity = scrypt::Identity::new(passphrase.clone());
    let reader = decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity)).map_err(|error| match error {
        DecryptError::ExcessiveWork { .. } => named(BackupError::TooMuchWork),
        DecryptError::InvalidMac | DecryptError::InvalidHeader => named(BackupError::Damaged),
        _ => named(BackupError::WrongPassphrase),
    })?;
    let mut archive = Archive::new(reader);
    let (mut secrets, mut position) = (0, 0);
    for entry in archive.entries().map_err(|_| named(BackupError::Damaged))? {
        let mut entry = entry.map_err(|_| named(BackupError::Damaged))?;
        let name = entry.path().map_err(|_| named(BackupError::Damaged))?.into_owned();
        if position == 0 {
            let mut form = String::new();
            let is_marker = name == Path::new(MARKER);
            let read = (&mut entry).take(16).read_to_string(&mut form);
            read.ok().filter(|_| is_marker).ok_or_else(|| named(BackupError::NotABackup))?;
            if form != FORM {
                return Err(named(BackupError::Newer));
            }
        } else {
            let target = checked(&name, entry.header().entry_type()).ok_or_else(|| named(BackupError::Damaged))?;
            let target = into.join(target);
            write_private(&mut entry, &target).map_err(|error| match error.kind() {
                // What the decryption and the archive report when the file ends early or was changed.
                io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof | io::ErrorKind::Other => {
                    named(BackupError::Damaged)
                }
                _ => failed("write", &target)(error),
            })?;
            secrets += u64::from(target.extension().is_some_and(|extension| extension == "age"));
        }
        position += 1;
    }
    // The end of the archive is not the end of the file: only reading to the last byte proves that nothing was cut off.
    let mut rest = archive.into_inner();
    io::copy(&mut rest, &mut io::sink()).map_err(|_| named(BackupError::Damaged))?;
    match DataFolder::inspect(into) {
        Ok(DataFolder::InUse) if ledger_file(into).exists() => Ok(secrets),
        _ => Err(named(BackupError::Damaged)),
    }
}

/// The path of a member, if it is a file of a backup and stays inside the folder.
fn checked(name: &Path, kind: EntryType) -> Option<&Path> {
    let is_plain = name.components().all(|part| matches!(part, Component::Normal(_)));
    let is_known = name == Path::new(LEDGER) || name.starts_with(VAULT);
    (kind == EntryType::Regular && is_plain && is_known).then_some(name)
}

#[cfg(test)]
mod tests;
