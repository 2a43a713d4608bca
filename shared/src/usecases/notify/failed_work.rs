//! The provisioning tasks that failed while an app's consent was broken. Okta does not retry them automatically (Okta Admin
//! Console, Dashboard › Tasks), so the person who repairs the consent receives this list.

use std::collections::BTreeSet;

use futures_util::TryStreamExt as _;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::domain::app::AppRecord;
use crate::domain::event::EventKind;
use crate::domain::id::{AppId, OrgId};
use crate::domain::text::UntrustedText;
use crate::ledger::{LedgerError, paging};
use crate::usecases::Ports;

/// How long before a broken consent was detected its tasks may already have failed: as far back as the first scan of an org reads
/// the System Log.
const DETECTION_DELAY: SignedDuration = SignedDuration::from_hours(7 * 24);
const PAGE: u32 = 500;

/// A provisioning task that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FailedWorkItem {
    /// When it failed, in UTC, by Okta's clock.
    #[schema(value_type = String, format = DateTime)]
    pub failed_at: Timestamp,
    /// The event type in Okta's System Log.
    pub event_type: String,
    /// The affected user or group, as Okta names it.
    pub whose: Option<UntrustedText>,
    /// The reason that Okta gives.
    pub reason: Option<UntrustedText>,
}

/// The tasks that failed during an app's last request, oldest first, without duplicates. Empty if there was no request.
pub async fn failed_work(ports: &Ports, app: &AppRecord) -> Result<Vec<FailedWorkItem>, LedgerError> {
    let Some(request) = &app.request else { return Ok(Vec::new()) };
    let from = request.opened_at.saturating_sub(DETECTION_DELAY).unwrap_or(Timestamp::MIN);
    let until = request.closed.as_ref().map_or(Timestamp::MAX, |closed| closed.at);
    failed_between(ports, &app.identity.org, &app.identity.app, from, until).await
}

async fn failed_between(
    ports: &Ports,
    org: &OrgId,
    app: &AppId,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<FailedWorkItem>, LedgerError> {
    let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
    let mut events = paging::items(PAGE, |page| ports.ledger.events(org, app, page));
    while let Some(event) = events.try_next().await? {
        let EventKind::WorkFailed { log_event, event_type, whose, reason, failed_at } = event.kind else { continue };
        // Reading the log again may bring an event twice.
        if (from..=until).contains(&failed_at) && seen.insert(log_event) {
            found.push(FailedWorkItem { failed_at, event_type, whose, reason });
        }
    }
    found.sort_by_key(|work| work.failed_at);
    Ok(found)
}
