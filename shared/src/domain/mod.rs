//! The pure core: what Regrant knows and decides, without any input or output.
//!
//! A [`signal`] is one thing seen; [`assess`](assess::assess) adds an app's signals up to a [`standing`]. Everything
//! else here names the things those two speak of.

pub mod app;
pub mod assess;
pub mod connection;
pub mod event;
pub mod failure;
pub mod history;
pub mod id;
pub mod org;
pub mod permission;
pub mod scan;
pub mod signal;
pub mod standing;
pub mod text;
