//! `POST /v1/apps/{org}/{app}/save`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use regrant::domain::id::{AppId, OrgId};
use regrant::domain::save::ConfirmedBy;
use regrant::queue::SaveApp;
use regrant::usecases::Ports;
use regrant::web::problem::{Problem, ProblemView};

/// Saves an app's connection: what the console's Save button does, with proof. The app's timeline tells how it went.
#[utoipa::path(
    post,
    path = "/v1/apps/{org}/{app}/save",
    params(("org" = String, Path, description = "The org's id."), ("app" = String, Path, description = "The app's id.")),
    responses(
        (status = 202, description = "The save is on its way; Location says where to follow it."),
        (status = 404, description = "There is no such app.", body = ProblemView, content_type = "application/problem+json"),
        (status = 500, description = "Ledger or queue do not serve.", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn save_app(
    State(ports): State<Ports>,
    Path((org, app)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let nobody = || Problem::not_found("There is no such app; GET /v1/apps lists those there are.");
    let (Ok(org), Ok(app)) = (OrgId::try_from(org), AppId::try_from(app)) else { return Err(nobody()) };
    let known = ports.ledger.app(&org, &app).await.map_err(|error| Problem::internal(&error))?;
    known.ok_or_else(nobody)?;
    let place = format!("/v1/apps/{org}/{app}");
    let message = SaveApp { org, app, session: None, confirmed_by: ConfirmedBy::Operator };
    ports.queues.saves.send(&[message]).await.map_err(|error| Problem::internal(&error))?;
    Ok((StatusCode::ACCEPTED, [(LOCATION, place)]).into_response())
}
