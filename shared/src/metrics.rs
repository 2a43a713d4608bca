//! What is counted, by the names that alarms and the dashboard go by.
//!
//! Use cases count; who gathers it is the program's to say. Where nobody does, counting costs nothing.

/// Something that is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// A scan of every org was started.
    ScansStarted,
    /// A scan looked at an org.
    OrgsSeen,
    /// A scan could not look at an org, and will not try again.
    OrgsNotSeen,
    /// A save ended with the connection on.
    SavesDone,
    /// A save ended otherwise.
    SavesFailed,
    /// A connection that was on was left off.
    ConnectionsLeftOff,
    /// A token for Microsoft Graph was refreshed.
    GraphRefreshes,
    /// A token for Microsoft Graph could not be refreshed.
    GraphRefreshesFailed,
    /// Somebody was told something.
    NotificationsSent,
    /// A transport could not take something now.
    NotificationsDelayed,
    /// A transport refused something for good.
    NotificationsRefused,
    /// Something was over before it was told.
    NotificationsDropped,
    /// An email bounced, or its reader complained.
    EmailsFailed,
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::ScansStarted,
        Self::OrgsSeen,
        Self::OrgsNotSeen,
        Self::SavesDone,
        Self::SavesFailed,
        Self::ConnectionsLeftOff,
        Self::GraphRefreshes,
        Self::GraphRefreshesFailed,
        Self::NotificationsSent,
        Self::NotificationsDelayed,
        Self::NotificationsRefused,
        Self::NotificationsDropped,
        Self::EmailsFailed,
    ];

    /// The metric's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ScansStarted => "ScansStarted",
            Self::OrgsSeen => "OrgsSeen",
            Self::OrgsNotSeen => "OrgsNotSeen",
            Self::SavesDone => "SavesDone",
            Self::SavesFailed => "SavesFailed",
            Self::ConnectionsLeftOff => "ConnectionsLeftOff",
            Self::GraphRefreshes => "GraphRefreshes",
            Self::GraphRefreshesFailed => "GraphRefreshesFailed",
            Self::NotificationsSent => "NotificationsSent",
            Self::NotificationsDelayed => "NotificationsDelayed",
            Self::NotificationsRefused => "NotificationsRefused",
            Self::NotificationsDropped => "NotificationsDropped",
            Self::EmailsFailed => "EmailsFailed",
        }
    }
}

/// Counts one.
pub fn count(what: Metric) {
    metrics::counter!(what.name()).increment(1);
}
