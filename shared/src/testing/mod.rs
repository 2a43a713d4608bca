//! What tests share: the conformance suite of each port. Feature `testing`.

pub mod ledger;
pub mod mail;
pub mod queue;
pub mod vault;
