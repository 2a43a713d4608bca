//! Okta's errors, in the recorded shape (Okta: Error codes).

use http::StatusCode;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::seeded_rng::SeededRng;

/// An error of the Management API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OktaError {
    status: StatusCode,
    code: &'static str,
    summary: String,
    causes: Vec<String>,
}

impl OktaError {
    fn new(status: StatusCode, code: &'static str, summary: &str) -> Self {
        Self { status, code, summary: summary.to_owned(), causes: Vec::new() }
    }

    fn because(mut self, cause: &str) -> Self {
        self.causes.push(cause.to_owned());
        self
    }

    pub(crate) fn invalid(what: &str, cause: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "E0000001", &format!("Api validation failed: {what}")).because(cause)
    }

    pub(crate) fn malformed_body() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "E0000003", "The request body was not well-formed.")
    }

    pub(crate) fn invalid_session() -> Self {
        Self::new(StatusCode::FORBIDDEN, "E0000005", "Invalid session")
    }

    pub(crate) fn not_permitted() -> Self {
        Self::new(StatusCode::FORBIDDEN, "E0000006", "You do not have permission to perform the requested action")
    }

    pub(crate) fn not_found(id: &str, kind: &str) -> Self {
        let summary = format!("Not found: Resource not found: {id} ({kind})");
        Self::new(StatusCode::NOT_FOUND, "E0000007", &summary)
    }

    pub(crate) fn no_such_path() -> Self {
        Self::new(StatusCode::NOT_FOUND, "E0000008", "The requested path was not found")
    }

    pub(crate) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "E0000009", "Internal Server Error")
    }

    pub(crate) fn read_only() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "E0000010", "Service is in read only mode")
    }

    pub(crate) fn invalid_token() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "E0000011", "Invalid token provided")
    }

    pub(crate) fn feature_missing() -> Self {
        let summary = "You do not have permission to access the feature you are requesting";
        Self::new(StatusCode::UNAUTHORIZED, "E0000015", summary)
    }

    pub(crate) fn wrong_method() -> Self {
        let summary = "The endpoint does not support the provided HTTP method";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "E0000022", summary)
    }

    pub(crate) fn bad_cursor() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "E0000029", "Invalid paging request.").because("Invalid cursor.")
    }

    pub(crate) fn bad_filter(filter: &str) -> Self {
        let cause = format!("Invalid search criteria: {filter}");
        Self::new(StatusCode::BAD_REQUEST, "E0000031", "Invalid search criteria.").because(&cause)
    }

    /// An invalid System Log filter ("System Log query", "Errors").
    pub(crate) fn bad_log_filter(filter: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "E0000053", &format!("Invalid filter '{filter}'"))
    }

    /// A time too far in the past ("System Log query", "Errors").
    pub(crate) fn since_too_old() -> Self {
        let summary = "Invalid parameter: The since parameter is over 180 days prior to the current day.";
        Self::new(StatusCode::BAD_REQUEST, "E0000053", summary)
    }

    pub(crate) fn locked() -> Self {
        Self::new(StatusCode::LOCKED, "E0000239", "The request conflicts with a running operation. Try again later.")
    }

    pub(crate) fn rate_limited() -> Self {
        let summary = "API call exceeded rate limit due to too many requests.";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "E0000047", summary)
    }

    pub(crate) fn answer(&self, rng: &mut SeededRng) -> Answer {
        let causes: Vec<Value> = self.causes.iter().map(|cause| json!({ "errorSummary": cause })).collect();
        let body = json!({
            "errorCode": self.code,
            "errorSummary": self.summary,
            "errorLink": self.code,
            "errorId": format!("oae{}", rng.alphanumeric(22)),
            "errorCauses": causes,
        });
        Answer::json(self.status, &body)
    }
}

/// A status without a body whose error is only in the header (recorded in issues of Okta's Go SDK and Terraform provider).
pub(crate) fn challenge(status: u16, challenge: &str) -> Answer {
    Answer::empty(StatusCode::from_u16(status).unwrap_or(StatusCode::UNAUTHORIZED))
        .with_header(http::header::WWW_AUTHENTICATE, challenge)
}

/// The answer of Okta's edge proxy to an unknown host or path. It is not in Okta's error shape.
pub(crate) fn edge_not_found() -> Answer {
    Answer::json(StatusCode::NOT_FOUND, &json!({ "status": 404, "message": "Resource not found" }))
}
