//! The OpenAPI document of every function's operations.

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

/// The published document. It describes the API of every installation alike, so it needs no credential.
const DESCRIPTION: &str = include_str!("../../../../infra/openapi.json");

/// `GET /openapi.json`
pub(crate) async fn show_description() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], DESCRIPTION)
}
