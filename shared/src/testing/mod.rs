//! Conformance suites (what every adapter of a port must do) and sample records. Feature `testing`.

pub mod ledger;
pub mod mail;
pub mod queue;
pub mod records;
pub mod vault;
