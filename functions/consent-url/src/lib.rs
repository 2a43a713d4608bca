//! The consent-url function: invitations, their pages, and the redirects to Microsoft and Okta.
//!
//! Opening an invitation's link changes nothing, because mail scanners open links. Only the button on its page starts a
//! consent.

mod endpoints {
    pub(crate) mod invitations;
    pub(crate) mod pages;
}

use axum::Router;
use axum::routing::{get, post};
use regrant::usecases::Ports;
use regrant::web;
use regrant::web::operations::Operations;

use endpoints::{invitations, pages};

fn operations() -> Operations {
    regrant::operations! { invitations::{create_invitation: Invite, list_invitations: ReadEstate, revoke_invitation: Invite} }
}

/// The function's HTTP endpoints: its API operations, and the pages for administrators.
pub fn router(ports: Ports) -> Router {
    let routes = operations()
        .routes(&ports)
        .route("/consent/{invitation}", get(pages::show_invitation).post(pages::begin))
        .route("/consent/session/{session}/okta", post(pages::open_okta));
    web::router(routes, ports)
}

/// The OpenAPI 3.1 document of its API operations.
pub fn openapi() -> utoipa::openapi::OpenApi {
    operations().openapi()
}
