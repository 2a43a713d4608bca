//! Starting a scan of an org early, because its log stream delivered an event that may concern a consent.
//!
//! The event is only a hint: anyone with access to the event bus can send one, it may arrive twice or late, and a missing
//! event means nothing. It brings the next scan forward; only what that scan reads has any effect.

use futures_util::TryStreamExt as _;
use jiff::SignedDuration;

use crate::domain::id::OrgId;
use crate::domain::system_log::{AccessChange, Meaning, meaning};
use crate::ledger::paging;
use crate::okta::OrgUrl;
use crate::okta::log_stream::StreamedEvent;
use crate::usecases::Ports;
use crate::usecases::scan::start::{Selection, StartScanError, start_scan};

/// The minimum time between two such scans of one org. A revoked consent fails at every provisioning task, so events come in
/// bursts. Including the scan itself, an event takes effect within five minutes.
const MIN_INTERVAL: SignedDuration = SignedDuration::from_mins(1);
const PAGE: u32 = 500;

/// Starts a scan of every org that an event may come from. Returns the number of orgs.
pub async fn rescan_soon(ports: &Ports, streamed: &StreamedEvent) -> Result<usize, StartScanError> {
    let meaning = meaning(&streamed.event);
    // An org that has reached its rate limit must not receive more calls.
    if matches!(meaning, Meaning::Other | Meaning::Transient | Meaning::AccessChanged(AccessChange::RateLimit)) {
        return Ok(0);
    }
    let now = ports.clock.now();
    // This lease is never released: until it expires, it suppresses further scans of the same org.
    let name = format!("hastened/{}", streamed.subdomain);
    let until = now.saturating_add(MIN_INTERVAL).unwrap_or(now);
    if !ports.ledger.acquire_lease(&name, streamed.event.id.as_str(), now, until).await? {
        return Ok(0);
    }
    let orgs = possible_sources(ports, streamed).await?;
    if !orgs.is_empty() {
        start_scan(ports, &Selection::Orgs(orgs.clone())).await?;
    }
    Ok(orgs.len())
}

async fn possible_sources(ports: &Ports, streamed: &StreamedEvent) -> Result<Vec<OrgId>, StartScanError> {
    let mut found = Vec::new();
    let mut orgs = paging::items(PAGE, |page| ports.ledger.orgs(page));
    while let Some(org) = orgs.try_next().await? {
        let url = OrgUrl::from_base_url(&org.base_url, ports.loopback);
        if url.is_ok_and(|url| streamed.may_be_from(&url)) {
            found.push(org.id);
        }
    }
    Ok(found)
}
