//! The adapters for AWS, and the checks of a deployed stack.

pub(crate) mod absent_ports;
pub mod cached_vault;
pub mod checkup;
mod config;
pub mod dynamodb;
pub(crate) mod error;
mod http;
pub mod secrets_manager;
pub mod ses;
pub mod ses_report;
pub mod sqs;
mod stack;
pub(crate) mod stack_builder;
pub mod warm;

pub use crate::aws::stack_builder::{StackBuilder, StartError};
pub use config::loader;
pub use stack::Stack;
