//! `GET /v1/apps/{org}/{app}/failed-work`

use axum::extract::{Path, State};
use regrant::usecases::Ports;
use regrant::usecases::notify::failed_work::{FailedWorkItem, failed_work as find};
use regrant::web::json::Json;
use regrant::web::problem::{Problem, ProblemView};
use serde::Serialize;
use utoipa::ToSchema;

use super::{ids, nobody};

/// The work that failed while a consent was dead.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FailedWorkList {
    /// Oldest first.
    failed_work: Vec<FailedWorkItem>,
}

/// The provisioning work of an app that failed in its last request, as Okta's System Log tells. Okta leaves it to be done
/// again by hand.
#[utoipa::path(
    get,
    path = "/v1/apps/{org}/{app}/failed-work",
    params(("org" = String, Path, description = "The org's id."), ("app" = String, Path, description = "The app's id.")),
    responses(
        (status = 200, description = "The work.", body = FailedWorkList),
        (status = 404, description = "There is no such app.", body = ProblemView, content_type = "application/problem+json"),
        (status = 500, description = "The ledger does not serve.", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn failed_work(
    State(ports): State<Ports>,
    Path((org, app)): Path<(String, String)>,
) -> Result<Json<FailedWorkList>, Problem> {
    let (org, app) = ids(org, app)?;
    let known = ports.ledger.app(&org, &app).await.map_err(|error| Problem::internal(&error))?.ok_or_else(nobody)?;
    let failed_work = find(&ports, &known).await.map_err(|error| Problem::internal(&error))?;
    Ok(Json(FailedWorkList { failed_work }))
}
