//! Support for the tests of the whole system.
#![expect(clippy::missing_panics_doc, reason = "test support panics on unexpected results")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "test support panics on unexpected results")]

pub mod accelerated_clock;
pub mod api_gateway;
pub mod aws;
pub mod bench;
pub mod browser;
pub mod chromium;
pub mod concurrent_changes;
pub mod consent;
pub mod console_site;
pub mod copying_queue;
pub mod crash_point;
pub mod crashing_queue;
pub mod demo_site;
pub mod deployment;
pub mod estate;
pub mod killable_server;
pub mod mailbox;
pub mod memory_vault;
pub mod person;
pub mod program;
pub mod recorded;
pub mod reverse_proxy;
pub mod runtime_api;
pub mod tickets;
