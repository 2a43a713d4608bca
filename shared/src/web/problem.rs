//! Errors over HTTP: `application/problem+json` (RFC 9457).
//!
//! The client is told what happened and what to do; what only its operator may know is logged under the same request
//! id.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use problem_details::ProblemDetails;
use serde::Serialize;

use crate::randomness::{SystemRandomness, token};

/// What is wrong, for the client.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    detail: String,
}

/// The member that RFC 9457 section 3.2 lets us add.
#[derive(Debug, Default, Serialize)]
struct Extension {
    /// What to name when asking about it; the log has it too.
    request_id: String,
}

/// A problem's members, for the API's description.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct ProblemView {
    /// `about:blank`: the status says what kind it is.
    r#type: Option<String>,
    /// The status in words.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What happened and what to do.
    detail: String,
    /// What to name when asking about it.
    request_id: String,
}

impl Problem {
    /// A problem that the client can do something about.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into() }
    }

    /// 400: the request cannot be read as one of this endpoint.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// 404: there is no such thing.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// 500: our own trouble. `cause` is logged and not told.
    pub fn internal(cause: &dyn std::error::Error) -> Self {
        tracing::error!(%cause, "a request could not be served");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Regrant could not serve this; its log says why under this request id.",
        )
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let request_id = token(&SystemRandomness);
        tracing::info!(request_id, status = self.status.as_u16(), detail = self.detail, "answered with a problem");
        ProblemDetails::from_status_code(self.status)
            .with_detail(self.detail)
            .with_extensions(Extension { request_id })
            .into_response()
    }
}
