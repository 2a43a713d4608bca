//! Placeholder of the consent records.
use async_trait::async_trait;
use jiff::Timestamp;

use super::SqliteLedger;
use crate::domain::id::{AppId, Digest, InvitationId, OrgId, SessionId};
use crate::domain::invitation::{Closed, Invitation};
use crate::domain::save::SaveJournal;
use crate::domain::session::{AuthorizationSession, NotConsumed};
use crate::ledger::{Invitations, Leases, LedgerError, Page, PageRequest, Saves, Sessions};

#[async_trait]
impl Invitations for SqliteLedger {
    async fn put_invitation(&self, _: &Invitation) -> Result<(), LedgerError> {
        unimplemented!()
    }
    async fn invitation(&self, _: &InvitationId) -> Result<Option<Invitation>, LedgerError> {
        unimplemented!()
    }
    async fn invitations(&self, _: &OrgId, _: &AppId, _: PageRequest) -> Result<Page<Invitation>, LedgerError> {
        unimplemented!()
    }
    async fn close_invitation(&self, _: &InvitationId, _: Closed) -> Result<bool, LedgerError> {
        unimplemented!()
    }
}
#[async_trait]
impl Sessions for SqliteLedger {
    async fn open_session(&self, _: &AuthorizationSession) -> Result<(), LedgerError> {
        unimplemented!()
    }
    async fn session(&self, _: &SessionId) -> Result<Option<AuthorizationSession>, LedgerError> {
        unimplemented!()
    }
    async fn session_by_state(&self, _: &Digest) -> Result<Option<AuthorizationSession>, LedgerError> {
        unimplemented!()
    }
    async fn consume_sign_in(
        &self,
        _: &Digest,
        _: Timestamp,
    ) -> Result<Result<AuthorizationSession, NotConsumed>, LedgerError> {
        unimplemented!()
    }
    async fn update_session(&self, _: &AuthorizationSession) -> Result<bool, LedgerError> {
        unimplemented!()
    }
    async fn forget_sessions(&self, _: Timestamp) -> Result<(), LedgerError> {
        unimplemented!()
    }
}
#[async_trait]
impl Saves for SqliteLedger {
    async fn save_journal(&self, _: &OrgId, _: &AppId) -> Result<Option<SaveJournal>, LedgerError> {
        unimplemented!()
    }
    async fn begin_save(&self, _: &SaveJournal) -> Result<bool, LedgerError> {
        unimplemented!()
    }
    async fn update_save(&self, _: &SaveJournal) -> Result<bool, LedgerError> {
        unimplemented!()
    }
}
#[async_trait]
impl Leases for SqliteLedger {
    async fn acquire_lease(&self, _: &str, _: &str, _: Timestamp, _: Timestamp) -> Result<bool, LedgerError> {
        unimplemented!()
    }
    async fn release_lease(&self, _: &str, _: &str) -> Result<(), LedgerError> {
        unimplemented!()
    }
}
