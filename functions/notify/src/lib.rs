//! The notify function: sends each notification, an email or a webhook call, once.
//!
//! It handles four kinds of events:
//! - batches of its queue, in which each message plans the notifications of an org or an app, or sends one
//! - a schedule, which queues notifications that are due but not queued
//! - delivery reports of SES
//! - HTTP requests: the links in emails, and the API operations on notifications, waivers and failed provisioning tasks

mod endpoints {
    pub(crate) mod apps;
    pub(crate) mod notifications;
    pub(crate) mod pages;
    pub(crate) mod suppressed;
}
#[cfg(feature = "lambda")]
pub mod handler;

use axum::Router;
use axum::routing::get;
use regrant::usecases::Ports;
use regrant::web;
use regrant::web::operations::Operations;

use endpoints::{apps, notifications, pages, suppressed};

fn operations() -> Operations {
    regrant::operations! {
        apps::{waive_app: Waive, end_waiver: Waive, list_failed_work: ReadEstate},
        notifications::{list_notifications: ReadEstate},
        suppressed::{suppressed_addresses: ManageMail, unsuppress: ManageMail},
    }
}

/// The function's HTTP endpoints: its API operations, and the pages that links in emails lead to.
pub fn router(ports: Ports) -> Router {
    let routes = operations()
        .routes(&ports)
        .route("/mail/mute/{token}", get(pages::show_mute).post(pages::mute))
        .route("/mail/request/{token}", get(pages::show_request));
    web::router(routes, ports)
}

/// The OpenAPI 3.1 document of its API operations.
pub fn openapi() -> utoipa::openapi::OpenApi {
    operations().openapi()
}
