//! The discovery function: finds every Office 365 app of every org and says where each stands.
//!
//! It answers three kinds of events: a schedule, which starts a scan; a batch of the queue, one org a message; and
//! HTTP requests. [`router()`] is the HTTP part, served by Lambda and by the local server alike.

mod app;
#[cfg(feature = "lambda")]
mod batch;
mod drain;
mod endpoints;
#[cfg(feature = "lambda")]
mod invocation;
mod look;
mod router;
#[cfg(feature = "lambda")]
mod schedule;

pub use app::App;
pub use drain::{DrainError, drain};
#[cfg(feature = "lambda")]
pub use invocation::{InvocationError, handle};
pub use router::{openapi, router};
#[cfg(feature = "lambda")]
pub use schedule::ScheduleError;
