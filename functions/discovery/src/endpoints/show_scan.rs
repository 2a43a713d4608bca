//! `GET /v1/scans/{id}`

use axum::extract::{Path, State};
use regrant::domain::id::ScanId;
use regrant::domain::scan::Scan;
use regrant::web::json::Json;
use regrant::web::problem::{Problem, ProblemView};

use super::ledger_problem;
use crate::App;

/// Shows a scan: how far it has come and what it could not see.
#[utoipa::path(
    get,
    path = "/v1/scans/{id}",
    params(("id" = String, Path, description = "The scan's id.")),
    responses(
        (status = 200, description = "The scan.", body = Scan),
        (status = 404, description = "There is no such scan.", body = ProblemView, content_type = "application/problem+json"),
        (status = 500, description = "The ledger does not serve.", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn show_scan(State(app): State<App>, Path(id): Path<String>) -> Result<Json<Scan>, Problem> {
    let nobody = || Problem::not_found("There is no such scan; POST /v1/scans starts one.");
    let id = ScanId::try_from(id).map_err(|_| nobody())?;
    let scan = app.ports.ledger.scan(&id).await.map_err(|error| ledger_problem(&error))?;
    scan.map(Json).ok_or_else(nobody)
}
