//! Waivers in the ledger.

use async_trait::async_trait;

use super::LedgerError;
use crate::domain::id::{AppId, OrgId};
use crate::domain::waiver::Waiver;

/// Which apps are left as they are, and until when. One an app.
#[async_trait]
pub trait Waivers: Send + Sync {
    /// Writes an app's waiver in place of an older one.
    async fn put_waiver(&self, waiver: &Waiver) -> Result<(), LedgerError>;
    /// An app's waiver, holding or ended.
    async fn waiver(&self, org: &OrgId, app: &AppId) -> Result<Option<Waiver>, LedgerError>;
    /// Removes it. `false` where there was none.
    async fn remove_waiver(&self, org: &OrgId, app: &AppId) -> Result<bool, LedgerError>;
}
