//! The API operations on an app's waiver and its failed provisioning tasks.

use axum::body::Bytes;
use axum::http::StatusCode;
use jiff::Timestamp;
use regrant::domain::waiver::Waiver;
use regrant::usecases::notify::failed_work::{FailedWorkItem, failed_work};
use regrant::usecases::notify::waive::{WaiveError, end_waiver as remove_waiver, waive};
use regrant::web::api_errors::ApiErrors;
use regrant::web::app_path::AppPath;
use regrant::web::authorization::AuthorizedApp;
use regrant::web::json::{self, Json};
use regrant::web::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why and until when an app is postponed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WaiverRequest {
    /// The reason, 1 to 500 characters. The email that announces the end of the waiver quotes it.
    #[schema(min_length = 1, max_length = 500, example = "The tenant is being merged into another one.")]
    reason: String,
    /// When the waiver ends, in UTC: in the future, at most 366 days from now.
    #[schema(value_type = String, format = DateTime, example = "2027-06-30T00:00:00Z")]
    ends_at: Timestamp,
}

/// Postpones an app until a date.
///
/// Replaces an earlier waiver. Until `ends_at`, no one receives an email about the app; then its operators are notified.
/// The app's standing is still checked and shown.
#[utoipa::path(
    put,
    path = "/v1/apps/{org}/{app}/waiver",
    params(AppPath),
    request_body = WaiverRequest,
    responses((status = 200, description = "The waiver.", body = Waiver), ApiErrors)
)]
pub(crate) async fn waive_app(
    AuthorizedApp { ports, app, .. }: AuthorizedApp,
    body: Bytes,
) -> Result<Json<Waiver>, Problem> {
    let form = "{\"reason\": \"…\", \"ends_at\": \"2027-06-30T00:00:00Z\"}";
    let request: WaiverRequest = json::required_body(&body, form)?;
    let waiver = waive(&ports, &app.identity.org, &app.identity.app, &request.reason, request.ends_at).await;
    waiver.map(Json).map_err(|error| waive_problem(&error))
}

/// Ends an app's waiver.
///
/// Emails about the app resume. Succeeds without a change if the app has no waiver.
#[utoipa::path(
    delete,
    path = "/v1/apps/{org}/{app}/waiver",
    params(AppPath),
    responses((status = 204, description = "The app has no waiver."), ApiErrors)
)]
pub(crate) async fn end_waiver(AuthorizedApp { ports, app, .. }: AuthorizedApp) -> Result<StatusCode, Problem> {
    remove_waiver(&ports, &app.identity.org, &app.identity.app).await.map_err(|error| waive_problem(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

fn waive_problem(error: &WaiveError) -> Problem {
    match error {
        WaiveError::NoSuchApp => AppPath::not_found(),
        WaiveError::NoReason | WaiveError::NoEnd | WaiveError::TooLong => Problem::bad_request(error.to_string()),
        WaiveError::Ledger(error) => Problem::internal(error),
    }
}

/// The provisioning tasks that failed while the consent was broken.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FailedWorkList {
    /// The failed tasks, oldest first.
    failed_work: Vec<FailedWorkItem>,
}

/// Lists an app's failed provisioning tasks.
///
/// These are the tasks that failed during the app's latest request, according to Okta's System Log. Okta does not retry
/// them automatically; retry them in the Okta Admin Console.
#[utoipa::path(
    get,
    path = "/v1/apps/{org}/{app}/failed-work",
    params(AppPath),
    responses((status = 200, description = "The failed tasks.", body = FailedWorkList), ApiErrors)
)]
pub(crate) async fn list_failed_work(
    AuthorizedApp { ports, app, .. }: AuthorizedApp,
) -> Result<Json<FailedWorkList>, Problem> {
    Ok(Json(FailedWorkList { failed_work: failed_work(&ports, &app).await? }))
}
