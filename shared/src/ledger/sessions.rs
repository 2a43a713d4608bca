//! Authorization sessions in the ledger.

use async_trait::async_trait;
use jiff::Timestamp;

use super::LedgerError;
use crate::domain::id::{Digest, SessionId};
use crate::domain::session::{AuthorizationSession, NotConsumed};

/// The attempts of browsers. A session is gone some time after it ended.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Writes a new session. Its version is 0.
    async fn open_session(&self, session: &AuthorizationSession) -> Result<(), LedgerError>;
    /// A session by its id.
    async fn session(&self, id: &SessionId) -> Result<Option<AuthorizationSession>, LedgerError>;
    /// A session by the digest of its `state`.
    async fn session_by_state(&self, state: &Digest) -> Result<Option<AuthorizationSession>, LedgerError>;
    /// Marks the sign-in of the session with this `state` as answered, in one conditional write: of any number of
    /// callers at once, one gets the session, as it is afterwards. The others hear why they do not.
    async fn consume_sign_in(
        &self,
        state: &Digest,
        now: Timestamp,
    ) -> Result<Result<AuthorizationSession, NotConsumed>, LedgerError>;
    /// Writes a changed session in the place of the one with the same version, and counts the version up. `false`, and
    /// nothing written, where somebody else changed it first.
    async fn update_session(&self, session: &AuthorizationSession) -> Result<bool, LedgerError>;
    /// Forgets sessions that were opened before `before`. Where the store forgets by itself, this does nothing.
    async fn forget_sessions(&self, before: Timestamp) -> Result<(), LedgerError>;
}
