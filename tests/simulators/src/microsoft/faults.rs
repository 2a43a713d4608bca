//! Responses for injected faults and for outages.

use http::StatusCode;
use http::header::{LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::directory::{Outage, OutageKind};
use crate::answer::Answer;
use crate::fault::Fault;
use crate::handler::Outcome;

/// The service that answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The identity platform, with OAuth errors.
    Login,
    /// Graph, with its error codes.
    Graph,
}

impl Side {
    fn throttled(self) -> Value {
        match self {
            Self::Login => json!({"error": "temporarily_unavailable", "error_codes": [90055]}),
            Self::Graph => json!({"error": {"code": "TooManyRequests", "message": "canary-message"}}),
        }
    }

    fn unavailable(self) -> Value {
        match self {
            Self::Login => json!({"error": "temporarily_unavailable", "error_codes": [90033]}),
            Self::Graph => json!({"error": {"code": "serviceNotAvailable", "message": "canary-message"}}),
        }
    }

    fn broken(self) -> Value {
        match self {
            Self::Login => json!({"error": "server_error", "error_codes": [90024]}),
            Self::Graph => json!({"error": {"code": "generalException", "message": "An error."}}),
        }
    }

    fn refused(self) -> Value {
        match self {
            Self::Login => json!({"error": "invalid_client", "error_codes": [7_000_215]}),
            Self::Graph => {
                json!({"error": {"code": "InvalidAuthenticationToken", "message": "Access token has expired."}})
            }
        }
    }
}

/// Replaces or changes `answer` according to `fault`. Calls `answer` only if the fault occurs after the request took
/// effect.
pub(super) fn faulty_outcome(fault: Fault, side: Side, answer: impl FnOnce() -> Answer) -> Outcome {
    let json = |status, body: &Value| Outcome::Answered(Answer::json(status, body));
    match fault {
        Fault::ClockSkew(_) => Outcome::Answered(answer()),
        Fault::Timeout => Outcome::Silence,
        Fault::Reset => Outcome::Closed,
        Fault::Truncated => Outcome::Truncated(answer()),
        Fault::HugeBody(length) => Outcome::Huge(Answer::json(StatusCode::OK, &json!({})), length),
        Fault::RateLimited | Fault::ConcurrencyLimited => Outcome::Answered(
            Answer::json(StatusCode::TOO_MANY_REQUESTS, &side.throttled()).with_header(RETRY_AFTER, "2"),
        ),
        Fault::ServerError => json(StatusCode::INTERNAL_SERVER_ERROR, &side.broken()),
        Fault::ReadOnly | Fault::EdgeProxyError => {
            let page = "<html><body>Our services aren't available right now</body></html>".to_owned();
            Outcome::Answered(Answer::text(StatusCode::SERVICE_UNAVAILABLE, "text/html", page))
        }
        Fault::NotJson => {
            Outcome::Answered(Answer::text(StatusCode::OK, "application/json", "{\"id\": tru".to_owned()))
        }
        Fault::OtherShape => json(StatusCode::OK, &json!({"value": "none", "id": 7})),
        Fault::Redirect(there) => Outcome::Answered(Answer::empty(StatusCode::FOUND).with_header(LOCATION, &there)),
        Fault::DeadCredential => json(StatusCode::UNAUTHORIZED, &side.refused()),
        Fault::Locked => json(StatusCode::LOCKED, &side.unavailable()),
        Fault::Challenge(status, header) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::UNAUTHORIZED);
            Outcome::Answered(Answer::empty(status).with_header(WWW_AUTHENTICATE, &header))
        }
    }
}

/// The response during an outage.
pub(super) fn outage_answer(outage: Outage, side: Side, now: Timestamp) -> Answer {
    match outage.kind {
        OutageKind::Unavailable => Answer::json(StatusCode::SERVICE_UNAVAILABLE, &side.unavailable()),
        OutageKind::Throttled => {
            let left = outage.until.duration_since(now).as_secs().max(1);
            Answer::json(StatusCode::TOO_MANY_REQUESTS, &side.throttled()).with_header(RETRY_AFTER, &left.to_string())
        }
    }
}
