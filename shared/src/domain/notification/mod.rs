//! Notifications: one message about one reason to one recipient, sent once.
//!
//! A notification's id is derived from its reason and its recipient. The same reason, found again by another scan or
//! redelivered by a queue, therefore yields the same notification. [`cadence`] decides which are due; the ledger records
//! the state of each.

pub mod cadence;
pub mod reason;
mod state;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::access_problem::AccessProblemKind;
use super::contact::{Audience, MailAddress};
use super::id::{AppId, NotificationId, OrgId, RequestId, Sha256Digest};
use super::standing::Standing;

pub use state::{Delivery, NotificationState, WhyDropped};

/// The reason for a notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, strum::IntoStaticStr)]
#[serde(tag = "about", rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum About {
    /// A Microsoft administrator is asked to consent.
    Invitation,
    /// The same invitation, because provisioning is broken now.
    Urgent,
    /// The remaining step is the Okta operator's: save, or authenticate in the Admin Console.
    HandedToOperator,
    /// An earlier email asked for something that is still not done.
    Reminder {
        /// Which reminder, from 1.
        number: u32,
    },
    /// The consent is done and verified.
    Done,
    /// A summary of the standings of all apps in the orgs that a person looks after. Its notification names one of them.
    Digest {
        /// The date it covers, in the recipient's time zone.
        #[schema(value_type = String, format = Date)]
        day: Date,
    },
    /// Regrant cannot check the org, or soon will not be able to.
    AccessProblem {
        /// The access problem.
        #[serde(flatten)]
        problem: AccessProblemKind,
        /// Since when, in UTC.
        #[schema(value_type = String, format = DateTime)]
        since: Timestamp,
    },
    /// The waiver of an app has ended.
    WaiverExpired {
        /// When, in UTC.
        #[schema(value_type = String, format = DateTime)]
        ended_at: Timestamp,
    },
    /// The last secret of the application behind an app's provisioning is about to end, and no newer one has appeared.
    SecretEnding {
        /// When it ends, in UTC.
        #[schema(value_type = String, format = DateTime)]
        ends_at: Timestamp,
        /// Within how many days: 30, 7 or 1. There is one warning for each.
        days: u8,
    },
    /// The standing of an app changed. Only hooks receive it.
    StandingChanged {
        /// The standing before.
        from: Standing,
        /// The standing now.
        to: Standing,
        /// When Regrant detected it, in UTC.
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
    },
    /// A request was opened. Only hooks receive it.
    RequestOpened,
    /// The standing of an app changed while its request is open. Only hooks receive it.
    RequestChanged {
        /// The standing before.
        from: Standing,
        /// The standing now.
        to: Standing,
        /// When Regrant detected it, in UTC.
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
    },
    /// A request ended. Only hooks receive it.
    RequestEnded,
}

impl About {
    /// The name used in output.
    pub fn name(&self) -> &'static str {
        self.into()
    }

    /// Distinguishes this reason from every other reason of the same request.
    fn reason(&self) -> String {
        match self {
            Self::Reminder { number } => format!("reminder {number}"),
            Self::Digest { day } => format!("digest {day}"),
            Self::AccessProblem { problem, since } => {
                format!("access-problem {} {} {since}", problem.name(), problem.affected())
            }
            Self::WaiverExpired { ended_at } => format!("waiver-expired {ended_at}"),
            Self::SecretEnding { ends_at, days } => format!("secret-ending {ends_at} {days}"),
            Self::StandingChanged { from, to, at } => format!("standing-changed {from} {to} {at}"),
            Self::RequestChanged { from, to, at } => format!("request-changed {from} {to} {at}"),
            Self::Invitation
            | Self::Urgent
            | Self::HandedToOperator
            | Self::Done
            | Self::RequestOpened
            | Self::RequestEnded => self.name().to_owned(),
        }
    }

    /// Whether it is sent during quiet hours.
    pub const fn is_urgent(&self) -> bool {
        matches!(self, Self::Urgent | Self::AccessProblem { .. } | Self::SecretEnding { days: ..=1, .. })
            || self.is_for_hooks()
    }

    /// Whether only hooks receive it.
    pub const fn is_for_hooks(&self) -> bool {
        matches!(
            self,
            Self::StandingChanged { .. } | Self::RequestOpened | Self::RequestChanged { .. } | Self::RequestEnded
        )
    }

    /// Whether its recipient can mute it with one click. This applies to repeated messages only.
    pub const fn can_be_muted(&self) -> bool {
        matches!(self, Self::Reminder { .. } | Self::Digest { .. })
    }
}

/// Who receives a notification.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
// The record also holds `About`, whose member `to` is a standing, so the tag is `by`.
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum Recipient {
    /// A person, by email.
    Mail {
        /// The address.
        address: MailAddress,
        /// The role of the person.
        audience: Audience,
    },
    /// A program, through an outgoing webhook of the installation.
    Hook {
        /// The hook's name.
        name: String,
    },
}

impl Recipient {
    /// Distinguishes recipients. A person with two roles is one recipient.
    fn key(&self) -> String {
        match self {
            Self::Mail { address, .. } => format!("mail {}", address.digest().as_str()),
            Self::Hook { name } => format!("hook {name}"),
        }
    }
}

/// One message to one recipient, and its state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// Its key, derived from request, reason and recipient.
    pub id: NotificationId,
    /// The request it belongs to; the email shows it.
    pub request: RequestId,
    /// The org.
    pub org: OrgId,
    /// The app, if it is about one.
    pub app: Option<AppId>,
    /// The reason.
    #[serde(flatten)]
    pub about: About,
    /// The recipient.
    #[serde(flatten)]
    pub recipient: Recipient,
    /// When the reason was found.
    pub made_at: Timestamp,
    /// When it may be sent: later than `made_at` during quiet hours.
    pub due_at: Timestamp,
    /// Its state.
    pub state: NotificationState,
    /// The notification in whose email it was sent, if several shared one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shares_email_of: Option<NotificationKey>,
    /// What the mail transport reported after accepting it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Delivery>,
    /// Incremented by each write, for the optimistic lock; 0 before the first write.
    pub version: u64,
}

/// Names a notification in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationKey {
    /// The request it belongs to.
    pub request: RequestId,
    /// Its id.
    pub id: NotificationId,
}

/// A notification that [`cadence`] found due and that is not stored yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The request it belongs to.
    pub request: RequestId,
    /// The org.
    pub org: OrgId,
    /// The app, if it is about one.
    pub app: Option<AppId>,
    /// The reason.
    pub about: About,
    /// The recipient.
    pub recipient: Recipient,
    /// When it may be sent.
    pub due_at: Timestamp,
}

impl Draft {
    /// The id of the notification that this draft becomes.
    pub fn id(&self) -> NotificationId {
        notification_id(&self.request, &self.about, &self.recipient)
    }

    /// Turns this draft into a notification created at `now`.
    pub fn into_notification(self, now: Timestamp) -> Notification {
        let id = self.id();
        let Self { request, org, app, about, recipient, due_at } = self;
        Notification {
            id,
            request,
            org,
            app,
            about,
            recipient,
            made_at: now,
            due_at,
            state: NotificationState::Open,
            shares_email_of: None,
            delivery: None,
            version: 0,
        }
    }
}

/// The id of a notification, derived from its reason and recipient.
pub fn notification_id(request: &RequestId, about: &About, recipient: &Recipient) -> NotificationId {
    let digest = Sha256Digest::of(&format!("{request}\n{}\n{}", about.reason(), recipient.key()));
    NotificationId::from_digits(digest.as_str()[..32].to_owned())
}

impl Notification {
    /// Whether no further work is pending.
    pub const fn is_settled(&self) -> bool {
        !matches!(
            self.state,
            NotificationState::Open | NotificationState::Sending { .. } | NotificationState::Waiting { .. }
        )
    }

    /// Whether a transport accepted it.
    pub const fn is_sent(&self) -> bool {
        matches!(self.state, NotificationState::Sent { .. })
    }

    /// The address it goes to, if it is an email.
    pub const fn address(&self) -> Option<&MailAddress> {
        match &self.recipient {
            Recipient::Mail { address, .. } => Some(address),
            Recipient::Hook { .. } => None,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;
    use crate::testing::records::{draft, reader};

    #[test]
    fn notification_id_depends_on_reason_and_recipient_only() {
        let (one, other): (RequestId, RequestId) = ("RG-A".parse().unwrap(), "RG-B".parse().unwrap());
        let ada = reader("ada@contoso.example", Audience::MicrosoftAdministrator);
        let id = notification_id(&one, &About::Invitation, &ada);
        assert_eq!(
            id,
            notification_id(&one, &About::Invitation, &reader("Ada@contoso.example", Audience::OktaOperator))
        );
        let others = [
            notification_id(&other, &About::Invitation, &ada),
            notification_id(&one, &About::Urgent, &ada),
            notification_id(&one, &About::Reminder { number: 1 }, &ada),
            notification_id(&one, &About::Reminder { number: 2 }, &ada),
            notification_id(&one, &About::SecretEnding { ends_at: Timestamp::UNIX_EPOCH, days: 30 }, &ada),
            notification_id(&one, &About::SecretEnding { ends_at: Timestamp::UNIX_EPOCH, days: 7 }, &ada),
            notification_id(&one, &About::SecretEnding { ends_at: Timestamp::MAX, days: 7 }, &ada),
            notification_id(&one, &About::Invitation, &reader("bea@contoso.example", Audience::MicrosoftAdministrator)),
            notification_id(&one, &About::Invitation, &Recipient::Hook { name: "ada".to_owned() }),
        ];
        let distinct: std::collections::BTreeSet<&str> =
            others.iter().chain([&id]).map(super::super::id::NotificationId::as_str).collect();
        assert_eq!(distinct.len(), others.len() + 1);
    }

    #[test]
    fn notification_survives_a_round_trip() {
        let now = Timestamp::UNIX_EPOCH;
        let abouts = [
            About::AccessProblem { problem: AccessProblemKind::OktaCredentialRefused, since: now },
            About::StandingChanged { from: Standing::Consented, to: Standing::Broken, at: now },
        ];
        for about in abouts {
            let notification =
                draft(about, reader("ops@contoso.example", Audience::OktaOperator)).into_notification(now);
            let written = serde_json::to_string(&notification).unwrap();
            assert_eq!(serde_json::from_str::<Notification>(&written).unwrap(), notification, "{written}");
        }
    }

    #[test]
    fn stored_states_decode_unchanged() {
        let at = Timestamp::UNIX_EPOCH;
        let written = [
            (r#"{"state":"open"}"#, NotificationState::Open, false),
            (
                r#"{"state":"sending","since":"1970-01-01T00:00:00Z","attempt":2}"#,
                NotificationState::Sending { since: at, attempt: 2 },
                false,
            ),
            (
                r#"{"state":"waiting","until":"1970-01-01T00:00:00Z","attempt":3}"#,
                NotificationState::Waiting { until: at, attempt: 3 },
                false,
            ),
            (
                r#"{"state":"sent","at":"1970-01-01T00:00:00Z","carrier_id":"c"}"#,
                NotificationState::Sent { at, carrier_id: "c".to_owned() },
                true,
            ),
        ];
        for (json, state, is_settled) in written {
            assert_eq!(serde_json::from_str::<NotificationState>(json).unwrap(), state);
            assert_eq!(serde_json::to_string(&state).unwrap(), json);
            let ada = reader("ada@contoso.example", Audience::MicrosoftAdministrator);
            let notification = draft(About::Invitation, ada).into_notification(at);
            assert_eq!(Notification { state, ..notification }.is_settled(), is_settled, "{json}");
        }
    }
}
