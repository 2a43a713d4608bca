//! Errors over HTTP: `application/problem+json` (RFC 9457).
//!
//! The client learns what happened and what to do. Internal causes are only logged.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use problem_details::ProblemDetails;
use serde::Serialize;
use utoipa::ToSchema;

use crate::ledger::LedgerError;
use crate::queue::QueueError;
use crate::randomness::{SystemRandomness, token};

/// An error response.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    detail: String,
    request_id: String,
}

/// Our extension member (RFC 9457 section 3.2).
#[derive(Debug, Default, Serialize)]
struct Extension {
    request_id: String,
}

/// An error (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemView {
    /// Absent or `about:blank`: the status alone identifies the kind of error.
    #[schema(example = "about:blank")]
    r#type: Option<String>,
    /// The status in words.
    #[schema(example = "Not Found")]
    title: String,
    /// The HTTP status code.
    #[schema(example = 404)]
    status: u16,
    /// What happened and what to do.
    #[schema(example = "No such app. GET /v1/apps lists all apps.")]
    detail: String,
    /// Identifies this response in Regrant's log. Quote it when you ask for support.
    #[schema(example = "8c1f0b6ad7e94f3f9d2b54a0c6e1d378")]
    request_id: String,
}

impl Problem {
    /// An error that the client can correct.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), request_id: token(&SystemRandomness) }
    }

    /// 400: the request is malformed.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// 404: the resource does not exist.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// 500: Regrant failed. Logs `cause` and does not send it.
    pub fn internal(cause: &dyn std::error::Error) -> Self {
        let problem = Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Regrant could not process this request. Try again later. Regrant's log has the cause under this request id.",
        );
        tracing::error!(request_id = problem.request_id, %cause, "a request failed");
        problem
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Self { status, detail, request_id } = self;
        tracing::info!(request_id, status = status.as_u16(), detail, "sent an error response");
        ProblemDetails::from_status_code(status)
            .with_detail(detail)
            .with_extensions(Extension { request_id })
            .into_response()
    }
}

impl From<LedgerError> for Problem {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::BadCursor => {
                Self::bad_request("The cursor belongs to a different list or filter; start again without one.")
            }
            error => Self::internal(&error),
        }
    }
}

impl From<QueueError> for Problem {
    fn from(error: QueueError) -> Self {
        Self::internal(&error)
    }
}
