//! Notifications: that one recipient is to be told one thing, once.
//!
//! A notification's id is worked out from its reason and its recipient, so the same reason, found again by another scan or
//! delivered ten times by a queue, is the same notification. [`cadence`] decides which are due; the ledger keeps what became of
//! each.

pub mod cadence;
pub mod reason;
mod state;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::access_problem::AccessProblemKind;
use super::contact::{Audience, MailAddress};
use super::id::{AppId, Digest, NotificationId, OrgId, RequestId};
use super::standing::Standing;

pub use state::{Delivery, NotificationState, WhyDropped};

/// What a notification is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "about", rename_all = "kebab-case")]
pub enum About {
    /// A Microsoft administrator is asked to consent.
    Invitation,
    /// The same, provisioning being broken now.
    Urgent,
    /// What is left is the Okta operator's: save, or do it in the console.
    HandedToOperator,
    /// Somebody was asked before, and it is not done.
    Reminder {
        /// Which one, from 1.
        number: u32,
    },
    /// It is done, with the proof.
    Done,
    /// How all apps of an org stand.
    Digest {
        /// The day it is of, in the org's time zone.
        #[schema(value_type = String, format = Date)]
        day: Date,
    },
    /// Regrant itself cannot look, or soon will not.
    AccessProblem {
        /// What is wrong.
        #[serde(flatten)]
        problem: AccessProblemKind,
        /// Since when, in UTC.
        #[schema(value_type = String, format = DateTime)]
        since: Timestamp,
    },
    /// An app was left as it is until a day, and the day has come.
    WaiverExpired {
        /// When, in UTC.
        #[schema(value_type = String, format = DateTime)]
        ended_at: Timestamp,
    },
    /// An app stands elsewhere than before. For hooks, which take every change.
    StandingChanged {
        /// Where it stood.
        from: Standing,
        /// Where it stands.
        to: Standing,
        /// When that was found, in UTC.
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
    },
}

impl About {
    /// Its kind, as output names it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Urgent => "urgent",
            Self::HandedToOperator => "handed-to-operator",
            Self::Reminder { .. } => "reminder",
            Self::Done => "done",
            Self::Digest { .. } => "digest",
            Self::AccessProblem { .. } => "access-problem",
            Self::WaiverExpired { .. } => "waiver-expired",
            Self::StandingChanged { .. } => "standing-changed",
        }
    }

    /// What tells this reason from every other of the same request.
    fn reason(&self) -> String {
        match self {
            Self::Reminder { number } => format!("reminder {number}"),
            Self::Digest { day } => format!("digest {day}"),
            Self::AccessProblem { problem, since } => {
                format!("access-problem {} {} {since}", problem.name(), problem.place())
            }
            Self::WaiverExpired { ended_at } => format!("waiver-expired {ended_at}"),
            Self::StandingChanged { from, to, at } => format!("standing-changed {from} {to} {at}"),
            Self::Invitation | Self::Urgent | Self::HandedToOperator | Self::Done => self.name().to_owned(),
        }
    }

    /// Whether it does not wait for the end of quiet hours.
    pub const fn is_urgent(&self) -> bool {
        matches!(self, Self::Urgent | Self::AccessProblem { .. } | Self::StandingChanged { .. })
    }

    /// Whether its recipient may mute it with one click: what comes again does, what comes once does not.
    pub const fn can_be_muted(&self) -> bool {
        matches!(self, Self::Reminder { .. } | Self::Digest { .. })
    }
}

/// Who is told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
// In a record this is beside what a notification is about, and `to` is where an app stands after a change.
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum Recipient {
    /// A person, by mail.
    Mail {
        /// The address.
        address: MailAddress,
        /// What the person is asked for.
        audience: Audience,
    },
    /// A program, by an outgoing webhook of the installation.
    Hook {
        /// The hook's name.
        name: String,
    },
}

impl Recipient {
    /// What tells one recipient from another. Whoever is on two sides is told a thing once.
    fn key(&self) -> String {
        match self {
            Self::Mail { address, .. } => format!("mail {}", address.digest().as_str()),
            Self::Hook { name } => format!("hook {name}"),
        }
    }
}

/// That one recipient is to be told one thing, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// Its key, worked out from request, reason and recipient.
    pub id: NotificationId,
    /// The request it belongs to, which the email names.
    pub request: RequestId,
    /// The org.
    pub org: OrgId,
    /// The app, where it is about one.
    pub app: Option<AppId>,
    /// What it is about.
    #[serde(flatten)]
    pub about: About,
    /// Who is told.
    #[serde(flatten)]
    pub recipient: Recipient,
    /// When the reason was found.
    pub made_at: Timestamp,
    /// When it may be sent: later than it was made during quiet hours.
    pub due_at: Timestamp,
    /// What became of it.
    pub state: NotificationState,
    /// What the transport reported after it had taken it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Delivery>,
    /// Counts changes, so that of two writers one is refused; 0 before it is written first.
    pub version: u64,
}

/// A notification that is not written yet: what [`cadence`] found due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The request it belongs to.
    pub request: RequestId,
    /// The org.
    pub org: OrgId,
    /// The app, where it is about one.
    pub app: Option<AppId>,
    /// What it is about.
    pub about: About,
    /// Who is told.
    pub recipient: Recipient,
    /// When it may be sent.
    pub due_at: Timestamp,
}

impl Draft {
    /// The id of the notification that it becomes.
    pub fn id(&self) -> NotificationId {
        notification_id(&self.request, &self.about, &self.recipient)
    }

    /// The notification that this draft becomes at `now`.
    pub fn made(self, now: Timestamp) -> Notification {
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
            delivery: None,
            version: 0,
        }
    }
}

/// The id of the notification that tells `recipient` about `about`: always the same one.
pub fn notification_id(request: &RequestId, about: &About, recipient: &Recipient) -> NotificationId {
    let digest = Digest::of(&format!("{request}\n{}\n{}", about.reason(), recipient.key()));
    NotificationId::from_digits(digest.as_str()[..32].to_owned())
}

impl Notification {
    /// Whether nothing is to be done about it any more.
    pub const fn is_settled(&self) -> bool {
        !matches!(
            self.state,
            NotificationState::Open | NotificationState::Sending { .. } | NotificationState::Waiting { .. }
        )
    }

    /// Whether it reached its transport.
    pub const fn is_sent(&self) -> bool {
        matches!(self.state, NotificationState::Sent { .. })
    }

    /// The address it goes to, where it is an email.
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

    fn mail(address: &str, audience: Audience) -> Recipient {
        Recipient::Mail { address: address.parse().unwrap(), audience }
    }

    #[test]
    fn the_same_reason_and_recipient_are_the_same_notification_and_nothing_else_is() {
        let (one, other): (RequestId, RequestId) = ("RG-A".parse().unwrap(), "RG-B".parse().unwrap());
        let ada = mail("ada@contoso.example", Audience::MicrosoftAdministrator);
        let id = notification_id(&one, &About::Invitation, &ada);
        assert_eq!(id, notification_id(&one, &About::Invitation, &mail("Ada@contoso.example", Audience::OktaOperator)));
        let others = [
            notification_id(&other, &About::Invitation, &ada),
            notification_id(&one, &About::Urgent, &ada),
            notification_id(&one, &About::Reminder { number: 1 }, &ada),
            notification_id(&one, &About::Reminder { number: 2 }, &ada),
            notification_id(&one, &About::Invitation, &mail("bea@contoso.example", Audience::MicrosoftAdministrator)),
            notification_id(&one, &About::Invitation, &Recipient::Hook { name: "ada".to_owned() }),
        ];
        let distinct: std::collections::BTreeSet<&str> =
            others.iter().chain([&id]).map(super::super::id::NotificationId::as_str).collect();
        assert_eq!(distinct.len(), others.len() + 1);
    }

    #[test]
    fn a_notification_survives_being_written_and_read() {
        let now = Timestamp::UNIX_EPOCH;
        let abouts = [
            About::AccessProblem { problem: AccessProblemKind::OktaCredentialRefused, since: now },
            About::StandingChanged { from: Standing::Consented, to: Standing::Broken, at: now },
        ];
        for about in abouts {
            let draft = Draft {
                request: "RG-A".parse().unwrap(),
                org: "00oInvented".parse().unwrap(),
                app: None,
                about,
                recipient: mail("ops@contoso.example", Audience::OktaOperator),
                due_at: now,
            };
            let notification = draft.made(now);
            let written = serde_json::to_string(&notification).unwrap();
            assert_eq!(serde_json::from_str::<Notification>(&written).unwrap(), notification, "{written}");
        }
    }

    #[test]
    fn what_became_of_a_notification_is_read_as_it_was_written_at_any_time() {
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
            let draft = Draft {
                request: "RG-A".parse().unwrap(),
                org: "00oInvented".parse().unwrap(),
                app: None,
                about: About::Invitation,
                recipient: mail("ada@contoso.example", Audience::MicrosoftAdministrator),
                due_at: at,
            };
            assert_eq!(Notification { state, ..draft.made(at) }.is_settled(), is_settled, "{json}");
        }
    }
}
