//! The notify function: tells people and programs what they have to know, once.
//!
//! It answers four kinds of events: a batch of the queue, of which each message finds out what is due or sends one notification;
//! a schedule, which takes up what was left lying; what the transport reports of emails it took; and HTTP requests: the
//! links that mute reminders or show how a request stands, and what operators ask about notifications, waivers and failed work.

mod endpoints;
#[cfg(feature = "lambda")]
mod handler;
mod router;

#[cfg(feature = "lambda")]
pub use handler::{InvocationError, handle};
pub use router::{openapi, router};
