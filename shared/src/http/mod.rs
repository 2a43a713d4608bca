//! HTTP for both clients: one connection pool, timeouts and body limits, trusted certificates, loopback policy.
//!
//! Knows nothing of Okta or Microsoft, holds no credential, and never follows a redirect.

pub mod loopback;
pub mod transport;
pub(crate) mod trust;
