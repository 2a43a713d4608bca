//! The HTTP surface and its description.

use axum::Router;
use axum::middleware::map_response;
use axum::routing::{delete, get, put};
use regrant::usecases::Ports;
use regrant::web::headers::secured;
use regrant::web::no_endpoint::answered;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::endpoints::{failed_work, mute, notifications, request, suppressed, waiver};

#[derive(OpenApi)]
#[openapi(info(
    title = "Regrant notify",
    description = "Who was told what about which app, which apps are left as they are, and what work failed."
))]
struct Description;

/// What operators use. Written out beside its description, which a function that starts does not take the time to make.
fn operators() -> Router<Ports> {
    Router::new()
        .route("/v1/orgs/{org}/notifications", get(notifications::of_org))
        .route("/v1/apps/{org}/{app}/waiver", put(waiver::waive).delete(waiver::end))
        .route("/v1/apps/{org}/{app}/failed-work", get(failed_work::failed_work))
        .route("/v1/mail/suppressed", get(suppressed::suppressed_addresses))
        .route("/v1/mail/suppressed/{address}", delete(suppressed::unsuppress))
}

fn described() -> OpenApiRouter<Ports> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(notifications::of_org))
        .routes(routes!(waiver::waive, waiver::end))
        .routes(routes!(failed_work::failed_work))
        .routes(routes!(suppressed::suppressed_addresses))
        .routes(routes!(suppressed::unsuppress))
}

/// The function's endpoints: what links in emails lead to, and what operators ask.
pub fn router(ports: Ports) -> Router {
    let all = operators()
        .route("/mail/mute/{token}", get(mute::show).post(mute::mute))
        .route("/mail/request/{token}", get(request::show));
    answered(all).layer(map_response(secured)).with_state(ports)
}

/// The description of what operators use: OpenAPI 3.1.
pub fn openapi() -> utoipa::openapi::OpenApi {
    described().split_for_parts().1
}
