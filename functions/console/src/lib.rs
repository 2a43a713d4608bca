//! The console function: the estate and its apps on pages for operators.
//!
//! A sealed cookie says who is signed in. The access rules in the ledger say what that person may see and do, and are read with
//! every request. Pages work without script. Every change is a POST from the console's own origin with the session's token.

mod app;
mod bulk;
mod downloads;
mod estate;
mod lists;
mod operator;
mod pages {
    pub(crate) mod app;
    pub(crate) mod apps;
    pub(crate) mod bulk;
    pub(crate) mod chart;
    pub(crate) mod estate;
    pub(crate) mod estate_view;
    pub(crate) mod layout;
    pub(crate) mod lists;
    pub(crate) mod parts;
    pub(crate) mod style;
    pub(crate) mod tenant;
    pub(crate) mod timeline;
}
mod query;
mod sign_in;
mod tenant;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use regrant::usecases::Ports;
use regrant::web;

pub use sign_in::LocalSignIn;

/// What the endpoints share.
#[derive(Clone)]
pub(crate) struct Console {
    pub(crate) ports: Ports,
    pub(crate) local: Option<Arc<LocalSignIn>>,
}

/// The console's pages. `local` signs in the person who runs this process; `None` on AWS.
pub fn router(ports: Ports, local: Option<Arc<LocalSignIn>>) -> Router {
    let routes = Router::new()
        .route("/console", get(estate::show))
        .route("/console/apps/{org}/{app}", get(app::show).post(app::act))
        .route("/console/apps/{org}/{app}/evidence", get(downloads::evidence_file))
        .route("/console/apps", get(downloads::apps_file))
        .route("/console/report", get(downloads::report_file))
        .route("/console/tenant", get(tenant::show))
        .route("/console/orgs", get(lists::orgs))
        .route("/console/orgs/{org}", get(lists::org))
        .route("/console/customers", get(lists::customers))
        .route("/console/scans/latest", get(lists::latest_scan))
        .route("/console/emails", get(lists::emails))
        .route("/console/settings", get(lists::settings))
        .route("/console/bulk", post(bulk::act))
        .route("/console/sign-in", get(sign_in::show))
        .route("/console/sign-in/local", get(sign_in::local))
        .route("/console/sign-in/begin", get(sign_in::begin))
        .route("/console/callback", get(sign_in::callback))
        .route("/console/sign-out", post(sign_in::sign_out));
    web::router(routes.with_state(Console { ports: ports.clone(), local }), ports)
}
