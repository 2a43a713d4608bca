//! Authorization sessions in the ledger.

use async_trait::async_trait;
use jiff::Timestamp;

use super::LedgerError;
use crate::domain::id::{SessionId, Sha256Digest};
use crate::domain::session::{AuthorizationSession, NotConsumed};

/// Sessions: the consent attempts of browsers.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Writes a new session with version 0. Fails if its id or its `state` exists.
    async fn open_session(&self, session: &AuthorizationSession) -> Result<(), LedgerError>;
    /// A session by its id.
    async fn session(&self, id: &SessionId) -> Result<Option<AuthorizationSession>, LedgerError>;
    /// A session by the digest of its `state`.
    async fn session_by_state(&self, state: &Sha256Digest) -> Result<Option<AuthorizationSession>, LedgerError>;
    /// Replaces the session that has the same version, and increments the version. Returns `false`, and writes nothing, if
    /// another writer changed it first.
    async fn update_session(&self, session: &AuthorizationSession) -> Result<bool, LedgerError>;
    /// Marks the sign-in of a session as consumed, in one conditional write: exactly one of any number of concurrent callers
    /// receives the updated session, the others the reason. Reads the session again after losing a race.
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
}
