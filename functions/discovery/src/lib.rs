//! The discovery function: scans every Okta org for Office 365 apps and derives each app's standing.
//!
//! It handles four kinds of events:
//! - a schedule, which starts a scan
//! - batches of its queue, one org per message
//! - events of Okta's System Log, which start the scan of one org
//! - HTTP requests: the API operations on apps and scans

mod endpoints {
    pub(crate) mod apps;
    pub(crate) mod scans;
}
#[cfg(feature = "lambda")]
pub mod handler;

use axum::Router;
use regrant::usecases::Ports;
use regrant::web;
use regrant::web::operations::Operations;

use endpoints::{apps, scans};

fn operations() -> Operations<Ports> {
    regrant::operations! {
        apps::{list_apps, show_app},
        scans::{start_scan, show_scan},
    }
}

/// The function's HTTP endpoints: its API operations.
pub fn router(ports: Ports) -> Router {
    web::router(operations().routes, ports)
}

/// The OpenAPI 3.1 document of its API operations.
pub fn openapi() -> utoipa::openapi::OpenApi {
    (operations().document)()
}
