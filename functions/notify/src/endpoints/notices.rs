//! `GET /v1/orgs/{org}/notices`

use axum::extract::{Path, State};
use jiff::Timestamp;
use regrant::domain::id::OrgId;
use regrant::domain::notice::{Delivery, Notice, NoticeState, Recipient, WhyDropped};
use regrant::ledger::PageRequest;
use regrant::usecases::Ports;
use regrant::web::json::Json;
use regrant::web::problem::{Problem, ProblemView};
use serde::Serialize;
use utoipa::ToSchema;

/// How many notices a list shows.
const SHOWN: u32 = 200;

/// A notice.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoticeInfo {
    /// Its key.
    id: String,
    /// The request that the letter names.
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
    /// What the carrier reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery: Option<Delivery>,
}

/// An org's notices.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Notices {
    /// The last due first.
    notices: Vec<NoticeInfo>,
}

impl From<Notice> for NoticeInfo {
    fn from(notice: Notice) -> Self {
        let (state, why) = match &notice.state {
            NoticeState::Open => ("open", None),
            NoticeState::Sending { .. } => ("sending", None),
            NoticeState::Waiting { .. } => ("waiting", None),
            NoticeState::Sent { .. } => ("sent", None),
            NoticeState::Refused { .. } => ("refused", Some(WhyDropped::Refused)),
            NoticeState::Dropped { why, .. } => ("dropped", Some(*why)),
        };
        Self {
            id: notice.id.to_string(),
            request: notice.request.to_string(),
            app: notice.app.as_ref().map(ToString::to_string),
            kind: notice.about.name().to_owned(),
            recipient: match &notice.recipient {
                Recipient::Mail { address, .. } => address.to_string(),
                Recipient::Hook { name } => format!("hook {name}"),
            },
            due_at: notice.due_at,
            state: state.to_owned(),
            why,
            delivery: notice.delivery,
        }
    }
}

/// Who was told what about an org and its apps: the last 200.
#[utoipa::path(
    get,
    path = "/v1/orgs/{org}/notices",
    params(("org" = String, Path, description = "The org's id.")),
    responses(
        (status = 200, description = "The notices.", body = Notices),
        (status = 404, description = "There is no such org.", body = ProblemView, content_type = "application/problem+json"),
        (status = 500, description = "The ledger does not serve.", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn of_org(State(ports): State<Ports>, Path(org): Path<String>) -> Result<Json<Notices>, Problem> {
    let missing = || Problem::not_found("There is no such org.");
    let org = OrgId::try_from(org).map_err(|_| missing())?;
    ports.ledger.org(&org).await.map_err(|error| Problem::internal(&error))?.ok_or_else(missing)?;
    let page = ports.ledger.notices(&org, PageRequest::first(SHOWN)).await;
    let page = page.map_err(|error| Problem::internal(&error))?;
    Ok(Json(Notices { notices: page.items.into_iter().map(NoticeInfo::from).collect() }))
}
