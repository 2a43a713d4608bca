//! The HTTP surface.

use axum::Router;
use axum::middleware::map_response;
use axum::routing::get;
use regrant::domain::cloud::Cloud;
use regrant::usecases::Ports;
use regrant::web::headers::secured;
use regrant::web::no_endpoint::answered;

use crate::callback::{callback, failed};

/// The function's endpoints: one redirect URI a cloud, and the page about an answer that belongs to no session.
pub fn router(ports: Ports) -> Router {
    let mut router: Router<Ports> = Router::new().route("/oauth/failed/{failure}", get(failed));
    for cloud in Cloud::ALL {
        router = router
            .route(cloud.callback_path(), get(move |state, headers, query| callback(cloud, state, headers, query)));
    }
    answered(router).layer(map_response(secured)).with_state(ports)
}
