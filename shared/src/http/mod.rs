//! HTTP for all clients: one connection pool, timeouts, retries, body limits, trusted certificates, loopback policy.
//!
//! It knows neither Okta nor Microsoft, holds no credential, and never follows a redirect.

pub(crate) mod challenge;
pub mod loopback;
pub(crate) mod retry;
pub(crate) mod tls_failure;
pub mod transport;
pub(crate) mod trust;
