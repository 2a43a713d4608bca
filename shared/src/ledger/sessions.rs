//! Authorization sessions in the ledger.

use async_trait::async_trait;
use jiff::Timestamp;

use super::LedgerError;
use crate::domain::id::{SessionId, Sha256Digest};
use crate::domain::session::{AuthorizationSession, NotConsumed};

/// The attempts of browsers. A session is gone some time after it ended.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Writes a new session. Its version is 0.
    async fn open_session(&self, session: &AuthorizationSession) -> Result<(), LedgerError>;
    /// A session by its id.
    async fn session(&self, id: &SessionId) -> Result<Option<AuthorizationSession>, LedgerError>;
    /// A session by the digest of its `state`.
    async fn session_by_state(&self, state: &Sha256Digest) -> Result<Option<AuthorizationSession>, LedgerError>;
    /// Writes a changed session in the place of the one with the same version, and counts the version up. `false`, and
    /// nothing written, where somebody else changed it first.
    async fn update_session(&self, session: &AuthorizationSession) -> Result<bool, LedgerError>;
    /// Marks the sign-in of a session as answered, in one conditional write: of any number of callers at once, one gets the
    /// session, as it is afterwards. The others hear why they do not. What somebody changed since the session was read is
    /// read anew.
    async fn consume_sign_in(
        &self,
        session: &AuthorizationSession,
        now: Timestamp,
    ) -> Result<Result<AuthorizationSession, NotConsumed>, LedgerError> {
        let mut session = session.clone();
        loop {
            let Some(attempt) = session.sign_in.as_mut() else { return Ok(Err(NotConsumed::Unknown)) };
            if let Err(reason) = attempt.may_be_consumed(now) {
                return Ok(Err(reason));
            }
            attempt.consumed_at = Some(now);
            if self.update_session(&session).await? {
                session.version += 1;
                return Ok(Ok(session));
            }
            let Some(newer) = self.session(&session.id).await? else { return Ok(Err(NotConsumed::Unknown)) };
            session = newer;
        }
    }
    /// Forgets sessions that were opened before `before`. Where the store forgets by itself, this does nothing.
    async fn forget_sessions(&self, before: Timestamp) -> Result<(), LedgerError>;
}
