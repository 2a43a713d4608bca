//! Who is told what, and when, over real clients, real stores and both simulators: the right person hears once, in time,
//! from us and from nobody who says so, whatever has died meanwhile.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

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
#[path = "notify/hooks.rs"]
mod hooks;
#[path = "notify/listener.rs"]
mod listener;
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
#[path = "notify/waivers.rs"]
mod waivers;
