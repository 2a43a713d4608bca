//! What the tests of the whole share.
#![expect(clippy::missing_panics_doc, reason = "test support stops at what it did not expect")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "test support stops at what it did not expect")]

pub mod api_gateway;
pub mod aws;
pub mod bench;
pub mod browser;
pub mod consent;
pub mod copying_queue;
pub mod deployment;
pub mod hastened;
pub mod in_between;
pub mod mailbox;
pub mod memory_vault;
pub mod pass_on;
pub mod person;
pub mod program;
pub mod recorded;
pub mod runtime_api;
pub mod tripped_post;
pub mod tripwire;
pub mod victim;
