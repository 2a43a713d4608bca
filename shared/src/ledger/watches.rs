//! What is remembered of an org between two looks.

use async_trait::async_trait;

use super::LedgerError;
use crate::domain::access_problem::OrgWatch;
use crate::domain::id::OrgId;

/// Where the watch over each org stopped, and what is wrong with Regrant's access to it.
#[async_trait]
pub trait Watches: Send + Sync {
    /// What is remembered of an org.
    async fn org_watch(&self, org: &OrgId) -> Result<Option<OrgWatch>, LedgerError>;
    /// Writes it in place of the one with the same version (0: there is none yet), whose version then is one more. `false`
    /// where it has another version by now; nothing changed then.
    async fn put_org_watch(&self, watch: &OrgWatch) -> Result<bool, LedgerError>;
}
