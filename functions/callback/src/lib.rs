//! The callback function: Microsoft sent the browser back. Who is it, and may that person consent?
//!
//! Whatever came in the query is out of the address bar with the first answer: each one is a 303 to a clean path.

mod callback;
mod router;

pub use router::router;
