//! The HTTP surface and its description.

use axum::http::{Method, StatusCode};
use axum::middleware::map_response;
use axum::{Router, extract::OriginalUri};
use regrant::web::headers::secured;
use regrant::web::problem::Problem;
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
    router
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
        .layer(map_response(secured))
        .with_state(app)
}

/// Their description: OpenAPI 3.1.
pub fn openapi() -> utoipa::openapi::OpenApi {
    described().split_for_parts().1
}

async fn no_such_path(OriginalUri(uri): OriginalUri) -> Problem {
    let path = regrant::domain::text::Foreign::new(uri.path());
    Problem::not_found(format!("There is nothing at {path}; apps are at /v1/apps, scans at /v1/scans."))
}

async fn no_such_method(method: Method) -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        format!("{method} does nothing here; the API description says what does."),
    )
}
