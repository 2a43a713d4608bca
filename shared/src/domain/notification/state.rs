//! What becomes of a notification: whether it was told, and what its transport reported after that.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What became of a notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum NotificationState {
    /// To be sent.
    Open,
    /// A worker is handing it to its transport. One that died leaves it so: whether the transport has it is then unknown
    /// until the transport says so or the time is over.
    Sending {
        /// Since when.
        since: Timestamp,
        /// Which attempt, from 1.
        attempt: u32,
    },
    /// Its transport could not take it. It is tried again, and its message comes again for that.
    Waiting {
        /// Not before.
        until: Timestamp,
        /// Which attempt was the last, from 1.
        attempt: u32,
    },
    /// The transport took it.
    Sent {
        /// When.
        at: Timestamp,
        /// The transport's id of it.
        carrier_id: String,
    },
    /// The transport will never take it.
    Refused {
        /// When.
        at: Timestamp,
        /// What it said.
        reason: String,
    },
    /// The reason was over before it was sent.
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
    /// What it asks for is done, or its app or org is gone.
    Overtaken,
    /// A waiver holds.
    Waived,
    /// The recipient muted what comes again.
    Muted,
    /// Mail to the address bounced for good, or its owner complained.
    Suppressed,
    /// The address or the hook is not among the org's any more.
    NoLongerAContact,
    /// The transport refused it for good.
    Refused,
}

/// What a transport reported of an email that it had taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "delivery", rename_all = "kebab-case")]
pub enum Delivery {
    /// It took it, as its own event says.
    Accepted {
        /// When, in UTC.
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
    },
    /// The recipient's server took it.
    Delivered {
        /// When, in UTC.
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
    },
    /// The recipient's server refused it.
    Bounced {
        /// When, in UTC.
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
        /// Whether every other email to the address would bounce as well.
        permanent: bool,
        /// What was said.
        reason: String,
    },
    /// The recipient called it unwanted.
    Complained {
        /// When, in UTC.
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
    },
}

impl Delivery {
    /// How much it says: a later word replaces an earlier one only where it says at least as much, since reports come in
    /// any order.
    pub const fn weight(&self) -> u8 {
        match self {
            Self::Accepted { .. } => 0,
            Self::Delivered { .. } => 1,
            Self::Bounced { .. } => 2,
            Self::Complained { .. } => 3,
        }
    }

    /// Whether nothing more may be sent to the address.
    pub const fn ends_the_address(&self) -> bool {
        matches!(self, Self::Bounced { permanent: true, .. } | Self::Complained { .. })
    }
}
