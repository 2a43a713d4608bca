//! The HTTP surface and its description.

use axum::Router;
use axum::middleware::map_response;
use axum::routing::{get, post};
use regrant::web::headers::secured;
use regrant::web::no_endpoint::answered;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;
use crate::endpoints::{list_apps, show_app, show_scan, start_scan};

#[derive(OpenApi)]
#[openapi(info(
    title = "Regrant discovery",
    description = "Every Office 365 app of every Okta org: where it stands, why, and what to do next."
))]
struct Description;

/// What operators use. Written out beside its description, which a function that starts does not take the time to make.
fn operators() -> Router<App> {
    Router::new()
        .route("/v1/apps", get(list_apps::list_apps))
        .route("/v1/apps/{org}/{app}", get(show_app::show_app))
        .route("/v1/scans", post(start_scan::start))
        .route("/v1/scans/{id}", get(show_scan::show_scan))
}

fn described() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(list_apps::list_apps))
        .routes(routes!(show_app::show_app))
        .routes(routes!(start_scan::start))
        .routes(routes!(show_scan::show_scan))
}

/// The function's HTTP endpoints.
pub fn router(app: App) -> Router {
    answered(operators()).layer(map_response(secured)).with_state(app)
}

/// Their description: OpenAPI 3.1.
pub fn openapi() -> utoipa::openapi::OpenApi {
    described().split_for_parts().1
}
