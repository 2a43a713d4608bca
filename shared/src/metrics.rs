//! The counters, with the names that alarms and the dashboard use.
//!
//! Use cases count through the `metrics` facade; each program installs its own recorder. Without one, counting does nothing.

/// A counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
pub enum Metric {
    /// A scan of every org was started.
    ScansStarted,
    /// A scan checked an org.
    OrgsSeen,
    /// A scan could not check an org, and will not retry.
    OrgsNotSeen,
    /// A save ended with the connection enabled.
    SavesDone,
    /// A save ended without enabling the connection.
    SavesFailed,
    /// A save left a connection disabled that was enabled before.
    ConnectionsLeftOff,
    /// Microsoft's response to a sign-in reached a browser that did not begin it.
    CallbacksInOtherBrowsers,
    /// A token for Microsoft Graph was refreshed.
    GraphRefreshes,
    /// A token for Microsoft Graph could not be refreshed.
    GraphRefreshesFailed,
    /// A notification was sent.
    NotificationsSent,
    /// A notification could not be sent for now, and is retried.
    NotificationsDelayed,
    /// A notification was rejected permanently.
    NotificationsRefused,
    /// A notification was dropped before it was sent, as it no longer applied.
    NotificationsDropped,
    /// An email bounced, or its recipient complained.
    EmailsFailed,
}

impl Metric {
    /// The metric's name.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Increments a counter by one.
pub fn count(metric: Metric) {
    metrics::counter!(metric.name()).increment(1);
}
