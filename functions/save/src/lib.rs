//! The save function: the Okta side of a consent, and the page that tells how far it is.
//!
//! It answers two kinds of events: a batch of the queue, one app a message; and HTTP requests, of which none waits for a
//! save: each puts one into the queue, and the session's page tells how it goes.

mod endpoints;
#[cfg(feature = "lambda")]
mod handler;
mod router;

#[cfg(feature = "lambda")]
pub use handler::handle;
pub use router::{openapi, router};
