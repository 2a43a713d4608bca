//! The API operation that lists an org's notifications.

use jiff::Timestamp;
use regrant::domain::notification::{Delivery, Notification, NotificationState, Recipient, WhyDropped};
use regrant::ledger::PageRequest;
use regrant::web::api_errors::ApiErrors;
use regrant::web::authorization::{AuthorizedOrg, OrgPath};
use regrant::web::json::Json;
use regrant::web::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;

/// Maximum number of notifications in a list.
const LIST_LIMIT: u32 = 200;

/// An email or a webhook call to one recipient.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NotificationInfo {
    /// The notification's id.
    id: String,
    /// The request (`RG-…`) that it is about.
    request: String,
    /// The app's id. Absent if the notification is about the org as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    app: Option<String>,
    /// The kind: `invitation`, `urgent`, `reminder`, `handed-to-operator`, `done`, `digest`, `access-problem`,
    /// `waiver-expired`, `secret-ending`, `standing-changed`, `request-opened`, `request-changed` or `request-ended`.
    kind: String,
    /// The email address, or `hook` and the webhook's name.
    recipient: String,
    /// The earliest time to send it, in UTC.
    #[schema(value_type = String, format = DateTime)]
    due_at: Timestamp,
    /// `open` (due, but not sent yet), `sending`, `waiting` (failed, and will be retried), `sent`, `refused` (rejected
    /// permanently) or `dropped` (no longer needed).
    state: String,
    /// Why it was not sent. Present if `state` is `refused` or `dropped`.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<WhyDropped>,
    /// The latest delivery report from the mail service.
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery: Option<Delivery>,
}

/// An org's notifications.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Notifications {
    /// The latest 200 notifications, by `due_at`, latest first.
    notifications: Vec<NotificationInfo>,
}

impl From<Notification> for NotificationInfo {
    fn from(notification: Notification) -> Self {
        let (state, why) = match &notification.state {
            NotificationState::Open => ("open", None),
            NotificationState::Sending { .. } => ("sending", None),
            NotificationState::Waiting { .. } => ("waiting", None),
            NotificationState::Sent { .. } => ("sent", None),
            NotificationState::Refused { .. } => ("refused", Some(WhyDropped::Refused)),
            NotificationState::Dropped { why, .. } => ("dropped", Some(*why)),
        };
        Self {
            id: notification.id.to_string(),
            request: notification.request.to_string(),
            app: notification.app.as_ref().map(ToString::to_string),
            kind: notification.about.name().to_owned(),
            recipient: match &notification.recipient {
                Recipient::Mail { address, .. } => address.to_string(),
                Recipient::Hook { name } => format!("hook {name}"),
            },
            due_at: notification.due_at,
            state: state.to_owned(),
            why,
            delivery: notification.delivery,
        }
    }
}

/// Lists the notifications about an org and its apps.
///
/// Includes notifications that are not sent yet.
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/notifications",
    params(OrgPath),
    responses((status = 200, description = "The notifications.", body = Notifications), ApiErrors)
)]
pub(crate) async fn list_notifications(
    AuthorizedOrg { ports, org, .. }: AuthorizedOrg,
) -> Result<Json<Notifications>, Problem> {
    let page = ports.ledger.notifications(&org.id, PageRequest::first(LIST_LIMIT)).await?;
    Ok(Json(Notifications { notifications: page.items.into_iter().map(NotificationInfo::from).collect() }))
}
