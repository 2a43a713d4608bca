//! The runtime of functions in AWS Lambda: events, logging, metrics and traces.

mod batch;
mod caller;
mod event;
pub mod logging;
mod metrics;
mod rehearsal;
mod run;
pub(crate) mod traces;

pub use batch::{Received, each_message};
pub use event::{Event, EventError, answer, answer_http};
pub use run::{run, start};
