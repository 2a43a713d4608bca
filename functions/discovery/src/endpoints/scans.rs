//! The API operations that start and show scans.

use std::future::ready;

use axum::body::Bytes;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use futures_util::TryStreamExt as _;
use regrant::domain::access_policy::Scope;
use regrant::domain::id::{OrgId, ScanId};
use regrant::domain::scan::Scan;
use regrant::ledger::paging;
use regrant::usecases::scan::in_scope::scan_in_scope;
use regrant::usecases::scan::start::{Selection, StartScanError, start_scan as queue_scan};
use regrant::web::api_errors::ApiErrors;
use regrant::web::authorization::Authorized;
use regrant::web::json::{self, Json};
use regrant::web::problem::Problem;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// How many orgs are read at a time.
const ORGS_PER_PAGE: u32 = 500;

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
/// The scan runs in the background. It only reads from Okta and Microsoft. Without a body, it scans every org for which the
/// caller has the permission.
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
pub(crate) async fn start_scan(authorized: Authorized, body: Bytes) -> Result<impl IntoResponse, Problem> {
    let selection = permitted(&authorized, selection(&body)?).await?;
    let scan = queue_scan(&authorized.ports, &selection).await.map_err(|error| match error {
        StartScanError::NoSuchOrg(_) | StartScanError::NoSuchScan(_) => Problem::not_found(error.to_string()),
        StartScanError::Ledger(error) => error.into(),
        StartScanError::Queue(error) => error.into(),
    })?;
    let location = format!("/v1/scans/{}", scan.id);
    Ok((StatusCode::ACCEPTED, [(LOCATION, location)], Json(scan)))
}

fn selection(body: &[u8]) -> Result<Selection, Problem> {
    let request: Option<ScanRequest> = json::body(body, "{\"orgs\": [\"00o…\"]}, or empty to scan every org")?;
    Ok(request.and_then(|request| request.orgs).map_or(Selection::All, Selection::Orgs))
}

/// The selected orgs, if the caller may scan them all.
async fn permitted(authorized: &Authorized, selection: Selection) -> Result<Selection, Problem> {
    match (selection, authorized.scope()) {
        (Selection::All, Scope::All) => Ok(Selection::All),
        (Selection::All, scope) => {
            let orgs = paging::items(ORGS_PER_PAGE, |page| authorized.ports.ledger.orgs(page));
            let covered = orgs.try_filter(|org| ready(scope.covers(org.customer.as_ref())));
            Ok(Selection::Orgs(covered.map_ok(|org| org.id).try_collect().await?))
        }
        (Selection::Orgs(orgs), _) => {
            for org in &orgs {
                authorized.org(org).await?;
            }
            Ok(Selection::Orgs(orgs))
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ScanPath {
    /// The scan's id.
    id: String,
}

/// Shows a scan: its progress, and which orgs it could not read.
///
/// Counts only the orgs that the caller may see.
#[utoipa::path(
    get,
    path = "/v1/scans/{id}",
    params(ScanPath),
    responses((status = 200, description = "The scan.", body = Scan), ApiErrors)
)]
pub(crate) async fn show_scan(
    authorized: Authorized,
    Path(ScanPath { id }): Path<ScanPath>,
) -> Result<Json<Scan>, Problem> {
    let missing = || Problem::not_found("No such scan. POST /v1/scans starts one.");
    let id = ScanId::try_from(id).map_err(|_| missing())?;
    scan_in_scope(&authorized.ports, &id, &authorized.scope()).await?.map(Json).ok_or_else(missing)
}
