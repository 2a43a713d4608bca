//! The discovery function: finds every Office 365 app of every org and says where each stands.
//!
//! It answers three kinds of events: a schedule, which starts a scan; a batch of the queue, one org a message; and
//! HTTP requests. [`router()`] is the HTTP part, served by Lambda and by the local server alike.

mod app;
mod batch;
mod drain;
mod endpoints;
mod invocation;
mod router;
mod schedule;

pub use app::App;
pub use drain::{DrainError, drain};
pub use invocation::{InvocationError, handle};
pub use router::{openapi, router};
pub use schedule::{ScheduleError, handle_schedule};
