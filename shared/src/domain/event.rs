//! Events: the audit trail of an app, in order.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::administrator::Mfa;
use super::id::{InvitationId, NotificationId, RequestId, SaveId, SessionId};
use super::notification::{Delivery, WhyDropped};
use super::org::SignInPolicy;
use super::save::{ConsentEvidence, NotDone};
use super::standing::Standing;
use super::tenant::{ClientId, ObjectId};
use super::text::UntrustedText;
use crate::domain::failure::consent::ConsentFailure;

/// What happened to an app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum EventKind {
    /// A scan found the app for the first time.
    Found {
        /// Its standing.
        standing: Standing,
    },
    /// The standing changed.
    StandingChanged {
        /// The standing before.
        from: Standing,
        /// The standing now.
        to: Standing,
        /// The reasons, most important first.
        reasons: Vec<String>,
    },
    /// Regrant created a link for a person who may consent.
    Invited {
        /// The invitation.
        #[schema(value_type = String)]
        invitation: InvitationId,
        /// When the link expires, in UTC.
        #[schema(value_type = String, format = DateTime)]
        expires_at: Timestamp,
    },
    /// The link was revoked, or a newer one replaced it.
    InvitationRevoked {
        /// The invitation.
        #[schema(value_type = String)]
        invitation: InvitationId,
    },
    /// An administrator signed in and is allowed to consent.
    AdministratorVerified {
        /// The browser's session.
        #[schema(value_type = String)]
        session: SessionId,
        /// The account's user name.
        username: UntrustedText,
        /// The account's object id in the tenant.
        #[schema(value_type = String)]
        object: ObjectId,
        /// Whether multi-factor authentication was verified.
        mfa: Mfa,
        /// The id of the ID token, as in Microsoft's sign-in log.
        token_id: Option<String>,
    },
    /// The attempt ended without consent.
    ConsentFailed {
        /// The browser's session.
        #[schema(value_type = String)]
        session: SessionId,
        /// Why.
        failure: ConsentFailure,
        /// The error code that came with it.
        code: Option<String>,
    },
    /// Microsoft's response to a sign-in reached a browser that did not begin it. It was rejected.
    SignInReturnedElsewhere {
        /// The session of the browser that began it.
        #[schema(value_type = String)]
        session: SessionId,
    },
    /// The browser was sent to Okta's consent link.
    ConsentLinkOpened {
        /// The browser's session.
        #[schema(value_type = String)]
        session: SessionId,
        /// Okta's client id in the link.
        #[schema(value_type = String)]
        client: ClientId,
    },
    /// A consent that was opened is not done; `why` says what is known.
    ConsentNotDone {
        /// The browser's session.
        #[schema(value_type = String)]
        session: SessionId,
        /// Why.
        why: NotDone,
    },
    /// The text of Okta's page was handed over.
    HandedOver {
        /// The save it belongs to.
        #[schema(value_type = String)]
        save: SaveId,
    },
    /// Regrant is about to change the connection in Okta.
    SaveBegun {
        /// The save.
        #[schema(value_type = String)]
        save: SaveId,
        /// Whether provisioning was on before.
        was_on: bool,
    },
    /// Regrant prepared a consent although provisioning was on, which pauses provisioning until the consent is saved. The
    /// person or operator had agreed.
    ProvisioningPaused {
        /// The save.
        #[schema(value_type = String)]
        save: SaveId,
    },
    /// The save succeeded: the connection reads as on.
    Saved {
        /// The save.
        #[schema(value_type = String)]
        save: SaveId,
        /// Whether Microsoft Graph was read too and shows every required grant.
        verified: bool,
        /// The kinds of grant that were found.
        grant_kinds: Vec<String>,
        /// What shows the consent; `None` in older records.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        evidence: Option<ConsentEvidence>,
        /// The permissions granted when Okta's consent link was issued; `None` if they were not read then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        granted_before: Option<Vec<String>>,
        /// The permissions granted now; `None` if they could not be read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        granted: Option<Vec<String>>,
    },
    /// The save ended without the connection being on.
    SaveFailed {
        /// The save.
        #[schema(value_type = String)]
        save: SaveId,
        /// Why, in words for people.
        reason: String,
        /// Whether the connection was on before and is off now, which needs immediate action.
        left_off: bool,
    },
    /// An email or a hook call about the app was sent.
    Notified {
        /// The notification.
        #[schema(value_type = String)]
        notification: NotificationId,
        /// The request that it shows.
        #[schema(value_type = String)]
        request: RequestId,
        /// Its kind.
        kind: String,
    },
    /// A due email was not sent.
    NotNotified {
        /// The notification.
        #[schema(value_type = String)]
        notification: NotificationId,
        /// Its kind.
        kind: String,
        /// Why.
        why: WhyDropped,
    },
    /// The mail transport reported on an email.
    EmailReported {
        /// The notification.
        #[schema(value_type = String)]
        notification: NotificationId,
        /// The report.
        delivery: Delivery,
    },
    /// An operator postponed the app.
    Waived {
        /// Why.
        reason: UntrustedText,
        /// When the waiver ends, in UTC.
        #[schema(value_type = String, format = DateTime)]
        until: Timestamp,
    },
    /// An operator changed whether administrators have to sign in at Microsoft before a consent.
    SignInPolicyChanged {
        /// The new policy.
        sign_in: SignInPolicy,
    },
    /// An operator removed the waiver.
    WaiverRemoved,
    /// The last secret of the application behind the app's provisioning crossed a threshold, and no newer one has appeared.
    SecretEnding {
        /// When it ends, in UTC.
        #[schema(value_type = String, format = DateTime)]
        ends_at: Timestamp,
        /// Within how many days: 30, 7 or 1.
        days: u8,
    },
    /// An Okta provisioning task failed (System Log). Okta does not retry it automatically.
    WorkFailed {
        /// The System Log's id of the event. Reading the log again may return it twice.
        log_event: String,
        /// The System Log's type of the event.
        event_type: String,
        /// The user or group of the task, as Okta names it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        whose: Option<UntrustedText>,
        /// Okta's error message.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<UntrustedText>,
        /// When it failed, in UTC, by Okta's clock.
        #[schema(value_type = String, format = DateTime)]
        failed_at: Timestamp,
    },
}

/// An event of an app and its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AppEvent {
    /// When, in UTC.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who caused it; absent if Regrant did on its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Actor>,
    /// The event.
    #[serde(flatten)]
    pub kind: EventKind,
}

impl AppEvent {
    /// An event that no person caused.
    pub const fn automatic(at: Timestamp, kind: EventKind) -> Self {
        Self { at, by: None, kind }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
mod tests {
    use super::*;

    #[test]
    fn email_report_keeps_both_times() {
        let (at, bounced_at) = (Timestamp::UNIX_EPOCH, Timestamp::from_second(1).unwrap());
        let delivery = Delivery::Bounced { at: bounced_at, permanent: true, reason: "550".to_owned() };
        let event = AppEvent::automatic(at, EventKind::EmailReported { notification: "n1".parse().unwrap(), delivery });
        let written = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<AppEvent>(&written).unwrap(), event, "{written}");
    }
}
