//! `POST /v1/scans`

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use regrant::domain::id::OrgId;
use regrant::domain::scan::Scan;
use regrant::usecases::scan::start::{Selection, StartScanError, start_scan};
use regrant::web::json::Json;
use regrant::web::problem::{Problem, ProblemView};
use serde::Deserialize;
use utoipa::ToSchema;

use super::ledger_problem;
use crate::App;

/// What to look at.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// The ids of the orgs to look at; every org where absent.
    orgs: Option<Vec<OrgId>>,
}

/// Starts a scan.
#[utoipa::path(
    post,
    path = "/v1/scans",
    request_body(content = Option<Wanted>, description = "Which orgs; every org where there is no body."),
    responses(
        (status = 202, description = "The scan has started; Location says where to follow it.", body = Scan),
        (status = 400, description = "The body is not understood.", body = ProblemView, content_type = "application/problem+json"),
        (status = 404, description = "One of the orgs is not known.", body = ProblemView, content_type = "application/problem+json"),
        (status = 500, description = "Ledger or queue do not serve.", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn start(State(app): State<App>, body: Bytes) -> Result<Response, Problem> {
    let selection = selection(&body)?;
    let scan = start_scan(&app.ports, &selection).await.map_err(|error| match &error {
        StartScanError::NoSuchOrg(_) | StartScanError::NoSuchScan(_) => Problem::not_found(error.to_string()),
        StartScanError::Ledger(error) => ledger_problem(error),
        StartScanError::Queue(error) => Problem::internal(error),
    })?;
    let place = format!("/v1/scans/{}", scan.id);
    Ok((StatusCode::ACCEPTED, [(LOCATION, place)], Json(scan)).into_response())
}

fn selection(body: &[u8]) -> Result<Selection, Problem> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Selection::All);
    }
    let wanted: Wanted = serde_json::from_slice(body).map_err(|_| {
        Problem::bad_request("The body is JSON of the form {\"orgs\": [\"00o…\"]}, or empty for every org.")
    })?;
    Ok(wanted.orgs.map_or(Selection::All, Selection::Orgs))
}
