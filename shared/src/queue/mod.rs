//! The queue port: work handed from one invocation to the next, delivered at least once.
//!
//! Each queue carries one kind of message, so a worker never receives work of another function. Ordering and exactly-once
//! delivery are not promised; workers are idempotent.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::domain::actor::Actor;
use crate::domain::id::{AppId, NotificationId, OrgId, RequestId, ScanId, SessionId};
use crate::domain::save::ConfirmedBy;

/// What a queue carries.
pub trait Message: Debug + Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// What the message is about: an org or a request. Many messages of one group do not delay those of the others.
    fn group(&self) -> &str;
}

/// Scan every Office 365 app of one org. One message per org, so that orgs scale out and fail independently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScanOrg {
    /// The scan it belongs to.
    pub scan: ScanId,
    /// The org to scan.
    pub org: OrgId,
}

/// Save one app's provisioning connection once its consent has been given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SaveApp {
    /// The app's org.
    pub org: OrgId,
    /// The app.
    pub app: AppId,
    /// The browser session it belongs to; `None` if an operator asked for the save.
    pub session: Option<SessionId>,
    /// Who requested the save.
    pub confirmed_by: ConfirmedBy,
    /// The person who requested the save; `None` if its session says who, or if no person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Actor>,
    /// When it was queued for the session. A session has one message: the one of the time that the session records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queued_at: Option<Timestamp>,
}

/// Work of the notify function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "work", rename_all = "kebab-case", deny_unknown_fields)]
pub enum NotificationWork {
    /// Decide which notifications are due for an org, or for one of its apps.
    Plan {
        /// The org.
        org: OrgId,
        /// The app, if only one was scanned or changed.
        app: Option<AppId>,
    },
    /// Send one notification to its recipient.
    Send {
        /// The request that the notification belongs to.
        request: RequestId,
        /// The notification.
        notification: NotificationId,
    },
}

impl SaveApp {
    /// A save that an operator requests.
    pub const fn by_operator(org: OrgId, app: AppId) -> Self {
        Self { org, app, session: None, confirmed_by: ConfirmedBy::Operator, by: None, queued_at: None }
    }

    /// A save that continues an earlier one.
    pub const fn continued(org: OrgId, app: AppId, session: Option<SessionId>) -> Self {
        Self { org, app, session, confirmed_by: ConfirmedBy::NoOne, by: None, queued_at: None }
    }
}

impl Message for ScanOrg {
    fn group(&self) -> &str {
        self.org.as_str()
    }
}

impl Message for SaveApp {
    fn group(&self) -> &str {
        self.org.as_str()
    }
}

impl Message for NotificationWork {
    fn group(&self) -> &str {
        match self {
            Self::Plan { org, .. } => org.as_str(),
            Self::Send { request, .. } => request.as_str(),
        }
    }
}

/// A message that was received and not yet deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery<M> {
    /// The message.
    pub message: M,
    /// What [`Queue::delete`] and [`Queue::release`] take.
    pub receipt: String,
    /// How often the message has been received, including this time.
    pub receive_count: u32,
}

/// What happens to a message after a worker has handled it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// The work is done or no longer needed: delete the message.
    Done,
    /// Deliver the message again.
    Retry {
        /// After this delay.
        after: Duration,
    },
}

/// Why a queue operation failed.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// The receipt does not belong to a message in flight, or no longer does.
    #[error(
        "no in-flight message has this receipt: its visibility timeout has passed, and another worker may have the message"
    )]
    StaleReceipt,
    /// The service rejected the call.
    #[error("the queue could not {action}: {reason}")]
    Service {
        /// What was tried.
        action: &'static str,
        /// The service's reason.
        reason: String,
    },
}

/// A queue with the semantics of Amazon SQS standard queues.
#[async_trait]
pub trait Queue<M: Message>: Send + Sync {
    /// Adds messages.
    async fn send(&self, messages: &[M]) -> Result<(), QueueError>;
    /// Receives up to `max` (1 to 10) messages and hides them from other workers for `visibility`.
    async fn receive(&self, max: u32, visibility: Duration) -> Result<Vec<Delivery<M>>, QueueError>;
    /// Deletes a message whose work is done.
    async fn delete(&self, receipt: &str) -> Result<(), QueueError>;
    /// Returns a message to the queue; it becomes visible again after `delay`.
    async fn release(&self, receipt: &str, delay: Duration) -> Result<(), QueueError>;
}

/// The three queues of an installation.
#[derive(Clone)]
pub struct Queues {
    /// Orgs to scan: worked on by discovery.
    pub scans: Arc<dyn Queue<ScanOrg>>,
    /// Connections to save: worked on by save.
    pub saves: Arc<dyn Queue<SaveApp>>,
    /// Notifications to plan and send: worked on by notify.
    pub notifications: Arc<dyn Queue<NotificationWork>>,
}
