//! The API operation that saves an app's connection.

use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use regrant::queue::SaveApp;
use regrant::web::api_errors::ApiErrors;
use regrant::web::app_path::AppPath;
use regrant::web::authorization::AuthorizedApp;
use regrant::web::problem::Problem;

/// Saves an app's provisioning connection.
///
/// Does what the Save button in the Okta Admin Console does, then reads the result back from Okta and Microsoft Graph. The
/// save runs in the background; its outcome appears in the app's timeline.
#[utoipa::path(
    post,
    path = "/v1/apps/{org}/{app}/save",
    params(AppPath),
    responses(
        (
            status = 202,
            description = "The save is queued.",
            headers(("location" = String, description = "The app's path; its timeline shows the outcome.")),
        ),
        ApiErrors,
    )
)]
pub(crate) async fn save_app(AuthorizedApp { ports, app, .. }: AuthorizedApp) -> Result<impl IntoResponse, Problem> {
    let (org, app) = (app.identity.org, app.identity.app);
    let location = format!("/v1/apps/{org}/{app}");
    let message = SaveApp { by: ports.actor.clone(), ..SaveApp::by_operator(org, app) };
    ports.queues.saves.send(&[message]).await?;
    Ok((StatusCode::ACCEPTED, [(LOCATION, location)]))
}
