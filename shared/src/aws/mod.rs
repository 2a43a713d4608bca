//! Regrant on AWS: clients that are made once, and the ports over them.

pub mod checkup;
mod config;
mod http;
mod opening;
pub(crate) mod refusal;
mod stack;
pub mod warm;
mod without;

pub use config::loader;
pub use opening::{Opening, StartError};
pub use stack::Stack;
