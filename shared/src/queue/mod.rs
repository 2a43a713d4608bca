//! The queue: work handed from one invocation to the next, delivered at least once.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::domain::id::{AppId, NotificationId, OrgId, RequestId, ScanId, SessionId};
use crate::domain::save::ConfirmedBy;

/// Work to be done. One message an org, so that orgs scale out and fail apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "work", rename_all = "kebab-case")]
pub enum Message {
    /// Look at every Office 365 app of one org.
    ScanOrg {
        /// For this scan.
        scan: ScanId,
        /// This org.
        org: OrgId,
    },
    /// Save one app's connection, once its consent has landed.
    SaveApp {
        /// The app's org.
        org: OrgId,
        /// The app.
        app: AppId,
        /// The browser session it belongs to; `None` where an operator asked.
        session: Option<SessionId>,
        /// Who says that the consent was given.
        confirmed_by: ConfirmedBy,
    },
    /// Find out who has to be told something about an org, or about one app of it.
    PlanNotifications {
        /// The org.
        org: OrgId,
        /// The app, where only one was looked at or changed.
        app: Option<AppId>,
    },
    /// Tell one recipient one thing.
    SendNotification {
        /// The request the notification belongs to.
        request: RequestId,
        /// The notification.
        notification: NotificationId,
    },
}

/// A message that was received and not yet deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The work.
    pub message: Message,
    /// What [`Queue::delete`] and [`Queue::release`] take.
    pub receipt: String,
    /// How often it has been received, this time included.
    pub receive_count: u32,
}

/// What becomes of a message once somebody has worked on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The work is done, or nobody waits for it any more.
    Done,
    /// It comes again.
    Again {
        /// After this long.
        after: Duration,
    },
}

/// Why the queue could not serve.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// The receipt is not, or no longer, of a message in flight.
    #[error(
        "this receipt is of no message in flight: its visibility timeout has passed, and another worker may have it"
    )]
    StaleReceipt,
    /// The service refused.
    #[error("the queue could not {action}: {reason}")]
    Service {
        /// What was tried.
        action: &'static str,
        /// What the service said.
        reason: String,
    },
}

/// Work handed on, as Amazon SQS does it.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Adds messages.
    async fn send(&self, messages: &[Message]) -> Result<(), QueueError>;
    /// Takes up to `max` (1 to 10) messages and hides them from others for `visibility`.
    async fn receive(&self, max: u32, visibility: Duration) -> Result<Vec<Delivery>, QueueError>;
    /// The work is done; the message goes.
    async fn delete(&self, receipt: &str) -> Result<(), QueueError>;
    /// The work is not done; the message is seen again after `delay`.
    async fn release(&self, receipt: &str, delay: Duration) -> Result<(), QueueError>;
}
