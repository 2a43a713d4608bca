//! Invitations: the signed, expiring link in an email that lets an administrator start a consent for one app.
//!
//! The link carries a signature and no secret. The ledger stores its state, so that it can be revoked and is single-use.
//! The signature is verified before the ledger is read, so a forged link costs one hash.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::id::{AppId, InvitationId, OrgId, SessionId};
use super::org::SignInPolicy;

/// The default lifetime of a link.
pub const DEFAULT_LIFETIME: SignedDuration = SignedDuration::from_hours(14 * 24);

/// How many sessions one link can open. It is shared by every recipient of an email, and each may start again.
pub const MAX_SESSIONS: usize = 50;

/// The ledger's record of an invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Its key, which the link contains.
    pub id: InvitationId,
    /// The app's org.
    pub org: OrgId,
    /// The only app it is for.
    pub app: AppId,
    /// Whether its administrator has to sign in at Microsoft: the org's policy when it was created.
    #[serde(default)]
    pub sign_in: SignInPolicy,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it expires.
    pub expires_at: Timestamp,
    /// The sessions that began with it.
    #[serde(default)]
    pub sessions: Vec<SessionId>,
    /// How it was closed before it expired, if it was.
    pub closed: Option<Closed>,
}

/// The early end of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: Closing,
}

/// Why an invitation was closed before it expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Closing {
    /// The consent was completed.
    UsedUp,
    /// An operator revoked it, or a newer invitation replaced it.
    Revoked,
}

/// The state of an invitation at a given time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum InvitationState {
    /// It can start a consent.
    Open,
    /// It has expired.
    Expired,
    /// It was revoked.
    Revoked,
    /// It has been used.
    UsedUp,
}

impl Invitation {
    /// The state at `now`.
    pub fn state(&self, now: Timestamp) -> InvitationState {
        match self.closed.map(|closed| closed.why) {
            Some(Closing::UsedUp) => InvitationState::UsedUp,
            Some(Closing::Revoked) => InvitationState::Revoked,
            None if now >= self.expires_at => InvitationState::Expired,
            None => InvitationState::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::records;

    fn invitation(closed: Option<Closing>) -> Invitation {
        let at = Timestamp::UNIX_EPOCH;
        Invitation { closed: closed.map(|why| Closed { at, why }), ..records::invitation("i1", "00o1", "0oa1", at) }
    }

    #[test]
    fn invitation_stays_open_until_it_expires_or_closes() {
        let open = invitation(None);
        let last = open.expires_at - SignedDuration::from_nanos(1);
        assert_eq!(open.state(last), InvitationState::Open);
        assert_eq!(open.state(open.expires_at), InvitationState::Expired);
        for (why, state) in [(Closing::UsedUp, InvitationState::UsedUp), (Closing::Revoked, InvitationState::Revoked)] {
            assert_eq!(invitation(Some(why)).state(Timestamp::UNIX_EPOCH), state);
            assert_eq!(invitation(Some(why)).state(Timestamp::MAX), state);
        }
    }
}
