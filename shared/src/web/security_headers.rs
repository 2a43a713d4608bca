//! Security headers of every response.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;

/// Responses are not cached, framed or sniffed, load nothing, and send no referrer. For a year, browsers reach the host over TLS
/// only; over plain HTTP, as on this machine, they ignore that header (RFC 6797 section 8.1).
const HEADERS: [(HeaderName, &str); 5] = [
    (CACHE_CONTROL, "no-store"),
    (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (REFERRER_POLICY, "no-referrer"),
    (STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// Sets the headers that a response does not have yet, for `axum::middleware::map_response`.
pub(super) async fn set(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        // A page has its own, wider Content-Security-Policy.
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
