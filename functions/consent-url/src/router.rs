//! The HTTP surface and its description.

use axum::Router;
use axum::middleware::map_response;
use axum::routing::{delete, get, post};
use regrant::usecases::Ports;
use regrant::web::headers::secured;
use regrant::web::no_endpoint::answered;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::endpoints::{begin, invitations, okta, show};

#[derive(OpenApi)]
#[openapi(info(
    title = "Regrant consent-url",
    description = "Invitations: links that let a Microsoft Global Administrator consent for one app."
))]
struct Description;

/// What operators use. Written out beside its description, which a function that starts does not take the time to make.
fn operators() -> Router<Ports> {
    Router::new()
        .route("/v1/apps/{org}/{app}/invitations", post(invitations::make).get(invitations::list))
        .route("/v1/apps/{org}/{app}/invitations/{invitation}", delete(invitations::take_back))
}

fn described() -> OpenApiRouter<Ports> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(invitations::make, invitations::list))
        .routes(routes!(invitations::take_back))
}

/// The function's endpoints: the pages for people, and the invitations for operators.
pub fn router(ports: Ports) -> Router {
    let all = operators()
        .route("/consent/{invitation}", get(show::show).post(begin::begin))
        .route("/consent/session/{session}/okta", post(okta::okta));
    answered(all).layer(map_response(secured)).with_state(ports)
}

/// The description of what operators use: OpenAPI 3.1.
pub fn openapi() -> utoipa::openapi::OpenApi {
    described().split_for_parts().1
}
