//! Authorization sessions: one browser's attempt at one app's consent.
//!
//! The ledger finds a session by the SHA-256 of its `state` and keeps no secret of it: what the exchange needs (the PKCE
//! verifier, the nonce) is sealed in the browser's own cookie, so that neither alone is enough.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::administrator::Mfa;
use super::cloud::Cloud;
use super::id::{AppId, Digest, InvitationId, OrgId, SessionId};
use super::tenant::{ClientId, ObjectId, TenantId};
use super::text::UntrustedText;
use crate::domain::failure::consent::ConsentFailure;

/// How long Microsoft's answer is waited for: as long as an authorization code lives.
pub const SIGN_IN_TIME: SignedDuration = SignedDuration::from_mins(10);
/// How long the pages of a session can be come back to.
pub const LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// One browser's attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationSession {
    /// Its key, which its pages carry. Not a secret: without the browser's cookie it opens nothing.
    pub id: SessionId,
    /// The app's org.
    pub org: OrgId,
    /// The app.
    pub app: AppId,
    /// The invitation it began from.
    pub invitation: InvitationId,
    /// SHA-256 of the browser's secret, which its cookie holds sealed.
    pub browser: Digest,
    /// The sign-in at Microsoft; `None` where the org runs without a registration of ours.
    pub sign_in: Option<SignInAttempt>,
    /// When it began.
    pub opened_at: Timestamp,
    /// How far it has come.
    pub state: SessionState,
    /// Counts changes, so that of two writers one is refused.
    pub version: u64,
}

/// What a callback from Microsoft has to match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInAttempt {
    /// SHA-256 of `state`.
    pub state: Digest,
    /// The cloud the browser was sent to.
    pub cloud: Cloud,
    /// The tenant it was sent to; the only one whose tokens count.
    pub tenant: TenantId,
    /// Our client id there.
    pub client: ClientId,
    /// When an answer comes too late.
    pub expires_at: Timestamp,
    /// When an answer came. There is only ever one.
    pub consumed_at: Option<Timestamp>,
}

/// How far a session has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "kebab-case")]
pub enum SessionState {
    /// At Microsoft's sign-in page.
    SigningIn,
    /// The administrator is known; Okta's consent comes next.
    Verified {
        /// Who signed in, and what was proven; `None` where the org runs without a registration of ours.
        administrator: Option<Administrator>,
    },
    /// Sent on to Okta's consent link.
    Consenting {
        /// As above.
        administrator: Option<Administrator>,
        /// Whether the connection was on when the consent was opened: then its being on proves nothing new.
        was_on: bool,
        /// When the person said to have accepted; while it is set, a save is on its way.
        finishing_since: Option<Timestamp>,
        /// SHA-256 of the `state` in each of Okta's links that were given out: a hand-over has to carry one of them.
        okta_states: Vec<Digest>,
    },
    /// Finished: the app's record says how.
    Done,
    /// Ended. The page says what to do.
    Failed {
        /// Why.
        failure: ConsentFailure,
        /// The code of Microsoft's or Okta's that comes with it, for the catalogue.
        code: Option<String>,
    },
}

/// Who signed in, as far as pages show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Administrator {
    /// The account's name.
    pub username: UntrustedText,
    /// Its key in the tenant, by which it is looked after; `None` in records from before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectId>,
    /// Whether multi-factor authentication was done.
    pub mfa: Mfa,
}

impl AuthorizationSession {
    /// When its pages end.
    pub fn ends_at(&self) -> Timestamp {
        self.opened_at.saturating_add(LIFETIME).unwrap_or(Timestamp::MAX)
    }
}

/// Why a callback finds no session to complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotConsumed {
    /// No session has this `state`.
    Unknown,
    /// An answer came already.
    Consumed,
    /// The answer came too late.
    Expired,
}

impl SignInAttempt {
    /// Whether an answer at `now` may be taken.
    pub fn may_be_consumed(&self, now: Timestamp) -> Result<(), NotConsumed> {
        if self.consumed_at.is_some() {
            Err(NotConsumed::Consumed)
        } else if now >= self.expires_at {
            Err(NotConsumed::Expired)
        } else {
            Ok(())
        }
    }
}
