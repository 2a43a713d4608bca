//! The pure core: what Regrant knows and decides, without any input or output.
//!
//! A [`signal`] is one thing seen; [`assess`](assess::assess) adds an app's signals up to a [`standing`]. Everything
//! else here names the things those two speak of.

pub mod access_problem;
pub mod administrator;
pub mod app;
pub mod assess;
pub mod assignment_counts;
pub mod authorize_link;
pub mod cloud;
pub mod connection;
pub mod contact;
pub mod event;
pub mod failure;
pub mod grant;
pub mod hand_over;
pub mod history;
pub mod id;
pub mod invitation;
pub mod notification;
pub mod org;
pub mod permission;
pub mod registered_credential;
pub mod request;
pub mod save;
pub mod scan;
pub mod session;
pub mod signal;
pub mod standing;
pub mod system_log;
pub mod tenant;
pub mod text;
pub mod waiver;
