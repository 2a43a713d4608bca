//! The work of Okta's provisioning that failed while a consent was dead. Okta leaves it to be done again by hand
//! (Dashboard › Tasks), so whoever repairs a consent is told what that is.

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

/// How long before a consent was found dead its work may have failed already: as long as the System Log is read back
/// when an org is looked at first.
const BEFORE_IT_WAS_FOUND: SignedDuration = SignedDuration::from_hours(7 * 24);
const PAGE: u32 = 500;

/// One piece of work that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FailedWork {
    /// When, in UTC, by Okta's clock.
    #[schema(value_type = String, format = DateTime)]
    pub failed_at: Timestamp,
    /// The System Log's type of the event.
    pub event_type: String,
    /// Whose it was, as Okta names the person or group.
    pub whose: Option<UntrustedText>,
    /// What Okta said.
    pub reason: Option<UntrustedText>,
}

/// The work that failed in an app's last request, oldest first, each piece once. Nothing where there was no request.
pub async fn failed_work(ports: &Ports, app: &AppRecord) -> Result<Vec<FailedWork>, LedgerError> {
    let Some(request) = &app.request else { return Ok(Vec::new()) };
    let from = request.opened_at.saturating_sub(BEFORE_IT_WAS_FOUND).unwrap_or(Timestamp::MIN);
    let until = request.closed.as_ref().map_or(Timestamp::MAX, |ended| ended.at);
    failed_between(ports, &app.identity.org, &app.identity.app, from, until).await
}

async fn failed_between(
    ports: &Ports,
    org: &OrgId,
    app: &AppId,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<FailedWork>, LedgerError> {
    let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
    let mut events = paging::items(PAGE, |page| ports.ledger.events(org, app, page));
    while let Some(event) = events.try_next().await? {
        let EventKind::WorkFailed { log_event, event_type, whose, reason, failed_at } = event.kind else { continue };
        // Reading the log again may bring an event twice.
        if (from..=until).contains(&failed_at) && seen.insert(log_event) {
            found.push(FailedWork { failed_at, event_type, whose, reason });
        }
    }
    found.sort_by_key(|work| work.failed_at);
    Ok(found)
}
