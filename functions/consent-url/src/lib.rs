//! The consent-url function: invitations, their pages, and the way to Microsoft.
//!
//! Opening a link changes nothing, since mail scanners open links; only the page's own button begins.

mod endpoints;
mod router;

pub use router::{openapi, router};
