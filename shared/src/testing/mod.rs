//! Conformance suites: what every adapter of a port must do. Feature `testing`.

pub mod ledger;
pub mod mail;
pub mod queue;
pub mod vault;
