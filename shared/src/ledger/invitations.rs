//! Invitations in the ledger.

use async_trait::async_trait;

use super::{LedgerError, Page, PageRequest};
use crate::domain::id::{AppId, InvitationId, OrgId};
use crate::domain::invitation::{Closed, Invitation};

/// What became of the links that were given out.
#[async_trait]
pub trait Invitations: Send + Sync {
    /// Writes a new invitation.
    async fn put_invitation(&self, invitation: &Invitation) -> Result<(), LedgerError>;
    /// An invitation.
    async fn invitation(&self, id: &InvitationId) -> Result<Option<Invitation>, LedgerError>;
    /// An app's invitations, newest first.
    async fn invitations(&self, org: &OrgId, app: &AppId, page: PageRequest) -> Result<Page<Invitation>, LedgerError>;
    /// Closes an invitation that was not closed yet, in one conditional write. `false` where it was, or is unknown.
    async fn close_invitation(&self, id: &InvitationId, closed: Closed) -> Result<bool, LedgerError>;
}
