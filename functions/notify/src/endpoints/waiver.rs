//! `PUT` and `DELETE /v1/apps/{org}/{app}/waiver`

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use regrant::domain::waiver::Waiver;
use regrant::usecases::Ports;
use regrant::usecases::notify::waive::{WaiveError, end_waiver, waive as give};
use regrant::web::json::Json;
use regrant::web::problem::{Problem, ProblemView};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{ids, nobody};

/// Why an app is left as it is, and until when.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WaiverRequest {
    /// Why: what an email will say when it ends.
    reason: String,
    /// When it ends, in UTC.
    #[schema(value_type = String, format = DateTime)]
    ends_at: Timestamp,
}

/// Leaves an app as it is until a day: nobody is written to about it until then, and its operators when the day has come.
#[utoipa::path(
    put,
    path = "/v1/apps/{org}/{app}/waiver",
    params(("org" = String, Path, description = "The org's id."), ("app" = String, Path, description = "The app's id.")),
    request_body = WaiverRequest,
    responses(
        (status = 200, description = "The waiver.", body = Waiver),
        (status = 400, description = "There is no reason, or no day that can be one.", body = ProblemView, content_type = "application/problem+json"),
        (status = 404, description = "There is no such app.", body = ProblemView, content_type = "application/problem+json"),
        (status = 500, description = "The ledger does not serve.", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn waive(
    State(ports): State<Ports>,
    Path((org, app)): Path<(String, String)>,
    body: Bytes,
) -> Result<Json<Waiver>, Problem> {
    let (org, app) = ids(org, app)?;
    let asked: WaiverRequest = serde_json::from_slice(&body).map_err(|_| {
        Problem::bad_request("The body is JSON of the form {\"reason\": \"…\", \"ends_at\": \"2026-06-30T00:00:00Z\"}.")
    })?;
    Ok(Json(give(&ports, &org, &app, &asked.reason, asked.ends_at).await.map_err(|error| problem(&error))?))
}

/// Ends a waiver.
#[utoipa::path(
    delete,
    path = "/v1/apps/{org}/{app}/waiver",
    params(("org" = String, Path, description = "The org's id."), ("app" = String, Path, description = "The app's id.")),
    responses(
        (status = 204, description = "There is none any more."),
        (status = 404, description = "There is no such app.", body = ProblemView, content_type = "application/problem+json"),
        (status = 500, description = "The ledger does not serve.", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn end(
    State(ports): State<Ports>,
    Path((org, app)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let (org, app) = ids(org, app)?;
    end_waiver(&ports, &org, &app).await.map_err(|error| problem(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

fn problem(error: &WaiveError) -> Problem {
    match error {
        WaiveError::NoSuchApp => nobody(),
        WaiveError::NoReason | WaiveError::NoEnd | WaiveError::TooLong => Problem::bad_request(error.to_string()),
        WaiveError::Ledger(error) => Problem::internal(error),
    }
}
