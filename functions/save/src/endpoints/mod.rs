//! The endpoints, one file each.

pub(crate) mod finish;
pub(crate) mod handover;
pub(crate) mod progress;
pub(crate) mod save_app;
