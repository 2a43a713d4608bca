//! Consent, first half: who are you? From an invitation to an administrator whose sign-in is verified.
//!
//! Nothing here changes anything in Okta.

pub mod begin;
pub mod complete_sign_in;
pub mod invite;
pub mod session;
