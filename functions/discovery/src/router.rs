//! The HTTP surface and its description.

use axum::Router;
use axum::middleware::map_response;
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

fn described() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(list_apps::list_apps))
        .routes(routes!(show_app::show_app))
        .routes(routes!(start_scan::start))
        .routes(routes!(show_scan::show_scan))
}

/// The function's HTTP endpoints.
pub fn router(app: App) -> Router {
    let (router, _) = described().split_for_parts();
    answered(router).layer(map_response(secured)).with_state(app)
}

/// Their description: OpenAPI 3.1.
pub fn openapi() -> utoipa::openapi::OpenApi {
    described().split_for_parts().1
}
