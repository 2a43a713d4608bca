//! Tests the simulators from outside: a real client on a real socket.
#![expect(clippy::unwrap_used, reason = "a failing step fails the test")]

mod apps;
mod assignments;
mod connections;
mod credentials;
mod faults;
mod fixture;
mod fleet_and_demo;
mod keys;
mod oauth;
mod rate_limits;
mod system_log;
