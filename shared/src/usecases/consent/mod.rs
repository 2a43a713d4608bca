//! Consent, first half: who are you? Leads from an invitation to an administrator whose sign-in is verified.
//!
//! [`invite`](mod@invite) makes the signed link, [`begin`] opens a session and sends the browser to Microsoft,
//! [`complete_sign_in`](mod@complete_sign_in) verifies the administrator, and [`session`] binds all of it to one browser.
//!
//! Nothing here changes anything in Okta. The second half, where the administrator lets Okta in, is
//! [`save`](crate::usecases::save).

pub mod begin;
pub mod complete_sign_in;
pub mod invite;
pub mod session;
