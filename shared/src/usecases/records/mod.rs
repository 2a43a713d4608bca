//! Records: what several use cases write, and the error that a consent ends with.
//!
//! [`app`](mod@app) updates app records under an optimistic lock and appends to their audit trail. [`lease`] lets one
//! worker at a time do a piece of work. [`consent_error`] maps every failure to the page that a person sees.
//!
//! How records are stored is up to the [`ledger`](crate::ledger); what they mean is decided in
//! [`domain`](crate::domain).

pub mod app;
pub mod cleanup;
pub mod consent_error;
pub mod lease;
pub(crate) mod optimistic;
