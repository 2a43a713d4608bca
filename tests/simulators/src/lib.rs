//! Stateful simulators of Okta and Microsoft that answer in the recorded shapes and can inject faults.
//!
//! [`OktaSimulator`] serves any number of invented orgs on one loopback listener; the `Host` header says which:
//! `http://acme.localhost:PORT` is the org `acme`. Names below `.localhost` are loopback (RFC 6761 section 6.3), but not
//! every resolver knows that: point the client's resolver at 127.0.0.1. A [`Fleet`] is thousands of orgs that are
//! generated on request. [`Faults`] injects faults by script or at a rate, reproducibly for a seed.
//! [`MicrosoftSimulator`](microsoft::MicrosoftSimulator) is the other side: sign-in page, consent page, token endpoint and
//! Graph. Nothing here reads the wall clock or the operating system's randomness.

mod aerial;
mod answer;
mod applications;
mod assignments;
mod authority;
mod connections;
mod consents;
pub mod demo;
mod dpop;
mod expected_standing;
mod fault;
mod features;
mod fleet;
mod handler;
mod kill_point;
mod ledger;
mod listener;
pub mod microsoft;
mod oauth;
mod okta_error;
mod org;
mod rate;
mod seeded_rng;
mod server;
mod system_log;
#[cfg(test)]
mod tests;
pub mod tickets;
mod wire;

pub use demo::{DemoApp, DemoOrg, demo_set, hostile_demo_set};
pub use expected_standing::expected_standing;
pub use fault::{Fault, FaultPlan, Faults, Times};
pub use fleet::Fleet;
pub use kill_point::KillPoint;
pub use ledger::{CredentialKind, RecordedRequest, Usage};
pub use org::{ApiToken, App, Connection, DpopRule, Org, Provisioning, ServiceApp, TokenPower};
pub use rate::Bucket;
pub use server::{OktaSimulator, SimulatorConfig, SimulatorError};
pub use system_log::{AppPlace, LogEntry};
