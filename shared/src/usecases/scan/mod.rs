//! Scan: reads every Office 365 app of every org, and whether its consent still holds on both sides.
//!
//! A scan sends only GET requests. [`discover`] scans one org; the `watch_*` modules read the System Log, the permission
//! grants in Microsoft Graph, and Regrant's own access.

pub mod discover;
pub mod rescan_soon;
pub mod start;
pub(crate) mod watch_access;
pub(crate) mod watch_grants;
pub(crate) mod watch_system_log;
pub mod work;
