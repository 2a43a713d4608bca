//! Save journals in the ledger.

use async_trait::async_trait;

use super::{LedgerError, Page, PageRequest};
use crate::domain::id::{AppId, OrgId};
use crate::domain::save::SaveJournal;

/// What was written to Okta, and what was about to be. One journal an app: the last.
#[async_trait]
pub trait Saves: Send + Sync {
    /// An app's journal.
    async fn save_journal(&self, org: &OrgId, app: &AppId) -> Result<Option<SaveJournal>, LedgerError>;
    /// The journals that are not settled, by org and app.
    async fn unsettled_saves(&self, page: PageRequest) -> Result<Page<SaveJournal>, LedgerError>;
    /// Writes a new journal, with version 0. `false`, and nothing written, where the app has one that is not settled.
    async fn begin_save(&self, journal: &SaveJournal) -> Result<bool, LedgerError>;
    /// Writes a changed journal in the place of the one with the same id and version, and counts the version up.
    /// `false`, and nothing written, where somebody else changed it first.
    async fn update_save(&self, journal: &SaveJournal) -> Result<bool, LedgerError>;
}
