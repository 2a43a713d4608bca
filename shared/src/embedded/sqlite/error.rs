//! What can go wrong inside, before it is put into words for the caller.

use rusqlite::ErrorCode;

use crate::ledger::LedgerError;

/// An error inside the adapter.
#[derive(Debug)]
pub(super) enum SqliteError {
    /// `SQLite` refused.
    Sqlite(rusqlite::Error),
    /// The migrations could not be carried out.
    Migration(rusqlite_migration::Error),
    /// The file system refused.
    Io(std::io::Error),
    /// Already in the caller's words.
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

impl From<LedgerError> for SqliteError {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

impl SqliteError {
    /// True where another process had the file and trying again may help.
    pub(super) fn is_busy(&self) -> bool {
        matches!(self, Self::Sqlite(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy))
    }

    /// The error in the caller's words; `action` is what was tried.
    pub(super) fn during(self, action: &'static str) -> LedgerError {
        let reason = match self {
            Self::Ledger(error) => return error,
            Self::Migration(rusqlite_migration::Error::MigrationDefinition(
                rusqlite_migration::MigrationDefinitionError::DatabaseTooFarAhead,
            )) => return LedgerError::Unreadable { what: "the whole ledger is of a newer layout".to_owned() },
            Self::Migration(error) => error.to_string(),
            Self::Io(error) => error.to_string(),
            Self::Sqlite(error) => match advice(error.sqlite_error_code()) {
                Some(advice) => format!("{error}; {advice}"),
                None => error.to_string(),
            },
        };
        LedgerError::Store { action, reason }
    }
}

/// What to do about an error of `SQLite`'s (<https://sqlite.org/rescode.html>), where there is something to say.
fn advice(code: Option<ErrorCode>) -> Option<&'static str> {
    Some(match code? {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
            "another process kept the ledger to itself for too long; end it, or try again"
        }
        ErrorCode::DiskFull => "make room on the disk and try again",
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen => {
            "make sure that this user may write the file and its folder"
        }
        ErrorCode::NotADatabase => "this is no ledger; check the path",
        ErrorCode::DatabaseCorrupt => "the file is damaged; restore it from a backup, or scan anew into a new file",
        _ => return None,
    })
}
