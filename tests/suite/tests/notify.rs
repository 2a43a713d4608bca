//! Tests notifications with real clients, real stores and both simulators: the right person receives each email once and in
//! time, even after failures, and can verify that Regrant sent it.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

#[path = "notify/access.rs"]
mod access;
#[path = "notify/asking.rs"]
mod asking;
#[path = "notify/at_once.rs"]
mod at_once;
#[path = "notify/deliveries.rs"]
mod deliveries;
#[path = "notify/done.rs"]
mod done;
#[path = "notify/early_rescans.rs"]
mod early_rescans;
#[path = "notify/fixture.rs"]
mod fixture;
#[path = "notify/holding.rs"]
mod holding;
#[path = "notify/hooks.rs"]
mod hooks;
#[path = "notify/listener.rs"]
mod listener;
#[path = "notify/many_orgs.rs"]
mod many_orgs;
#[path = "notify/muting.rs"]
mod muting;
#[path = "notify/outage.rs"]
mod outage;
#[path = "notify/quiet.rs"]
mod quiet;
#[path = "notify/request_links.rs"]
mod request_links;
#[path = "notify/requests.rs"]
mod requests;
#[path = "notify/scanners.rs"]
mod scanners;
#[path = "notify/secrets.rs"]
mod secrets;
#[path = "notify/tickets.rs"]
mod tickets;
#[path = "notify/waivers.rs"]
mod waivers;
