//! What every ledger adapter must do.

#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a conformance test fails by panicking")]

use std::sync::Arc;

use jiff::Timestamp;

use super::{AppFilter, Cursor, Ledger, LedgerError, Page, PageRequest};
use crate::domain::app::{AppIdentity, AppRecord, ConsentRecord, TenantName};
use crate::domain::cloud::Cloud;
use crate::domain::event::{AppEvent, EventKind};
use crate::domain::id::{AppId, OrgId, ScanId};
use crate::domain::org::{CredentialKind, OrgProfile};
use crate::domain::scan::{OrgLook, OrgNotSeen};
use crate::domain::signal::{Look, Signal, SignalKind};
use crate::domain::standing::{Assessment, LastKnown, Standing};
use crate::domain::text::Foreign;

/// Holds an adapter to the contract. `make` gives an empty ledger, a fresh one each time.
pub async fn conforms<F, Fut>(make: F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Arc<dyn Ledger>>,
{
    an_empty_ledger_has_nothing(&*make().await).await;
    an_org_comes_back_as_it_was_written_last(&*make().await).await;
    orgs_are_listed_by_id(&*make().await).await;
    removing_an_org_takes_its_apps_and_leaves_events_and_other_orgs(&*make().await).await;
    an_app_comes_back_as_it_was_recorded_last(&*make().await).await;
    apps_are_listed_worst_first(&*make().await).await;
    apps_are_filtered(&*make().await).await;
    an_app_whose_standing_changed_is_listed_once(&*make().await).await;
    events_are_kept_in_order_and_only_added(&*make().await).await;
    a_cursor_of_another_list_is_refused(&*make().await).await;
    a_limit_out_of_range_is_brought_into_it(&*make().await).await;
    a_scan_is_finished_when_its_last_org_was_looked_at(&*make().await).await;
    the_last_look_counts_and_pending_replaces_none(&*make().await).await;
    beginning_again_adds_orgs_and_forgets_none(&*make().await).await;
    a_scan_of_no_orgs_is_finished_when_it_starts(&*make().await).await;
    the_latest_scan_is_the_one_begun_last(&*make().await).await;
    a_look_for_a_scan_that_was_never_begun_is_refused(&*make().await).await;
}

/// The time `seconds` after an arbitrary start, with a part that only nanoseconds can hold.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::new(1_735_603_200 + seconds, 123_456_789).expect("the test's own time is a time")
}

/// An org id.
pub fn org(id: &str) -> OrgId {
    OrgId::try_from(id.to_owned()).expect("the test's own org id is an id")
}

fn app(id: &str) -> AppId {
    AppId::try_from(id.to_owned()).expect("the test's own app id is an id")
}

/// A scan id.
pub fn scan(id: &str) -> ScanId {
    ScanId::try_from(id.to_owned()).expect("the test's own scan id is an id")
}

fn profile(id: &str) -> OrgProfile {
    let base_url = format!("https://{id}.okta.com/").parse().expect("the test's own URL is a URL");
    OrgProfile { id: org(id), base_url, credential: CredentialKind::ServiceApp, cloud: Cloud::Global, added_at: at(0) }
}

/// An app of `org_id`, whose domain is `{org_id}.okta.com`.
pub fn record(org_id: &str, app_id: &str, label: &str, standing: Standing) -> AppRecord {
    let reason = "The connection could not be read: \"timed out\".".to_owned();
    let look = SignalKind::CouldNotLook { look: Look::Connection, reason: reason.clone() };
    AppRecord {
        identity: AppIdentity {
            org: org(org_id),
            org_domain: format!("{org_id}.okta.com"),
            app: app(app_id),
            label: Foreign::new(label),
            tenant: Some(TenantName::from("contoso".to_owned())),
            domain: None,
        },
        signals: vec![Signal::okta(at(1), look)],
        assessment: Assessment { standing, proven: false, reasons: vec![reason] },
        as_of: at(2),
        last_known: Some(LastKnown { standing: Standing::Consented, as_of: at(0) }),
        consent: ConsentRecord::default(),
    }
}

fn found(seconds: i64, standing: Standing) -> AppEvent {
    AppEvent { at: at(seconds), kind: EventKind::Found { standing } }
}

/// Every item of a list, `limit` at a time.
pub async fn all<T, Fut>(limit: u32, list: impl Fn(PageRequest) -> Fut) -> Vec<T>
where
    Fut: Future<Output = Result<Page<T>, LedgerError>>,
{
    let (mut items, mut after) = (Vec::new(), None);
    loop {
        let page = list(PageRequest { after, limit }).await.expect("a page is read");
        assert!(page.items.len() <= limit as usize, "a page of {} where {limit} was the most", page.items.len());
        items.extend(page.items);
        match page.next {
            Some(next) => after = Some(next),
            None => return items,
        }
    }
}

async fn put_apps(ledger: &dyn Ledger, apps: &[AppRecord]) {
    for app in apps {
        ledger.record_app(app, &[]).await.expect("an app is recorded");
    }
}

/// Org and app of each app that passes the filter, two apps a page.
async fn listed(ledger: &dyn Ledger, filter: &AppFilter) -> Vec<String> {
    let apps = all(2, |page| ledger.apps(filter, page)).await;
    apps.iter().map(|app| format!("{}/{}", app.identity.org, app.identity.app)).collect()
}

async fn look(ledger: &dyn Ledger, org_id: &str, look: OrgLook, seconds: i64) {
    ledger.record_org_look(&scan("s1"), &org(org_id), &look, at(seconds)).await.expect("a look is recorded");
}

async fn pending(ledger: &dyn Ledger) -> Vec<OrgId> {
    let scan = scan("s1");
    all(2, |page| ledger.pending_orgs(&scan, page)).await
}

async fn an_empty_ledger_has_nothing(ledger: &dyn Ledger) {
    let page = || PageRequest::first(10);
    assert_eq!(ledger.org(&org("acme")).await.expect("an org is looked up"), None);
    assert_eq!(ledger.app(&org("acme"), &app("a")).await.expect("an app is looked up"), None);
    assert_eq!(ledger.scan(&scan("s1")).await.expect("a scan is looked up"), None);
    assert_eq!(ledger.latest_scan().await.expect("the latest scan is looked up"), None);
    assert!(ledger.orgs(page()).await.expect("orgs are listed").items.is_empty());
    assert!(ledger.apps(&AppFilter::default(), page()).await.expect("apps are listed").items.is_empty());
    assert!(ledger.events(&org("acme"), &app("a"), page()).await.expect("events are listed").items.is_empty());
    assert!(ledger.pending_orgs(&scan("s1"), page()).await.expect("pending orgs are listed").items.is_empty());
    ledger.remove_org(&org("acme")).await.expect("removing what is not there is fine");
}

async fn an_org_comes_back_as_it_was_written_last(ledger: &dyn Ledger) {
    let mut acme = profile("acme");
    ledger.put_org(&acme).await.expect("an org is written");
    assert_eq!(ledger.org(&acme.id).await.expect("an org is read").as_ref(), Some(&acme));
    acme.credential = CredentialKind::ApiToken;
    ledger.put_org(&acme).await.expect("an org is written again");
    assert_eq!(ledger.org(&acme.id).await.expect("an org is read"), Some(acme));
}

async fn orgs_are_listed_by_id(ledger: &dyn Ledger) {
    for id in ["c", "a", "e", "B", "d"] {
        ledger.put_org(&profile(id)).await.expect("an org is written");
    }
    for limit in [1, 2, 5, 6] {
        let ids: Vec<_> = all(limit, |page| ledger.orgs(page)).await.iter().map(|o| o.id.to_string()).collect();
        assert_eq!(ids, ["B", "a", "c", "d", "e"], "{limit} a page");
    }
}

async fn removing_an_org_takes_its_apps_and_leaves_events_and_other_orgs(ledger: &dyn Ledger) {
    for id in ["acme", "globex"] {
        ledger.put_org(&profile(id)).await.expect("an org is written");
        let app = record(id, "a", "Office", Standing::Broken);
        ledger.record_app(&app, &[found(1, Standing::Broken)]).await.expect("an app is recorded");
    }
    ledger.remove_org(&org("acme")).await.expect("an org is removed");
    assert_eq!(ledger.org(&org("acme")).await.expect("an org is looked up"), None, "the profile is gone");
    assert_eq!(ledger.app(&org("acme"), &app("a")).await.expect("an app is looked up"), None, "its app is gone");
    assert_eq!(listed(ledger, &AppFilter::default()).await, ["globex/a"], "the other org's app is there");
    let trail = ledger.events(&org("acme"), &app("a"), PageRequest::first(10)).await.expect("events are listed");
    assert_eq!(trail.items, [found(1, Standing::Broken)], "the audit trail stays");
}

async fn an_app_comes_back_as_it_was_recorded_last(ledger: &dyn Ledger) {
    let mut first = record("acme", "a", "B\u{fc}ro \u{202e}\"1\"\n\u{0}", Standing::Unknown);
    put_apps(ledger, std::slice::from_ref(&first)).await;
    let read = ledger.app(&org("acme"), &app("a")).await.expect("an app is read");
    assert_eq!(read.as_ref(), Some(&first), "all of the record comes back");
    first.identity.tenant = None;
    first.signals.clear();
    first.last_known = None;
    put_apps(ledger, std::slice::from_ref(&first)).await;
    assert_eq!(ledger.app(&org("acme"), &app("a")).await.expect("an app is read"), Some(first), "the last one counts");
}

async fn apps_are_listed_worst_first(ledger: &dyn Ledger) {
    let by_standing = Standing::ALL.map(|standing| record("zulu", standing.name(), "Office", standing));
    let wanted = by_standing.each_ref().map(|app| format!("zulu/{}", app.identity.app));
    let mut backwards = by_standing.to_vec();
    backwards.reverse();
    put_apps(ledger, &backwards).await;
    assert_eq!(listed(ledger, &AppFilter::default()).await, wanted, "by standing");

    // Alike in standing: by org domain, then label, then id.
    put_apps(
        ledger,
        &[
            record("beta", "x1", "Office", Standing::Broken),
            record("alfa", "y2", "Office", Standing::Broken),
            record("alfa", "y1", "Office", Standing::Broken),
            record("alfa", "y9", "365", Standing::Broken),
        ],
    )
    .await;
    let broken = AppFilter { standing: Some(Standing::Broken), ..AppFilter::default() };
    let wanted = ["alfa/y9", "alfa/y1", "alfa/y2", "beta/x1", "zulu/broken"];
    assert_eq!(listed(ledger, &broken).await, wanted, "by domain, label and id");
    assert_eq!(listed(ledger, &AppFilter::default()).await[..5], wanted, "in the whole list too");
}

async fn apps_are_filtered(ledger: &dyn Ledger) {
    let mut elsewhere = record("acme", "b", "Office", Standing::Broken);
    elsewhere.identity.tenant = Some(TenantName::from("globex".to_owned()));
    let mut nowhere = record("acme", "c", "Office", Standing::Broken);
    nowhere.identity.tenant = None;
    let fine = record("acme", "d", "Office", Standing::Consented);
    put_apps(ledger, &[record("acme", "a", "Office", Standing::Broken), elsewhere, nowhere, fine]).await;
    put_apps(ledger, &[record("initech", "a", "Office", Standing::Broken)]).await;

    let (broken, acme, contoso) =
        (Some(Standing::Broken), Some(org("acme")), Some(TenantName::from("contoso".to_owned())));
    for (standing, org, tenant, wanted) in [
        (broken, None, None, &["acme/a", "acme/b", "acme/c", "initech/a"][..]),
        (None, acme.clone(), None, &["acme/a", "acme/b", "acme/c", "acme/d"]),
        (None, None, contoso.clone(), &["acme/a", "initech/a", "acme/d"]),
        (broken, acme.clone(), None, &["acme/a", "acme/b", "acme/c"]),
        (None, acme.clone(), contoso.clone(), &["acme/a", "acme/d"]),
        (broken, acme, contoso, &["acme/a"]),
        (Some(Standing::ByHand), None, None, &[]),
    ] {
        let filter = AppFilter { standing, org, tenant };
        assert_eq!(listed(ledger, &filter).await, wanted, "{filter:?}");
    }
}

async fn an_app_whose_standing_changed_is_listed_once(ledger: &dyn Ledger) {
    put_apps(ledger, &[record("acme", "a", "Office", Standing::Broken)]).await;
    put_apps(ledger, &[record("acme", "a", "Renamed", Standing::Consented)]).await;
    assert_eq!(listed(ledger, &AppFilter::default()).await, ["acme/a"]);
    let broken = AppFilter { standing: Some(Standing::Broken), ..AppFilter::default() };
    assert!(listed(ledger, &broken).await.is_empty(), "it is not listed where it stood before");
}

async fn events_are_kept_in_order_and_only_added(ledger: &dyn Ledger) {
    let acme = record("acme", "a", "Office", Standing::Broken);
    let change = |seconds, from, to| AppEvent {
        at: at(seconds),
        kind: EventKind::StandingChanged { from, to, reasons: vec!["Because.".to_owned()] },
    };
    let trail = [
        found(1, Standing::Unknown),
        change(1, Standing::Unknown, Standing::Consented),
        change(2, Standing::Consented, Standing::Broken),
    ];
    ledger.record_app(&acme, &trail[..2]).await.expect("an app is recorded");
    ledger.record_app(&acme, &trail[2..]).await.expect("an app is recorded");
    ledger.record_app(&acme, &[]).await.expect("an app without news is recorded");
    for limit in [1, 2, 3, 10] {
        let events = all(limit, |page| ledger.events(&acme.identity.org, &acme.identity.app, page)).await;
        assert_eq!(events, trail, "{limit} a page");
    }
    let other = ledger.events(&org("acme"), &app("b"), PageRequest::first(10)).await.expect("events are listed");
    assert!(other.items.is_empty(), "another app has its own trail");
}

async fn a_cursor_of_another_list_is_refused(ledger: &dyn Ledger) {
    for id in ["a", "b", "c"] {
        ledger.put_org(&profile(id)).await.expect("an org is written");
        put_apps(ledger, &[record(id, "a", "Office", Standing::Broken)]).await;
    }
    let (any, broken) = (AppFilter::default(), AppFilter { standing: Some(Standing::Broken), ..AppFilter::default() });
    let orgs = ledger.orgs(PageRequest::first(1)).await.expect("orgs are listed").next.expect("orgs go on");
    let apps = ledger.apps(&any, PageRequest::first(1)).await.expect("apps are listed").next.expect("apps go on");
    for bad in [Cursor(String::new()), Cursor("not a cursor".to_owned()), Cursor("e30".to_owned()), orgs] {
        let page = PageRequest { after: Some(bad.clone()), limit: 1 };
        let refused = ledger.apps(&any, page).await;
        assert!(matches!(refused, Err(LedgerError::BadCursor)), "{bad:?}: {refused:?}");
    }
    let page = || PageRequest { after: Some(apps.clone()), limit: 1 };
    assert!(ledger.apps(&any, page()).await.is_ok(), "the list's own cursor goes on");
    let refused = ledger.apps(&broken, page()).await;
    assert!(matches!(refused, Err(LedgerError::BadCursor)), "the same list filtered otherwise: {refused:?}");
    let refused = ledger.orgs(page()).await;
    assert!(matches!(refused, Err(LedgerError::BadCursor)), "a list of something else: {refused:?}");
}

async fn a_limit_out_of_range_is_brought_into_it(ledger: &dyn Ledger) {
    for id in ["a", "b"] {
        ledger.put_org(&profile(id)).await.expect("an org is written");
    }
    let none = ledger.orgs(PageRequest::first(0)).await.expect("a page of none is read");
    assert_eq!((none.items.len(), none.next.is_some()), (1, true), "none is taken for one");
    let many = ledger.orgs(PageRequest::first(u32::MAX)).await.expect("a page of very many is read");
    assert_eq!((many.items.len(), many.next), (2, None), "very many are as many as there are");
}

async fn a_scan_is_finished_when_its_last_org_was_looked_at(ledger: &dyn Ledger) {
    let orgs = ["c", "a", "b"].map(org);
    ledger.begin_scan(&scan("s1"), at(0), &orgs).await.expect("a scan begins");
    assert_eq!(pending(ledger).await, ["a", "b", "c"].map(org), "all are pending, by id");
    look(ledger, "b", OrgLook::Seen { apps: 3 }, 1).await;
    look(ledger, "a", OrgLook::NotSeen { reason: "The token was refused.".to_owned() }, 2).await;
    let running = ledger.scan(&scan("s1")).await.expect("a scan is read").expect("the scan is there");
    assert_eq!((running.started_at, running.finished_at), (at(0), None), "one is still pending");
    assert_eq!((running.orgs_pending, running.orgs_seen, running.apps_seen), (1, 1, 3), "so far");
    assert_eq!(pending(ledger).await, [org("c")], "one is left");
    look(ledger, "c", OrgLook::Seen { apps: 4 }, 3).await;
    let done = ledger.scan(&scan("s1")).await.expect("a scan is read").expect("the scan is there");
    assert_eq!(done.finished_at, Some(at(3)), "finished at the last look");
    assert_eq!((done.orgs_pending, done.orgs_seen, done.apps_seen), (0, 2, 7), "at the end");
    let not_seen = OrgNotSeen { org: org("a"), reason: "The token was refused.".to_owned() };
    assert_eq!(done.orgs_not_seen, [not_seen], "what was not seen is told, with its reason");
}

async fn the_last_look_counts_and_pending_replaces_none(ledger: &dyn Ledger) {
    ledger.begin_scan(&scan("s1"), at(0), &[org("a")]).await.expect("a scan begins");
    look(ledger, "a", OrgLook::NotSeen { reason: "Timed out.".to_owned() }, 1).await;
    look(ledger, "a", OrgLook::Seen { apps: 2 }, 2).await;
    look(ledger, "a", OrgLook::Pending, 3).await;
    let scan = ledger.scan(&scan("s1")).await.expect("a scan is read").expect("the scan is there");
    assert_eq!((scan.orgs_pending, scan.orgs_seen, scan.apps_seen), (0, 1, 2), "the second look counts");
    assert!(scan.orgs_not_seen.is_empty(), "the first look is forgotten");
    assert!(scan.finished_at.is_some(), "a finished scan stays finished");
}

async fn beginning_again_adds_orgs_and_forgets_none(ledger: &dyn Ledger) {
    ledger.begin_scan(&scan("s1"), at(0), &[org("a")]).await.expect("a scan begins");
    look(ledger, "a", OrgLook::Seen { apps: 1 }, 1).await;
    ledger.begin_scan(&scan("s1"), at(5), &[org("a"), org("b")]).await.expect("a scan begins again");
    let scan = ledger.scan(&scan("s1")).await.expect("a scan is read").expect("the scan is there");
    assert_eq!(scan.started_at, at(0), "it started when it was begun first");
    assert_eq!((scan.orgs_pending, scan.orgs_seen), (1, 1), "what was seen stays seen, the new org is pending");
    assert_eq!(scan.finished_at, None, "it is not finished any more");
    assert_eq!(pending(ledger).await, [org("b")]);
    look(ledger, "b", OrgLook::Seen { apps: 1 }, 6).await;
    assert!(pending(ledger).await.is_empty(), "all were looked at");
}

async fn a_scan_of_no_orgs_is_finished_when_it_starts(ledger: &dyn Ledger) {
    ledger.begin_scan(&scan("s1"), at(7), &[]).await.expect("a scan of nothing begins");
    let scan = ledger.scan(&scan("s1")).await.expect("a scan is read").expect("the scan is there");
    assert_eq!((scan.started_at, scan.finished_at), (at(7), Some(at(7))));
}

async fn the_latest_scan_is_the_one_begun_last(ledger: &dyn Ledger) {
    for (id, seconds) in [("s9", 1), ("s1", 3), ("s5", 2)] {
        ledger.begin_scan(&scan(id), at(seconds), &[org("a")]).await.expect("a scan begins");
    }
    let latest = ledger.latest_scan().await.expect("the latest scan is read").expect("there are scans");
    assert_eq!((latest.id, latest.orgs_pending), (scan("s1"), 1));
}

async fn a_look_for_a_scan_that_was_never_begun_is_refused(ledger: &dyn Ledger) {
    let refused = ledger.record_org_look(&scan("s1"), &org("a"), &OrgLook::Seen { apps: 1 }, at(1)).await;
    assert!(matches!(refused, Err(LedgerError::Store { .. })), "{refused:?}");
    assert_eq!(ledger.scan(&scan("s1")).await.expect("a scan is looked up"), None, "no scan comes of it");
}
