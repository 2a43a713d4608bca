//! The callback function: receives Microsoft's redirect after the administrator has signed in.
//!
//! Each answer is a 303 to a clean path, so that the code and `state` in the query leave the address bar at once.

mod endpoints;

use axum::Router;
use axum::routing::get;
use regrant::domain::cloud::Cloud;
use regrant::usecases::Ports;
use regrant::web;

use endpoints::{callback, failed, show_home};

/// The function's HTTP endpoints: one redirect URI for each Microsoft cloud, the page about a failed sign-in, and the root
/// page. On AWS it also shows the 404 page of every path that no other function serves.
pub fn router(ports: Ports) -> Router {
    let mut routes = Router::new().route("/", get(show_home)).route("/oauth/failed/{failure}", get(failed));
    for cloud in Cloud::ALL {
        let endpoint = get(move |ports, headers, query| callback(cloud, ports, headers, query));
        routes = routes.route(cloud.callback_path(), endpoint);
    }
    web::router(routes, ports)
}
