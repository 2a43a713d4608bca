//! Apps and their events.

use std::sync::Arc;

use super::{all, app, at, found, org, profile, record, recorded};
use crate::domain::actor::Actor;
use crate::domain::app::{AppIdentity, AppRecord};
use crate::domain::event::{AppEvent, EventKind};
use crate::domain::standing::Standing;
use crate::domain::tenant::TenantName;
use crate::domain::text::UntrustedText;
use crate::ledger::{AppFilter, Cursor, Ledger, LedgerError, PageRequest};

pub(super) async fn conforms<F, Fut>(make: &F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Arc<dyn Ledger>>,
{
    the_last_written_app_is_returned(&*make().await).await;
    apps_are_listed_worst_first(&*make().await).await;
    apps_are_filtered(&*make().await).await;
    an_app_is_listed_once_after_its_standing_changes(&*make().await).await;
    events_are_listed_in_order_and_never_replaced(&*make().await).await;
    an_event_can_be_appended_on_its_own(&*make().await).await;
    a_cursor_of_a_different_list_is_rejected(&*make().await).await;
}

pub(super) async fn puts(ledger: &dyn Ledger, app: &AppRecord, events: &[AppEvent]) -> bool {
    ledger.record_app(app, events).await.expect("recording an app is tried")
}

async fn put_apps(ledger: &dyn Ledger, apps: &[AppRecord]) {
    for app in apps {
        assert!(puts(ledger, app, &[]).await, "no one else writes it");
    }
}

/// Org and app id of each app that matches the filter, listed two per page.
pub(super) async fn listed(ledger: &dyn Ledger, filter: &AppFilter) -> Vec<String> {
    let apps = all(2, |page| ledger.apps(filter, page)).await;
    apps.iter().map(|app| format!("{}/{}", app.identity.org, app.identity.app)).collect()
}

async fn the_last_written_app_is_returned(ledger: &dyn Ledger) {
    let first = record("acme", "a", "B\u{fc}ro \u{202e}\"1\"\n\u{0}", Standing::Unknown);
    put_apps(ledger, std::slice::from_ref(&first)).await;
    let read = ledger.app(&org("acme"), &app("a")).await.expect("an app is read");
    let mut next = recorded(first);
    assert_eq!(read.as_ref(), Some(&next), "all of the record comes back, with the version to write next");
    next.identity.tenant = None;
    next.signals.clear();
    next.last_known = None;
    put_apps(ledger, std::slice::from_ref(&next)).await;
    let read = ledger.app(&org("acme"), &app("a")).await.expect("an app is read");
    assert_eq!(read, Some(recorded(next)), "the last one counts");
}

async fn apps_are_listed_worst_first(ledger: &dyn Ledger) {
    let by_standing = Standing::ALL.map(|standing| record("zulu", standing.name(), "Office", standing));
    let wanted = by_standing.each_ref().map(|app| format!("zulu/{}", app.identity.app));
    let mut backwards = by_standing.to_vec();
    backwards.reverse();
    put_apps(ledger, &backwards).await;
    assert_eq!(listed(ledger, &AppFilter::default()).await, wanted, "by standing");

    // With equal standing: by org domain, then label, then id.
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
    assert_eq!(listed(ledger, &AppFilter::default()).await[..5], wanted, "also in the list of all apps");
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
        let filter = AppFilter { standing, org, tenant, customers: None };
        assert_eq!(listed(ledger, &filter).await, wanted, "{filter:?}");
    }
}

async fn an_app_is_listed_once_after_its_standing_changes(ledger: &dyn Ledger) {
    put_apps(ledger, &[record("acme", "a", "Office", Standing::Broken)]).await;
    put_apps(ledger, &[AppRecord { version: 1, ..record("acme", "a", "Renamed", Standing::Consented) }]).await;
    assert_eq!(listed(ledger, &AppFilter::default()).await, ["acme/a"]);
    let broken = AppFilter { standing: Some(Standing::Broken), ..AppFilter::default() };
    assert!(listed(ledger, &broken).await.is_empty(), "it is not listed under its previous standing");
}

async fn events_are_listed_in_order_and_never_replaced(ledger: &dyn Ledger) {
    let acme = record("acme", "a", "Office", Standing::Broken);
    let change = |seconds, from, to| AppEvent {
        at: at(seconds),
        by: Some(Actor::OsUser { name: UntrustedText::new("ada") }),
        kind: EventKind::StandingChanged { from, to, reasons: vec!["Because.".to_owned()] },
    };
    let trail = [
        found(1, Standing::Unknown),
        change(1, Standing::Unknown, Standing::Consented),
        change(2, Standing::Consented, Standing::Broken),
    ];
    for (version, news) in [(0, &trail[..2]), (1, &trail[2..]), (2, &[])] {
        assert!(puts(ledger, &AppRecord { version, ..acme.clone() }, news).await, "version {version}");
    }
    for limit in [1, 2, 3, 10] {
        let events = all(limit, |page| ledger.events(&acme.identity.org, &acme.identity.app, page)).await;
        assert_eq!(events, trail, "{limit} a page");
    }
    let other = ledger.events(&org("acme"), &app("b"), PageRequest::first(10)).await.expect("events are listed");
    assert!(other.items.is_empty(), "a different app has its own trail");
}

async fn an_event_can_be_appended_on_its_own(ledger: &dyn Ledger) {
    let acme = record("acme", "a", "Office", Standing::Broken);
    let AppIdentity { org, app, .. } = &acme.identity;
    assert!(puts(ledger, &acme, &[found(1, Standing::Broken)]).await);
    let changed = AppRecord { last_known: None, ..recorded(acme.clone()) };
    assert!(puts(ledger, &changed, &[]).await);
    ledger.append_event(org, app, &found(2, Standing::Consented)).await.expect("an event is appended");
    let trail = ledger.events(org, app, PageRequest::first(10)).await.expect("events are listed").items;
    assert_eq!(trail, [found(1, Standing::Broken), found(2, Standing::Consented)]);
    let read = ledger.app(org, app).await.expect("an app is read");
    assert_eq!(read, Some(recorded(changed)), "its record is unchanged");
}

async fn a_cursor_of_a_different_list_is_rejected(ledger: &dyn Ledger) {
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
