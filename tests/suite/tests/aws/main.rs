//! Tests the AWS adapters against an emulator, each test in its own empty account.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod checkup;
mod conformance;
mod console;
mod data_loss;
mod failures;
mod functions;
mod grants;
mod installation;
mod metrics;
mod traces;
mod warm;
