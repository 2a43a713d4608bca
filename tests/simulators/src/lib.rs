//! Simulators that keep state, answer in the recorded shapes and can be told to fail.
//!
//! [`OktaSimulator`] serves any number of invented orgs on one loopback listener; the `Host` header says which:
//! `http://acme.localhost:PORT` is the org `acme`. Names below `.localhost` are loopback (RFC 6761 section 6.3), but not
//! every resolver knows that: point the client's resolver at 127.0.0.1. A [`Fleet`] is thousands of orgs that are worked
//! out when they are asked for. [`Faults`] make answers fail by script or at a rate, the same way for the same seed.
//! [`MicrosoftSimulator`](microsoft::MicrosoftSimulator) is the other side: sign-in page, consent page, token endpoint and
//! Graph. Nothing here reads the wall clock or the operating system's randomness.

mod answer;
mod applications;
mod assignments;
mod authority;
mod connections;
mod consents;
pub mod demo;
mod dice;
mod dpop;
mod fault;
mod features;
mod fleet;
mod front_door;
mod gate;
mod ledger;
mod listener;
pub mod microsoft;
mod oauth;
mod okta_error;
mod org;
mod rate;
mod server;
mod system_log;
#[cfg(test)]
mod tests;
mod truth;
mod wire;

pub use demo::{DemoApp, DemoOrg, demo_set};
pub use fault::{Fault, FaultPlan, Faults, Times};
pub use fleet::Fleet;
pub use gate::Gate;
pub use ledger::{CredentialKind, RecordedRequest, Usage};
pub use org::{ApiToken, App, Connection, DpopRule, Org, Provisioning, ServiceApp, TokenPower};
pub use rate::Bucket;
pub use server::{OktaSimulator, SimulatorConfig, SimulatorError};
pub use system_log::{AppPlace, LogEntry};
pub use truth::truth;
