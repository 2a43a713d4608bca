//! Errors inside the adapter, and their translation to [`LedgerError`].

use rusqlite::ErrorCode;

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
            )) => return LedgerError::Unreadable { what: "the whole ledger has a newer schema".to_owned() },
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

/// What to do about a `SQLite` result code (<https://sqlite.org/rescode.html>); `None` without advice.
fn advice(code: Option<ErrorCode>) -> Option<&'static str> {
    Some(match code? {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
            "another process has locked the ledger for too long; stop it, or try again"
        }
        ErrorCode::DiskFull => "make room on the disk and try again",
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen => {
            "allow this user to write the file and its folder"
        }
        ErrorCode::NotADatabase => "this is not a ledger; check the path",
        ErrorCode::DatabaseCorrupt => {
            "the file is damaged; restore it from a backup, or start with a new file and scan again"
        }
        _ => return None,
    })
}
