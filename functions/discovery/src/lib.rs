//! The discovery function: scans every Okta org for Office 365 apps and derives each app's standing.
//!
//! It handles four kinds of events:
//! - a schedule, which starts a scan
//! - batches of its queue, one org per message
//! - events of Okta's System Log, which start the scan of one org
//! - HTTP requests: the API operations on apps and scans

mod endpoints {
    pub(crate) mod apps;
    pub(crate) mod description;
    pub(crate) mod orgs;
    pub(crate) mod scans;
}
#[cfg(feature = "lambda")]
pub mod handler;

use axum::Router;
use axum::routing::get;
use regrant::usecases::Ports;
use regrant::web;
use regrant::web::operations::Operations;

use endpoints::{apps, description, orgs, scans};

fn operations() -> Operations {
    regrant::operations! {
        apps::{list_apps: ReadEstate, show_app: ReadEstate},
        orgs::{list_orgs: ReadEstate, change_org: ManageOrgs},
        scans::{start_scan: Scan, show_scan: ReadEstate},
    }
}

/// The function's HTTP endpoints: its API operations and the description of the API.
pub fn router(ports: Ports) -> Router {
    let routes = operations().routes(&ports).route("/openapi.json", get(description::show_description));
    web::router(routes, ports)
}

/// The OpenAPI 3.1 document of its API operations.
pub fn openapi() -> utoipa::openapi::OpenApi {
    operations().openapi()
}
