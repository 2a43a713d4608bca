//! `POST` and `GET /v1/apps/{org}/{app}/invitations`, and `DELETE` of one

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use regrant::domain::id::{AppId, OrgId};
use regrant::domain::invitation::{Invitation, InvitationState};
use regrant::ledger::{LedgerError, PageRequest};
use regrant::usecases::Ports;
use regrant::usecases::consent::invite::{InviteError, invite, revoke_invitation};
use regrant::web::json::Json;
use regrant::web::problem::{Problem, ProblemView};
use serde::Serialize;
use utoipa::ToSchema;

/// How many invitations a list shows; nobody makes more for one app.
const SHOWN: u32 = 100;

/// An invitation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InvitationInfo {
    /// Its key, which the page and the email name too.
    id: String,
    /// When it was made, in UTC.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it ends, in UTC.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// What it is good for now.
    state: InvitationState,
    /// Where it leads; told once, when it is made. Whoever has it can begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

/// An app's invitations.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Invitations {
    /// Newest first.
    invitations: Vec<InvitationInfo>,
}

fn info(invitation: &Invitation, now: Timestamp, link: Option<String>) -> InvitationInfo {
    InvitationInfo {
        id: invitation.id.to_string(),
        created_at: invitation.created_at,
        expires_at: invitation.expires_at,
        state: invitation.state(now),
        link,
    }
}

/// Makes an invitation for an app. Older open ones are taken back.
#[utoipa::path(
    post,
    path = "/v1/apps/{org}/{app}/invitations",
    params(("org" = String, Path, description = "The org's id."), ("app" = String, Path, description = "The app's id.")),
    responses(
        (status = 201, description = "The invitation, with its link.", body = InvitationInfo),
        (status = 404, description = "There is no such app.", body = ProblemView, content_type = "application/problem+json"),
        (status = 409, description = "Nobody can consent for the app as it stands.", body = ProblemView, content_type = "application/problem+json"),
        (status = 500, description = "Ledger or vault do not serve.", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn make(
    State(ports): State<Ports>,
    Path((org, app)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (org, app) = ids(org, app)?;
    let invited = invite(&ports, &org, &app).await.map_err(|error| problem(&error))?;
    let made = info(&invited.invitation, ports.clock.now(), Some(invited.link.to_string()));
    Ok((StatusCode::CREATED, Json(made)).into_response())
}

/// Lists an app's invitations, newest first.
#[utoipa::path(
    get,
    path = "/v1/apps/{org}/{app}/invitations",
    params(("org" = String, Path, description = "The org's id."), ("app" = String, Path, description = "The app's id.")),
    responses(
        (status = 200, description = "The invitations, without their links.", body = Invitations),
        (status = 404, description = "There is no such app.", body = ProblemView, content_type = "application/problem+json"),
        (status = 500, description = "The ledger does not serve.", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(ports): State<Ports>,
    Path((org, app)): Path<(String, String)>,
) -> Result<Json<Invitations>, Problem> {
    let (org, app) = ids(org, app)?;
    let internal = |error: LedgerError| Problem::internal(&error);
    ports.ledger.app(&org, &app).await.map_err(internal)?.ok_or_else(nobody)?;
    let found = ports.ledger.invitations(&org, &app, PageRequest::first(SHOWN)).await.map_err(internal)?;
    let now = ports.clock.now();
    Ok(Json(Invitations { invitations: found.items.iter().map(|invitation| info(invitation, now, None)).collect() }))
}

/// Takes an invitation back: its link starts nothing any more.
#[utoipa::path(
    delete,
    path = "/v1/apps/{org}/{app}/invitations/{invitation}",
    params(
        ("org" = String, Path, description = "The org's id."),
        ("app" = String, Path, description = "The app's id."),
        ("invitation" = String, Path, description = "The invitation's id."),
    ),
    responses(
        (status = 204, description = "It is closed, now or before."),
        (status = 404, description = "There is no such invitation of that app.", body = ProblemView, content_type = "application/problem+json"),
        (status = 500, description = "The ledger does not serve.", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn take_back(
    State(ports): State<Ports>,
    Path((org, app, id)): Path<(String, String, String)>,
) -> Result<StatusCode, Problem> {
    let (org, app) = ids(org, app)?;
    let missing = || Problem::not_found("There is no such invitation of this app.");
    let id = id.parse().map_err(|_| missing())?;
    let found = ports.ledger.invitation(&id).await.map_err(|error| Problem::internal(&error))?;
    found.filter(|found| found.org == org && found.app == app).ok_or_else(missing)?;
    revoke_invitation(&ports, &id).await.map_err(|error| problem(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

fn nobody() -> Problem {
    Problem::not_found("There is no such app; GET /v1/apps lists those there are.")
}

fn ids(org: String, app: String) -> Result<(OrgId, AppId), Problem> {
    match (org.try_into(), app.try_into()) {
        (Ok(org), Ok(app)) => Ok((org, app)),
        _ => Err(nobody()),
    }
}

fn problem(error: &InviteError) -> Problem {
    match error {
        InviteError::NoSuchApp { .. } => nobody(),
        InviteError::NoSuchInvitation => Problem::not_found(error.to_string()),
        InviteError::NothingToConsentTo { .. }
        | InviteError::NoTenant
        | InviteError::NoPublicUrl
        | InviteError::Busy => Problem::new(StatusCode::CONFLICT, error.to_string()),
        InviteError::Ledger(error) => Problem::internal(error),
        InviteError::Keys(error) => Problem::internal(error),
        InviteError::Signing(error) => Problem::internal(error),
    }
}
