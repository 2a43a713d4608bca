//! Waivers.

use std::sync::Arc;

use super::{all, app, at, org, profile};
use crate::domain::text::UntrustedText;
use crate::domain::waiver::Waiver;
use crate::ledger::Ledger;
use crate::testing::records;

pub(super) async fn conforms<F, Fut>(make: &F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Arc<dyn Ledger>>,
{
    the_last_written_waiver_is_returned(&*make().await).await;
    a_waiver_is_removed_once(&*make().await).await;
    a_waiver_is_not_listed_as_an_app(&*make().await).await;
    waivers_are_listed_by_org_and_app(&*make().await).await;
}

/// A waiver of an app.
pub(crate) fn waiver(org_id: &str, app_id: &str) -> Waiver {
    let reason = UntrustedText::new("Retired in B\u{fc}ro \u{202e}\"1\"\n\u{0}");
    Waiver { reason, ..records::waiver(&records::app_identity(org_id, app_id, "Office 365"), at(1), at(100)) }
}

pub(super) async fn read(ledger: &dyn Ledger, org_id: &str, app_id: &str) -> Option<Waiver> {
    ledger.waiver(&org(org_id), &app(app_id)).await.expect("a waiver is looked up")
}

async fn removes(ledger: &dyn Ledger, org_id: &str, app_id: &str) -> bool {
    ledger.remove_waiver(&org(org_id), &app(app_id)).await.expect("removing a waiver is tried")
}

async fn the_last_written_waiver_is_returned(ledger: &dyn Ledger) {
    assert_eq!(read(ledger, "acme", "a").await, None);
    let first = waiver("acme", "a");
    ledger.put_waiver(&first).await.expect("a waiver is written");
    assert_eq!(read(ledger, "acme", "a").await.as_ref(), Some(&first), "all of it comes back");
    let longer = Waiver { ends_at: at(200), reason: UntrustedText::new("Longer"), ..first };
    ledger.put_waiver(&longer).await.expect("a waiver is written again");
    assert_eq!(read(ledger, "acme", "a").await, Some(longer), "the last one counts");
    for (org, app) in [("acme", "b"), ("globex", "a")] {
        assert_eq!(read(ledger, org, app).await, None, "app {app} of {org} has its own");
    }
}

async fn a_waiver_is_removed_once(ledger: &dyn Ledger) {
    assert!(!removes(ledger, "acme", "a").await, "it has no waiver");
    for (org, app) in [("acme", "a"), ("acme", "b"), ("globex", "a")] {
        ledger.put_waiver(&waiver(org, app)).await.expect("a waiver is written");
    }
    assert!(removes(ledger, "acme", "a").await, "it has a waiver");
    assert!(!removes(ledger, "acme", "a").await, "and it is gone");
    assert_eq!(read(ledger, "acme", "a").await, None);
    assert!(read(ledger, "acme", "b").await.is_some() && read(ledger, "globex", "a").await.is_some(), "others stay");
}

async fn a_waiver_is_not_listed_as_an_app(ledger: &dyn Ledger) {
    ledger.put_waiver(&waiver("acme", "a")).await.expect("a waiver is written");
    let filter = crate::ledger::AppFilter { org: Some(org("acme")), ..crate::ledger::AppFilter::default() };
    assert!(super::apps::listed(ledger, &filter).await.is_empty(), "an unknown app");
}

async fn waivers_are_listed_by_org_and_app(ledger: &dyn Ledger) {
    assert!(all(10, |page| ledger.waivers(page)).await.is_empty(), "an empty ledger has none");
    for (org, app) in [("globex", "a"), ("acme", "b"), ("acme", "a"), ("acme", "b")] {
        ledger.put_waiver(&waiver(org, app)).await.expect("a waiver is written");
    }
    let wanted = [waiver("acme", "a"), waiver("acme", "b"), waiver("globex", "a")];
    for limit in [1, 2, 3, 10] {
        assert_eq!(all(limit, |page| ledger.waivers(page)).await, wanted, "{limit} a page");
    }
    ledger.put_org(&profile("acme")).await.expect("an org is written");
    ledger.remove_org(&org("acme")).await.expect("an org is removed");
    assert_eq!(all(10, |page| ledger.waivers(page)).await, wanted[2..], "those of a removed org are gone");
}
