//! HTTP building blocks that the functions share: extractors, JSON, errors, cookies, security headers and pages.
//!
//! The endpoints themselves belong to the functions.

pub mod api_errors;
pub mod app_path;
pub mod app_view;
pub mod authorization;
pub mod consent;
pub mod cookies;
pub mod fetch_metadata;
pub mod json;
mod not_found;
pub mod okta_link;
pub mod operations;
pub mod pages;
pub mod parameters;
pub mod problem;
pub mod reader;
mod security_headers;

use axum::Router;
use axum::middleware::{from_fn, map_response};

use crate::usecases::Ports;

/// A complete router: `routes` with their ports, the 404 and 405 answers, and the security headers and the limit of cookies of
/// every response.
///
/// Two complete routers cannot be merged as they are, because each has a fallback for unknown paths. Call
/// [`Router::reset_fallback`] on all but one of them first; each keeps its own 405 answers.
pub fn router(routes: Router<Ports>, ports: Ports) -> Router {
    let routes = not_found::with_fallbacks(routes).layer(from_fn(cookies::expire_oldest));
    routes.layer(map_response(security_headers::set)).with_state(ports)
}
