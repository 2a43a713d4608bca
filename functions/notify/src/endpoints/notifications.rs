//! `GET /v1/orgs/{org}/notifications`

use axum::extract::{Path, State};
use jiff::Timestamp;
use regrant::domain::id::OrgId;
use regrant::domain::notification::{Delivery, Notification, NotificationState, Recipient, WhyDropped};
use regrant::ledger::PageRequest;
use regrant::usecases::Ports;
use regrant::web::json::Json;
use regrant::web::problem::{Problem, ProblemView};
use serde::Serialize;
use utoipa::ToSchema;

/// How many notifications a list shows.
const SHOWN: u32 = 200;

/// A notification.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NotificationInfo {
    /// Its key.
    id: String,
    /// The request that the email names.
    request: String,
    /// The app, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    app: Option<String>,
    /// Its kind.
    kind: String,
    /// The address or the hook.
    recipient: String,
    /// When it may be sent, in UTC.
    #[schema(value_type = String, format = DateTime)]
    due_at: Timestamp,
    /// `open`, `sending`, `waiting`, `sent`, `refused` or `dropped`.
    state: String,
    /// Why it was not sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<WhyDropped>,
    /// What the transport reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery: Option<Delivery>,
}

/// An org's notifications.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Notifications {
    /// The last due first.
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

/// Who was told what about an org and its apps: the last 200.
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/notifications",
    params(("org" = String, Path, description = "The org's id.")),
    responses(
        (status = 200, description = "The notifications.", body = Notifications),
        (status = 404, description = "There is no such org.", body = ProblemView, content_type = "application/problem+json"),
        (status = 500, description = "The ledger does not serve.", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn of_org(
    State(ports): State<Ports>,
    Path(org): Path<String>,
) -> Result<Json<Notifications>, Problem> {
    let missing = || Problem::not_found("There is no such org.");
    let org = OrgId::try_from(org).map_err(|_| missing())?;
    ports.ledger.org(&org).await.map_err(|error| Problem::internal(&error))?.ok_or_else(missing)?;
    let page = ports.ledger.notifications(&org, PageRequest::first(SHOWN)).await;
    let page = page.map_err(|error| Problem::internal(&error))?;
    Ok(Json(Notifications { notifications: page.items.into_iter().map(NotificationInfo::from).collect() }))
}
