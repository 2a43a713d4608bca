//! Invitations: the signed, expiring link in a mail that lets an administrator start a consent for one app.
//!
//! The link carries a signature and no secret. What became of it is in the ledger, so that it can be revoked and used
//! only once; the signature is checked before the ledger is asked, so that a forged link costs one hash.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::id::{AppId, InvitationId, OrgId};

/// How long a link lives where nobody says otherwise.
pub const DEFAULT_LIFETIME: SignedDuration = SignedDuration::from_hours(14 * 24);

/// An invitation as the ledger keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Its key, which the link carries.
    pub id: InvitationId,
    /// The app's org.
    pub org: OrgId,
    /// The app it is for, and no other.
    pub app: AppId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// How it ended before that, if it did.
    pub closed: Option<Closed>,
}

/// How an invitation ended before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: Closing,
}

/// Why an invitation ended before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Closing {
    /// The consent it was for is done.
    UsedUp,
    /// An operator took it back, or a newer one took its place.
    Revoked,
}

/// What an invitation is good for at some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum InvitationState {
    /// It starts a consent.
    Open,
    /// Its time is over.
    Expired,
    /// It was taken back.
    Revoked,
    /// It did its work.
    UsedUp,
}

impl Invitation {
    /// What it is good for at `now`.
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
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;

    fn invitation(closed: Option<Closing>) -> Invitation {
        let created_at = Timestamp::UNIX_EPOCH;
        Invitation {
            id: "i1".parse().unwrap(),
            org: "00o1".parse().unwrap(),
            app: "0oa1".parse().unwrap(),
            created_at,
            expires_at: created_at + DEFAULT_LIFETIME,
            closed: closed.map(|why| Closed { at: created_at, why }),
        }
    }

    #[test]
    fn it_is_open_until_its_last_moment_and_closed_for_good() {
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
