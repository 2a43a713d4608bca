//! The state of a notification: whether it was sent, and what its transport reported afterwards.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The state of a notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum NotificationState {
    /// Not sent yet.
    Open,
    /// A worker is passing it to its transport. If the worker crashes, the state remains: whether the transport has the
    /// message is unknown until the transport reports it or the notification times out.
    Sending {
        /// Since when.
        since: Timestamp,
        /// Which attempt, from 1.
        attempt: u32,
    },
    /// The transport could not accept it. It is retried when its queue message is redelivered.
    Waiting {
        /// The earliest time of the next attempt.
        until: Timestamp,
        /// The number of the last attempt, from 1.
        attempt: u32,
    },
    /// The transport accepted it.
    Sent {
        /// When.
        at: Timestamp,
        /// The transport's id for it.
        carrier_id: String,
    },
    /// The transport rejected it permanently.
    Refused {
        /// When.
        at: Timestamp,
        /// The transport's answer.
        reason: String,
    },
    /// It was not sent, because the reason no longer held or the recipient may not receive it.
    Dropped {
        /// When.
        at: Timestamp,
        /// Why.
        why: WhyDropped,
    },
}

/// Why a notification was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WhyDropped {
    /// The request is done, or its app or org no longer exists.
    Superseded,
    /// A waiver is active.
    Waived,
    /// The recipient muted repeated messages.
    Muted,
    /// Email to the address hard-bounced, or its owner complained.
    Suppressed,
    /// The address or the hook is no longer one of the org's contacts.
    NoLongerAContact,
    /// The transport rejected it permanently.
    Refused,
}

/// A transport's report about an email that it had accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "delivery", rename_all = "kebab-case")]
pub enum Delivery {
    /// It was accepted, according to the transport's own event.
    Accepted {
        /// When, in UTC.
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
    },
    /// The recipient's mail server accepted it.
    Delivered {
        /// When, in UTC.
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
    },
    /// The recipient's mail server rejected it.
    Bounced {
        /// When, in UTC.
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
        /// Whether it is a hard bounce: every other email to the address would bounce as well.
        permanent: bool,
        /// The server's answer.
        reason: String,
    },
    /// A mail server reported a problem that is not the recipient's wish: a failed authentication or a virus.
    Flagged {
        /// When, in UTC.
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
        /// The problem.
        reason: String,
    },
    /// The recipient marked it as spam.
    Complained {
        /// When, in UTC.
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
    },
}

impl Delivery {
    /// How conclusive the report is. Reports arrive in any order, so a report replaces an earlier one only if its weight is
    /// at least as high.
    pub const fn weight(&self) -> u8 {
        match self {
            Self::Accepted { .. } => 0,
            Self::Delivered { .. } => 1,
            Self::Flagged { .. } => 2,
            Self::Bounced { .. } => 3,
            Self::Complained { .. } => 4,
        }
    }

    /// Whether no further email may be sent to the address.
    pub const fn suppresses_address(&self) -> bool {
        matches!(self, Self::Bounced { permanent: true, .. } | Self::Complained { .. })
    }
}
