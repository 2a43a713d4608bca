//! Notifications as queued work: plan what is due, or send one notification.

use std::time::Duration;

use crate::queue::{Disposition, NotificationWork};
use crate::usecases::Ports;

use super::plan::plan_notifications;
use super::send::send;

/// How long to wait before work is retried that failed before it could start.
const RETRY_DELAY: Duration = Duration::from_mins(1);

/// Does the work of one message. Never fails: an error is logged and the message retried.
pub async fn send_or_plan(ports: &Ports, message: &NotificationWork) -> Disposition {
    let done = match message {
        NotificationWork::Plan { org, app } => plan_notifications(ports, org, app.as_ref()).await.map(|planned| {
            tracing::info!(%org, planned, "planned notifications");
            Disposition::Done
        }),
        NotificationWork::Send { request, notification } => send(ports, request, notification).await,
    };
    done.unwrap_or_else(|error| {
        tracing::error!(%error, "notification work failed and will be retried");
        Disposition::Retry { after: RETRY_DELAY }
    })
}
