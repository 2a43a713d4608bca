//! The API operations on invitations.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use regrant::domain::id::InvitationId;
use regrant::domain::invitation::{Invitation, InvitationState};
use regrant::ledger::PageRequest;
use regrant::usecases::consent::invite::{InviteError, invite, revoke_invitation as revoke};
use regrant::web::api_errors::ApiErrors;
use regrant::web::app_path::AppPath;
use regrant::web::authorization::AuthorizedApp;
use regrant::web::json::Json;
use regrant::web::problem::{Problem, ProblemView};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Maximum number of invitations in a list. An app rarely has more than a few.
const LIST_LIMIT: u32 = 100;

/// An invitation: a link with which a Microsoft Global Administrator consents for one app.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InvitationInfo {
    /// The invitation's id, which its page and the email show too.
    id: String,
    /// When it was created, in UTC.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it expires, in UTC.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Whether the link can still be used.
    state: InvitationState,
    /// The link. Present only in the response that creates the invitation. Anyone who has the link can start the consent,
    /// so send it only to the administrator.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

/// An app's invitations.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Invitations {
    /// The latest 100 invitations, newest first.
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

/// Creates an invitation for an app.
///
/// Revokes the app's earlier open invitations, so that one link is valid at a time. Sends no email.
#[utoipa::path(
    post,
    path = "/v1/apps/{org}/{app}/invitations",
    params(AppPath),
    responses(
        (status = 201, description = "The new invitation, with its link.", body = InvitationInfo),
        (
            status = 409,
            description = "The app needs no consent, cannot be consented to by link, or another request is creating an \
                invitation for it; `detail` says which.",
            body = ProblemView,
            content_type = "application/problem+json",
        ),
        ApiErrors,
    )
)]
pub(crate) async fn create_invitation(AuthorizedApp { ports, app, .. }: AuthorizedApp) -> Result<Response, Problem> {
    let invited = invite(&ports, &app.identity.org, &app.identity.app).await.map_err(|error| problem(&error))?;
    let created = info(&invited.invitation, ports.clock.now(), Some(invited.link.to_string()));
    Ok((StatusCode::CREATED, Json(created)).into_response())
}

/// Lists an app's invitations, newest first.
#[utoipa::path(
    get,
    path = "/v1/apps/{org}/{app}/invitations",
    params(AppPath),
    responses((status = 200, description = "The invitations, without their links.", body = Invitations), ApiErrors)
)]
pub(crate) async fn list_invitations(
    AuthorizedApp { ports, app, .. }: AuthorizedApp,
) -> Result<Json<Invitations>, Problem> {
    let found = ports.ledger.invitations(&app.identity.org, &app.identity.app, PageRequest::first(LIST_LIMIT)).await?;
    let now = ports.clock.now();
    Ok(Json(Invitations { invitations: found.items.iter().map(|invitation| info(invitation, now, None)).collect() }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct InvitationPath {
    /// The invitation's id.
    invitation: String,
}

/// What revoking an invitation did.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Revocation {
    /// Whether the invitation was still open.
    was_open: bool,
    /// How many sessions that began with its link were ended.
    sessions_ended: usize,
}

/// Revokes an invitation.
///
/// Its link can no longer start a consent, and the sessions that began with it end. Revoking an invitation that is already revoked, used or expired succeeds and
/// changes nothing.
#[utoipa::path(
    delete,
    path = "/v1/apps/{org}/{app}/invitations/{invitation}",
    params(AppPath, InvitationPath),
    responses((status = 200, description = "The invitation is closed.", body = Revocation), ApiErrors)
)]
pub(crate) async fn revoke_invitation(
    AuthorizedApp { ports, app, .. }: AuthorizedApp,
    Path(InvitationPath { invitation }): Path<InvitationPath>,
) -> Result<Json<Revocation>, Problem> {
    let missing = || Problem::not_found("No such invitation of this app.");
    let id: InvitationId = invitation.parse().map_err(|_| missing())?;
    let found = ports.ledger.invitation(&id).await?;
    found.filter(|found| found.org == app.identity.org && found.app == app.identity.app).ok_or_else(missing)?;
    let revoked = revoke(&ports, &id).await.map_err(|error| problem(&error))?;
    Ok(Json(Revocation { was_open: revoked.was_open, sessions_ended: revoked.sessions_ended }))
}

fn problem(error: &InviteError) -> Problem {
    match error {
        InviteError::NoSuchApp { .. } | InviteError::NoSuchOrg(_) => AppPath::not_found(),
        InviteError::NoSuchInvitation => Problem::not_found(error.to_string()),
        InviteError::NothingToConsentTo { .. }
        | InviteError::NoTenant
        | InviteError::NoRegistration { .. }
        | InviteError::TenantOfAnotherOrg { .. }
        | InviteError::TenantChanged { .. }
        | InviteError::NoPublicUrl
        | InviteError::Busy => Problem::new(StatusCode::CONFLICT, error.to_string()),
        InviteError::Ledger(_)
        | InviteError::Session(_)
        | InviteError::Registration(_)
        | InviteError::Keys(_)
        | InviteError::Signing(_) => Problem::internal(error),
    }
}
