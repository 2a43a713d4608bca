//! What HTTP endpoints have in common.

pub mod app_view;
pub mod headers;
pub mod json;
pub mod problem;
