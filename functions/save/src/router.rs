//! The HTTP surface and its description.

use axum::Router;
use axum::middleware::map_response;
use axum::routing::{get, post};
use regrant::usecases::Ports;
use regrant::web::headers::secured;
use regrant::web::no_endpoint::answered;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::endpoints::{finish, handover, progress, save_app};

#[derive(OpenApi)]
#[openapi(info(
    title = "Regrant save",
    description = "Saves the provisioning connection of an app in Okta, and proves it."
))]
struct Description;

/// What operators use. Written out beside its description, which a function that starts does not take the time to make.
fn operators() -> Router<Ports> {
    Router::new().route("/v1/apps/{org}/{app}/save", post(save_app::save_app))
}

fn described() -> OpenApiRouter<Ports> {
    OpenApiRouter::with_openapi(Description::openapi()).routes(routes!(save_app::save_app))
}

/// The function's endpoints: the session's pages, and the save for operators.
pub fn router(ports: Ports) -> Router {
    let all = operators()
        .route("/consent/session/{session}", get(progress::show))
        .route("/consent/session/{session}/finish", post(finish::finish))
        .route("/consent/session/{session}/handover", post(handover::handover));
    answered(all).layer(map_response(secured)).with_state(ports)
}

/// The description of what operators use: OpenAPI 3.1.
pub fn openapi() -> utoipa::openapi::OpenApi {
    described().split_for_parts().1
}
