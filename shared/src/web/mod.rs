//! What HTTP endpoints have in common.

pub mod app_view;
pub mod consent;
pub mod cookies;
pub mod fetch_site;
pub mod headers;
pub mod json;
pub mod no_endpoint;
pub mod pages;
pub mod parameters;
pub mod problem;
