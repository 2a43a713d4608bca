//! The API operations that start and show scans.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use regrant::domain::id::{OrgId, ScanId};
use regrant::domain::scan::Scan;
use regrant::usecases::Ports;
use regrant::usecases::scan::start::{Selection, StartScanError, start_scan as queue_scan};
use regrant::web::api_errors::ApiErrors;
use regrant::web::json::Json;
use regrant::web::problem::Problem;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// Which orgs to scan.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScanRequest {
    /// The ids of the orgs to scan. Absent or null: every org.
    #[schema(example = json!(["00o1a2b3c4D5e6F7g8h9"]))]
    orgs: Option<Vec<OrgId>>,
}

/// Starts a scan.
///
/// The scan runs in the background. It only reads from Okta and Microsoft.
#[utoipa::path(
    post,
    path = "/v1/scans",
    request_body(content = Option<ScanRequest>, description = "Which orgs to scan. Without a body: every org."),
    responses(
        (
            status = 202,
            description = "The scan has started.",
            body = Scan,
            headers(("location" = String, description = "The scan's path, which shows its progress.")),
        ),
        ApiErrors,
    )
)]
pub(crate) async fn start_scan(State(ports): State<Ports>, body: Bytes) -> Result<impl IntoResponse, Problem> {
    let scan = queue_scan(&ports, &selection(&body)?).await.map_err(|error| match error {
        StartScanError::NoSuchOrg(_) | StartScanError::NoSuchScan(_) => Problem::not_found(error.to_string()),
        StartScanError::Ledger(error) => error.into(),
        StartScanError::Queue(error) => error.into(),
    })?;
    let location = format!("/v1/scans/{}", scan.id);
    Ok((StatusCode::ACCEPTED, [(LOCATION, location)], Json(scan)))
}

fn selection(body: &[u8]) -> Result<Selection, Problem> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Selection::All);
    }
    let request: ScanRequest = serde_json::from_slice(body).map_err(|_| {
        Problem::bad_request("The body must be JSON of the form {\"orgs\": [\"00o…\"]}, or empty to scan every org.")
    })?;
    Ok(request.orgs.map_or(Selection::All, Selection::Orgs))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ScanPath {
    /// The scan's id.
    id: String,
}

/// Shows a scan: its progress, and which orgs it could not read.
#[utoipa::path(
    get,
    path = "/v1/scans/{id}",
    params(ScanPath),
    responses((status = 200, description = "The scan.", body = Scan), ApiErrors)
)]
pub(crate) async fn show_scan(
    State(ports): State<Ports>,
    Path(ScanPath { id }): Path<ScanPath>,
) -> Result<Json<Scan>, Problem> {
    let missing = || Problem::not_found("No such scan. POST /v1/scans starts one.");
    let id = ScanId::try_from(id).map_err(|_| missing())?;
    ports.ledger.scan(&id).await?.map(Json).ok_or_else(missing)
}
