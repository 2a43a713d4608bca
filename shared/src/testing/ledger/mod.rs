//! The conformance suite of the ledger, and sample records.

#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a conformance test fails by panicking")]

mod access;
mod app_changes;
mod apps;
mod estate;
mod invitations;
mod leases;
mod notification_kinds;
mod notification_lists;
mod notifications;
mod orgs;
mod recipients;
mod retention;
mod saves;
mod scans;
mod sessions;
mod trails;
mod waivers;
mod watches;

#[cfg(test)]
pub(crate) use invitations::{invitation, invitation_id};
#[cfg(test)]
pub(crate) use notifications::notification;
#[cfg(test)]
pub(crate) use saves::journal;
#[cfg(test)]
pub(crate) use sessions::{consume_at, session, session_id};
#[cfg(test)]
pub(crate) use waivers::waiver;

use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::app::{AppIdentity, AppRecord};
use crate::domain::assignment_counts::{AssignmentCounts, Count};
use crate::domain::event::{AppEvent, EventKind};
use crate::domain::id::{AppId, OrgId, ScanId, Sha256Digest};
use crate::domain::org::OrgProfile;
use crate::domain::signal::{Check, Signal, SignalKind};
use crate::domain::standing::{Assessment, LastKnown, Standing};
use crate::domain::tenant::TenantName;
use crate::ledger::{AppFilter, Ledger, LedgerError, Page, PageRequest};
use crate::testing::records::{app_identity, app_record, org_profile};

/// How many concurrent callers race for a write that only one may win.
const CALLERS: usize = 64;

/// Checks an adapter against the contract. `make` returns a new, empty ledger each time.
pub async fn conforms<F, Fut>(make: F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Arc<dyn Ledger>>,
{
    an_empty_ledger_has_nothing(&*make().await).await;
    orgs::conforms(&make).await;
    access::conforms(&make).await;
    apps::conforms(&make).await;
    estate::conforms(&make).await;
    app_changes::conforms(&make).await;
    scans::conforms(&make).await;
    invitations::conforms(&make).await;
    sessions::conforms(&make).await;
    saves::conforms(&make).await;
    leases::conforms(&make).await;
    notifications::conforms(&make).await;
    notification_lists::conforms(&make).await;
    recipients::conforms(&make).await;
    retention::conforms(&make).await;
    trails::conforms(&make).await;
    waivers::conforms(&make).await;
    watches::conforms(&make).await;
}

/// The time `seconds` after an arbitrary start, with a fraction that needs nanoseconds.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::new(1_735_603_200 + seconds, 123_456_789).expect("the test's own time is a time")
}

/// An org id.
pub fn org(id: &str) -> OrgId {
    OrgId::try_from(id.to_owned()).expect("the test's own org id is an id")
}

/// An app id.
pub fn app(id: &str) -> AppId {
    AppId::try_from(id.to_owned()).expect("the test's own app id is an id")
}

/// A scan id.
pub fn scan(id: &str) -> ScanId {
    ScanId::try_from(id.to_owned()).expect("the test's own scan id is an id")
}

fn profile(id: &str) -> OrgProfile {
    OrgProfile { added_at: at(0), ..org_profile(id) }
}

fn count(number: u64, or_more: bool) -> Count {
    Count { number, or_more }
}

/// A new app of `org_id`, whose domain is `{org_id}.okta.com`.
pub fn record(org_id: &str, app_id: &str, label: &str, standing: Standing) -> AppRecord {
    let reason = "The connection could not be read: \"timed out\".".to_owned();
    let look = SignalKind::CheckFailed { check: Check::Connection, reason: reason.clone() };
    let tenant = Some(TenantName::from("contoso".to_owned()));
    AppRecord {
        signals: vec![Signal::okta(at(1), look)],
        assessment: Assessment { standing, verified: false, reasons: vec![reason] },
        as_of: at(2),
        last_known: Some(LastKnown { standing: Standing::Consented, as_of: at(0) }),
        assignment_counts: Some(AssignmentCounts {
            users: count(500, true),
            groups: count(3, false),
            counted_at: at(1),
        }),
        ..app_record(AppIdentity { tenant, ..app_identity(org_id, app_id, label) }, standing)
    }
}

/// An app's record as the ledger returns it after the write.
pub fn recorded(app: AppRecord) -> AppRecord {
    AppRecord { version: app.version + 1, ..app }
}

fn found(seconds: i64, standing: Standing) -> AppEvent {
    AppEvent::automatic(at(seconds), EventKind::Found { standing })
}

/// Every item of a list, `limit` at a time.
pub async fn all<T, Fut>(limit: u32, list: impl Fn(PageRequest) -> Fut) -> Vec<T>
where
    Fut: Future<Output = Result<Page<T>, LedgerError>>,
{
    let (mut items, mut after) = (Vec::new(), None);
    loop {
        let page = list(PageRequest { after, limit }).await.expect("a page is read");
        assert!(page.items.len() <= limit as usize, "a page of {} exceeds the limit of {limit}", page.items.len());
        items.extend(page.items);
        match page.next {
            Some(next) => after = Some(next),
            None => return items,
        }
    }
}

async fn an_empty_ledger_has_nothing(ledger: &dyn Ledger) {
    let page = || PageRequest::first(10);
    assert_eq!(ledger.org(&org("acme")).await.expect("an org is looked up"), None);
    assert_eq!(ledger.app(&org("acme"), &app("a")).await.expect("an app is looked up"), None);
    assert_eq!(ledger.scan(&scan("s1")).await.expect("a scan is looked up"), None);
    assert_eq!(ledger.latest_scan(at(9)).await.expect("the latest scan is looked up"), None);
    assert!(ledger.orgs(page()).await.expect("orgs are listed").items.is_empty());
    assert!(ledger.apps(&AppFilter::default(), page()).await.expect("apps are listed").items.is_empty());
    assert!(ledger.events(&org("acme"), &app("a"), page()).await.expect("events are listed").items.is_empty());
    assert!(ledger.pending_orgs(&scan("s1"), page()).await.expect("pending orgs are listed").items.is_empty());
    assert_eq!(ledger.session_by_state(&Sha256Digest::of("s")).await.expect("a session is looked up"), None);
    assert_eq!(ledger.save_journal(&org("acme"), &app("a")).await.expect("a journal is looked up"), None);
    assert!(
        ledger.invitations(&org("acme"), &app("a"), page()).await.expect("invitations are listed").items.is_empty()
    );
    assert_eq!(ledger.delete_expired(at(0)).await.expect("nothing is deleted"), 0);
    ledger.remove_org(&org("acme")).await.expect("removing an unknown org succeeds");
}
