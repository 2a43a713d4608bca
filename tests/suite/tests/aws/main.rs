//! The adapters of AWS against an emulator of it, each test in an empty account of its own.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod checkup;
mod conformance;
mod data_loss;
mod failures;
mod functions;
mod grants;
mod installation;
mod metrics;
mod traces;
mod warm;
