//! The discovery function: finds every Office 365 app of every org and says where each stands.
//!
//! It answers three kinds of events: a schedule, which starts a scan; a batch of the queue, one org a message; and
//! HTTP requests. [`router()`] is the HTTP part, served by Lambda and by the local server alike.

mod app;
mod endpoints;
#[cfg(feature = "lambda")]
mod handler;
mod router;

pub use app::App;
#[cfg(feature = "lambda")]
pub use handler::{InvocationError, handle};
pub use router::{openapi, router};
