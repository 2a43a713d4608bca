//! Hasten: look at an org now, because its log stream just brought an event that tells of a consent.
//!
//! The event itself decides nothing: it is anybody's word on the bus, it may come twice or late, and a stream says nothing by
//! its silence. It only brings the next look forward; what the look reads decides.

use futures_util::TryStreamExt as _;
use jiff::SignedDuration;

use crate::domain::id::OrgId;
use crate::domain::system_log::{AccessChange, Meaning, meaning};
use crate::ledger::paging;
use crate::okta::OrgUrl;
use crate::okta::log_stream::StreamedEvent;

use crate::usecases::Ports;
use crate::usecases::scan::start::{Selection, StartScanError, start_scan};

/// How long after a hastened look events of the same org bring forward no other one: a dead consent fails at every push.
/// With the look itself this keeps what a stream tells within five minutes.
const AT_MOST_EVERY: SignedDuration = SignedDuration::from_mins(1);
const PAGE: u32 = 500;

/// Looks soon at every org that an event may be from. Gives how many.
pub async fn rescan_soon(ports: &Ports, streamed: &StreamedEvent) -> Result<usize, StartScanError> {
    let told = meaning(&streamed.event);
    // An org at its rate limit is not asked for more.
    if matches!(told, Meaning::Other | Meaning::Transient | Meaning::AccessChanged(AccessChange::RateLimit)) {
        return Ok(0);
    }
    let now = ports.clock.now();
    // Not given back: it keeps further events of the same org from asking for the same look.
    let name = format!("hastened/{}", streamed.subdomain);
    let until = now.saturating_add(AT_MOST_EVERY).unwrap_or(now);
    if !ports.ledger.acquire_lease(&name, streamed.event.id.as_str(), now, until).await? {
        return Ok(0);
    }
    let orgs = orgs_of(ports, streamed).await?;
    if !orgs.is_empty() {
        start_scan(ports, &Selection::Orgs(orgs.clone())).await?;
    }
    Ok(orgs.len())
}

async fn orgs_of(ports: &Ports, streamed: &StreamedEvent) -> Result<Vec<OrgId>, StartScanError> {
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
