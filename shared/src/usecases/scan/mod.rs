//! Scan: reads every Office 365 app of every org, in Okta and at Microsoft, and records what it finds.
//!
//! A scan only reads; it never changes anything in Okta or at Microsoft. It decides nothing either: an app's standing
//! follows from its signals in [`domain`](crate::domain), and [`notify`](crate::usecases::notify) decides who is
//! notified.
//!
//! - [`start`] starts a scan and queues one message per org; [`work`] handles such a message; [`rescan_soon`] starts a
//!   scan of one org after an event from its log stream.
//! - [`scan_apps`](mod@scan_apps) scans one org. It uses `watch_system_log` (Okta's log), `watch_grants` (permission
//!   grants at Microsoft) and `watch_access` (problems with Regrant's own credentials).

pub mod in_scope;
pub mod rescan_soon;
pub mod scan_apps;
pub mod start;
pub(crate) mod watch_access;
pub(crate) mod watch_grants;
pub(crate) mod watch_system_log;
pub mod work;
