//! Records that several use cases write: app records under an optimistic lock, events, leases, and why a consent failed.

pub mod app;
pub mod cleanup;
pub mod consent_error;
pub mod lease;
pub(crate) mod optimistic;
