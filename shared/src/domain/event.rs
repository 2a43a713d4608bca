//! Events: what happened to an app, in order. The audit trail.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::administrator::Mfa;
use super::id::{InvitationId, NotificationId, RequestId, SaveId, SessionId};
use super::notification::{Delivery, WhyDropped};
use super::standing::Standing;
use super::tenant::{ClientId, ObjectId};
use super::text::UntrustedText;
use crate::domain::failure::consent::ConsentFailure;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum EventKind {
    /// The app was seen for the first time.
    Found {
        /// Where it stood.
        standing: Standing,
    },
    /// The standing changed.
    StandingChanged {
        /// Where it stood before.
        from: Standing,
        /// Where it stands now.
        to: Standing,
        /// Why, most important first.
        reasons: Vec<String>,
    },
    /// A link was made for somebody who may consent.
    Invited {
        /// Which invitation.
        #[schema(value_type = String)]
        invitation: InvitationId,
        /// When the link ends, in UTC.
        #[schema(value_type = String, format = DateTime)]
        expires_at: Timestamp,
    },
    /// The link was taken back, or a newer one took its place.
    InvitationRevoked {
        /// Which invitation.
        #[schema(value_type = String)]
        invitation: InvitationId,
    },
    /// Somebody pressed the button on the invitation's page.
    ConsentBegun {
        /// The browser's session: what pages and emails name it by.
        #[schema(value_type = String)]
        session: SessionId,
    },
    /// An administrator signed in and was found to be allowed to consent.
    AdministratorVerified {
        /// The browser's session.
        #[schema(value_type = String)]
        session: SessionId,
        /// The account's name.
        username: UntrustedText,
        /// The account's key in the tenant.
        #[schema(value_type = String)]
        object: ObjectId,
        /// Whether multi-factor authentication was proven.
        mfa: Mfa,
        /// The id of the ID token, for Microsoft's sign-in log.
        token_id: Option<String>,
    },
    /// The attempt ended without consent.
    ConsentFailed {
        /// The browser's session.
        #[schema(value_type = String)]
        session: SessionId,
        /// Why.
        failure: ConsentFailure,
        /// The code that came with it.
        code: Option<String>,
    },
    /// The browser was sent to Okta's own consent link.
    ConsentLinkOpened {
        /// The browser's session.
        #[schema(value_type = String)]
        session: SessionId,
        /// Okta's client, as the link names it.
        #[schema(value_type = String)]
        client: ClientId,
    },
    /// What Okta's page showed was handed over.
    HandedOver {
        /// The save it belongs to.
        #[schema(value_type = String)]
        save: SaveId,
    },
    /// The connection was about to be changed in Okta.
    SaveBegun {
        /// Which save.
        #[schema(value_type = String)]
        save: SaveId,
        /// Whether provisioning ran on consent before.
        was_on: bool,
    },
    /// The connection reads as on.
    Saved {
        /// Which save.
        #[schema(value_type = String)]
        save: SaveId,
        /// Whether Microsoft's side was read too and holds every required grant.
        verified: bool,
        /// The kinds of grants that were found.
        grant_kinds: Vec<String>,
    },
    /// The save did not end with the connection on.
    SaveFailed {
        /// Which save.
        #[schema(value_type = String)]
        save: SaveId,
        /// Why, in words for people.
        reason: String,
        /// Whether the connection was on before and is off now: somebody has to act at once.
        left_off: bool,
    },
    /// An email or a hook was told about the app.
    Notified {
        /// Which notification.
        #[schema(value_type = String)]
        notification: NotificationId,
        /// The request that it names.
        #[schema(value_type = String)]
        request: RequestId,
        /// Its kind.
        kind: String,
    },
    /// An email was due and not sent.
    NotNotified {
        /// Which notification.
        #[schema(value_type = String)]
        notification: NotificationId,
        /// Its kind.
        kind: String,
        /// Why.
        why: WhyDropped,
    },
    /// The transport reported what became of an email.
    EmailReported {
        /// Which notification.
        #[schema(value_type = String)]
        notification: NotificationId,
        /// What.
        delivery: Delivery,
    },
    /// The app is left as it is for a while.
    Waived {
        /// Why.
        reason: UntrustedText,
        /// Until when, in UTC.
        #[schema(value_type = String, format = DateTime)]
        until: Timestamp,
    },
    /// A waiver was taken back.
    WaiverRemoved,
    /// Work of Okta's provisioning failed (System Log). Okta leaves it to be done again by hand.
    WorkFailed {
        /// The System Log's id of the event: reading the log again may bring it twice.
        log_event: String,
        /// The System Log's type of the event.
        event_type: String,
        /// Whose it was, as Okta names the person or group.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        whose: Option<UntrustedText>,
        /// What Okta said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<UntrustedText>,
        /// When it failed, in UTC, by Okta's clock.
        #[schema(value_type = String, format = DateTime)]
        failed_at: Timestamp,
    },
}

/// What happened to an app, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AppEvent {
    /// When, in UTC.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub kind: EventKind,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
mod tests {
    use super::*;

    #[test]
    fn what_a_carrier_reported_keeps_both_its_times() {
        let (at, bounced_at) = (Timestamp::UNIX_EPOCH, Timestamp::from_second(1).unwrap());
        let delivery = Delivery::Bounced { at: bounced_at, permanent: true, reason: "550".to_owned() };
        let event = AppEvent { at, kind: EventKind::EmailReported { notification: "n1".parse().unwrap(), delivery } };
        let written = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<AppEvent>(&written).unwrap(), event, "{written}");
    }
}
