//! The save function: saves the connection in Okta after the consent, and shows the session's page.
//!
//! It handles batches of its queue, one app per message, and HTTP requests. No request waits for a save: it queues one,
//! and the session's page shows the progress.

mod endpoints {
    pub(crate) mod apps;
    pub(crate) mod pages;
}
#[cfg(feature = "lambda")]
pub mod handler;

use axum::Router;
use axum::routing::{get, post};
use regrant::usecases::Ports;
use regrant::web;
use regrant::web::operations::Operations;

use endpoints::{apps, pages};

fn operations() -> Operations {
    regrant::operations! { apps::{save_app: Save} }
}

/// The function's HTTP endpoints: its API operation, and the pages of a session.
pub fn router(ports: Ports) -> Router {
    let routes = operations()
        .routes(&ports)
        .route("/consent/session/{session}", get(pages::show_session))
        .route("/consent/session/{session}/finish", post(pages::finish))
        .route("/consent/session/{session}/handover", post(pages::hand_over));
    web::router(routes, ports)
}

/// The OpenAPI 3.1 document of its API operation.
pub fn openapi() -> utoipa::openapi::OpenApi {
    operations().openapi()
}
