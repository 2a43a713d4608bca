//! Authorization sessions: one browser's attempt to consent for one app.
//!
//! The ledger finds a session by the SHA-256 of its `state` and stores no secret of it. The PKCE verifier and the nonce are
//! sealed in the browser's own cookie, so neither the ledger nor the cookie is sufficient alone.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::administrator::Mfa;
use super::cloud::Cloud;
use super::grant::GrantsRead;
use super::id::{AppId, InvitationId, OrgId, SessionId, Sha256Digest};
use super::save::NotDone;
use super::tenant::{ClientId, ObjectId, TenantId};
use super::text::UntrustedText;
use crate::domain::failure::consent::ConsentFailure;

/// How long Regrant waits for Microsoft's response: the lifetime of an authorization code.
pub const SIGN_IN_TIME: SignedDuration = SignedDuration::from_mins(10);
/// How long a session's pages stay valid.
pub const LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// One browser's attempt to consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationSession {
    /// Its key, which its pages contain. It is not a secret: without the browser's cookie it gives no access.
    pub id: SessionId,
    /// The app's org.
    pub org: OrgId,
    /// The app.
    pub app: AppId,
    /// The invitation it started from.
    pub invitation: InvitationId,
    /// SHA-256 of the browser's secret, which is sealed in its cookie.
    pub browser: Sha256Digest,
    /// The sign-in at Microsoft; `None` if the org waives the sign-in.
    pub sign_in: Option<SignInAttempt>,
    /// When it started.
    pub opened_at: Timestamp,
    /// Whether Microsoft's response to its sign-in reached a different browser.
    #[serde(default)]
    pub seen_elsewhere: bool,
    /// How many of Okta's consent links were requested for it.
    #[serde(default)]
    pub links_reserved: u32,
    /// Its progress.
    pub state: SessionState,
    /// Incremented by each write, for the optimistic lock.
    pub version: u64,
}

/// What a callback from Microsoft must match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInAttempt {
    /// SHA-256 of `state`.
    pub state: Sha256Digest,
    /// The cloud that the browser was sent to.
    pub cloud: Cloud,
    /// The tenant that the browser was sent to. Tokens of any other tenant are rejected.
    pub tenant: TenantId,
    /// Our client id in that cloud.
    pub client: ClientId,
    /// When the sign-in expires.
    pub expires_at: Timestamp,
    /// When a callback consumed it. Only one callback can.
    pub consumed_at: Option<Timestamp>,
}

/// The progress of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "kebab-case")]
pub enum SessionState {
    /// The browser is at Microsoft's sign-in page.
    SigningIn,
    /// The administrator was verified; Okta's consent is next.
    Verified {
        /// The verified administrator; `None` if the org waives the sign-in.
        administrator: Option<Administrator>,
    },
    /// The browser was sent to Okta's consent link.
    Consenting {
        /// The verified administrator; `None` if the org waives the sign-in.
        administrator: Option<Administrator>,
        /// What is known about the consent.
        attempt: ConsentAttempt,
    },
    /// The consent was completed; the app's record has the result.
    Done,
    /// The attempt failed; the page says what to do.
    Failed {
        /// The reason.
        failure: ConsentFailure,
        /// The error code from Microsoft or Okta, for the failure catalogue.
        code: Option<String>,
    },
}

/// What is known about a consent since Okta's link was first opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentAttempt {
    /// Whether the connection was on at that time. If it was, a connection that is on proves nothing.
    pub was_on: bool,
    /// The grants at that time; `None` if the connection was off or they could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grants_before: Option<Box<GrantsRead>>,
    /// SHA-256 of the `state` of each issued link of Okta. A hand-over must contain one of them.
    pub okta_states: Vec<Sha256Digest>,
    /// When the person confirmed the consent. While it is set, a save is checking.
    pub finishing_since: Option<Timestamp>,
    /// Why the consent is not done, from the latest check; `None` while nothing is known yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_done: Option<NotDone>,
    /// The reasons that the audit trail already has, each once per session.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reported: Vec<NotDone>,
    /// When the session's save was last queued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queued_at: Option<Timestamp>,
}

/// The administrator who signed in, as shown on pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Administrator {
    /// The account's user name.
    pub username: UntrustedText,
    /// Its object id in the tenant, used to monitor the account; `None` in older records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectId>,
    /// Whether multi-factor authentication was used.
    pub mfa: Mfa,
}

impl Administrator {
    /// The administrator as the actor of events, verified in `tenant`.
    pub fn actor(&self, tenant: Option<&TenantId>) -> Actor {
        let (object, username) = (self.object.clone(), self.username.clone());
        Actor::Administrator { tenant: tenant.cloned(), object, username }
    }
}

impl AuthorizationSession {
    /// Whether its person has to sign in at Microsoft. If not, the org waives the sign-in, and nothing that its browser does
    /// may change anything in Okta.
    pub const fn has_sign_in(&self) -> bool {
        self.sign_in.is_some()
    }

    /// Whether it has a final state.
    pub const fn has_ended(&self) -> bool {
        matches!(self.state, SessionState::Done | SessionState::Failed { .. })
    }

    /// When its pages expire.
    pub fn ends_at(&self) -> Timestamp {
        self.opened_at.saturating_add(LIFETIME).unwrap_or(Timestamp::MAX)
    }

    /// The verified administrator as the actor of events; `None` before the sign-in.
    pub fn actor(&self) -> Option<Actor> {
        let (SessionState::Verified { administrator } | SessionState::Consenting { administrator, .. }) = &self.state
        else {
            return None;
        };
        let tenant = self.sign_in.as_ref().map(|attempt| &attempt.tenant);
        administrator.as_ref().map(|administrator| administrator.actor(tenant))
    }
}

/// Why a callback cannot complete a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotConsumed {
    /// No session has this `state`.
    Unknown,
    /// Another callback consumed the session.
    Consumed,
    /// The sign-in has expired.
    Expired,
}

impl SignInAttempt {
    /// Whether a callback at `now` may complete the sign-in.
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
