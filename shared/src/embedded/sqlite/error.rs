//! Errors inside the adapter, and their translation to [`LedgerError`].

use rusqlite::ErrorCode;

use crate::domain::failure::machine;
use crate::embedded::private_files::PrivateFileError;
use crate::ledger::LedgerError;

/// An error inside the adapter.
#[derive(Debug)]
pub(super) enum SqliteError {
    /// `SQLite` failed.
    Sqlite(rusqlite::Error),
    /// A migration failed.
    Migration(rusqlite_migration::Error),
    /// The file system failed.
    Io(std::io::Error),
    /// A copy of the file is damaged.
    Damaged,
    /// The file is a database of a different program.
    Foreign,
    /// The file is a ledger with these differences from our tables.
    DifferentSchema(Vec<String>),
    /// The file cannot be created, or is a link.
    File(PrivateFileError),
    /// Already the caller's error.
    Ledger(LedgerError),
}

impl From<rusqlite::Error> for SqliteError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<rusqlite_migration::Error> for SqliteError {
    fn from(error: rusqlite_migration::Error) -> Self {
        match error {
            rusqlite_migration::Error::RusqliteError { err, .. } => Self::Sqlite(err),
            other => Self::Migration(other),
        }
    }
}

impl From<std::io::Error> for SqliteError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<PrivateFileError> for SqliteError {
    fn from(error: PrivateFileError) -> Self {
        Self::File(error)
    }
}

impl From<LedgerError> for SqliteError {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

impl SqliteError {
    /// True if another process had locked the file, so that a retry may succeed.
    pub(super) fn is_busy(&self) -> bool {
        matches!(self, Self::Sqlite(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy))
    }

    /// Translates the error; `action` names the attempted operation.
    pub(super) fn during(self, action: &'static str) -> LedgerError {
        let reason = match self {
            Self::Ledger(error) => return error,
            Self::Migration(rusqlite_migration::Error::MigrationDefinition(
                rusqlite_migration::MigrationDefinitionError::DatabaseTooFarAhead,
            )) => return unusable("a newer version of Regrant wrote it", "update Regrant; nothing was changed"),
            Self::Damaged => return unusable(DAMAGED, RESTORE),
            Self::DifferentSchema(differences) => {
                let shown =
                    differences.iter().take(DIFFERENCES_SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
                let what = format!(
                    "a different build of Regrant wrote it, with other tables ({} differences, such as {shown})",
                    differences.len()
                );
                return unusable(&what, USE_ITS_BUILD);
            }
            Self::Foreign => return unusable("the file is a database of a different program", CHECK_PATH),
            Self::Sqlite(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
                return unusable("the file is not a ledger", CHECK_PATH);
            }
            Self::Sqlite(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => {
                return unusable(DAMAGED, RESTORE);
            }
            Self::Migration(error) => error.to_string(),
            Self::Io(error) => machine::explained(&error),
            Self::File(error) => error.to_string(),
            Self::Sqlite(error) => match advice(error.sqlite_error_code()) {
                Some(advice) => format!("{error}; {advice}"),
                None => error.to_string(),
            },
        };
        LedgerError::Store { action, reason }
    }
}

const DAMAGED: &str = "the file is damaged or cut off";
/// How to get a lost ledger back.
const RESTORE: &str = "restore a backup into an empty folder with `regrant restore FILE`";
/// What to do about a file that never was a ledger.
const CHECK_PATH: &str = "check --data-dir; if it was a ledger, restore a backup with `regrant restore FILE`";

/// What to do about a ledger with other tables.
const USE_ITS_BUILD: &str = "nothing was changed; use the build that wrote it, or start with an empty --data-dir and add \
                             the orgs again";
/// How many differences of the tables an error names.
const DIFFERENCES_SHOWN: usize = 3;

fn unusable(what: &str, advice: &'static str) -> LedgerError {
    LedgerError::Unusable { what: what.to_owned(), advice }
}

/// What to do about a `SQLite` result code (<https://sqlite.org/rescode.html>); `None` without advice.
fn advice(code: Option<ErrorCode>) -> Option<&'static str> {
    Some(match code? {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
            "another process has locked the ledger for too long; stop it, or try again"
        }
        ErrorCode::DiskFull => "make room on the disk and run the command again",
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen => {
            "this user must be able to write the file and its folder, even to read it; run Regrant as their owner"
        }
        ErrorCode::SystemIoFailure => {
            "the disk is full or failing; make room, check the disk, and run the command again"
        }
        _ => return None,
    })
}
