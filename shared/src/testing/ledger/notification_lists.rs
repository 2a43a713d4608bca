//! The lists of notifications: of a request, of an org, and of all that are open.

use std::sync::Arc;

use super::notifications::{notification, puts, request, updates};
use super::{all, at, org};
use crate::domain::notification::{Notification, NotificationState, WhyDropped};
use crate::domain::standing::Standing;
use crate::domain::tenant::TenantName;
use crate::ledger::{AppFilter, Cursor, Ledger, LedgerError, PageRequest};

pub(super) async fn conforms<F, Fut>(make: &F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Arc<dyn Ledger>>,
{
    a_requests_notifications_are_listed_by_due_time(&*make().await).await;
    open_notifications_are_listed_once_due(&*make().await).await;
    a_settled_notification_is_not_listed_as_open(&*make().await).await;
    settling_while_paging_skips_nothing(&*make().await).await;
    an_orgs_notifications_are_listed_latest_first(&*make().await).await;
    a_later_due_time_moves_a_notification_in_lists(&*make().await).await;
    a_notification_cursor_only_fits_its_list(&*make().await).await;
    a_tenant_named_like_a_list_stays_separate(&*make().await).await;
}

async fn put_all(ledger: &dyn Ledger, notifications: &[(&str, &str, &str, i64)]) {
    for (request, id, org, seconds) in notifications {
        assert!(puts(ledger, &notification(request, id, org, *seconds)).await, "{request} {id} is new");
    }
}

fn ids(notifications: &[Notification]) -> Vec<String> {
    notifications.iter().map(|notification| notification.id.to_string()).collect()
}

/// The open notifications due at `until`, `limit` per page.
async fn open(ledger: &dyn Ledger, until: i64, limit: u32) -> Vec<String> {
    ids(&all(limit, |page| ledger.open_notifications(at(until), page)).await)
}

async fn of_org(ledger: &dyn Ledger, id: &str, limit: u32) -> Vec<String> {
    let id = org(id);
    ids(&all(limit, |page| ledger.notifications(&id, page)).await)
}

fn dropped(seconds: i64) -> NotificationState {
    NotificationState::Dropped { at: at(seconds), why: WhyDropped::Superseded }
}

async fn a_requests_notifications_are_listed_by_due_time(ledger: &dyn Ledger) {
    let mixed = [
        ("RG-A", "n3", "acme", 3),
        ("RG-A", "n2", "acme", 1),
        ("RG-A", "n1", "acme", 1),
        ("RG-AB", "n0", "acme", 1),
        ("RG-A", "n0", "globex", 2),
    ];
    put_all(ledger, &mixed).await;
    let address = super::notifications::address("ada@contoso.example");
    ledger.mute(&request("RG-A"), &address, at(1)).await.expect("an address is muted");
    let settled = Notification { state: dropped(4), version: 1, ..notification("RG-A", "n2", "acme", 1) };
    assert!(updates(ledger, &settled).await);
    let listed = ledger.notifications_of(&request("RG-A")).await.expect("a request's notifications are listed");
    assert_eq!(ids(&listed), ["n1", "n2", "n0", "n3"], "by due time, then by id, settled or not");
    assert_eq!(listed[1], Notification { version: 2, ..settled }, "in their current version");
    let none = ledger.notifications_of(&request("RG-C")).await.expect("a request's notifications are listed");
    assert!(none.is_empty(), "a different request has its own");
}

async fn open_notifications_are_listed_once_due(ledger: &dyn Ledger) {
    let mixed = [
        ("RG-A", "n5", "acme", 5),
        ("RG-B", "n2", "globex", 2),
        ("RG-C", "n1", "acme", 2),
        ("RG-A", "n3", "acme", 1),
        ("RG-B", "n4", "hooli", 4),
    ];
    put_all(ledger, &mixed).await;
    for limit in [1, 2, 5, 10] {
        assert_eq!(open(ledger, 9, limit).await, ["n3", "n1", "n2", "n4", "n5"], "{limit} a page");
        assert_eq!(open(ledger, 4, limit).await, ["n3", "n1", "n2", "n4"], "due at that moment is due, {limit} a page");
        assert_eq!(open(ledger, 3, limit).await, ["n3", "n1", "n2"], "{limit} a page");
    }
    assert!(open(ledger, 0, 10).await.is_empty(), "nothing is due yet");
    let just_before = at(2) - jiff::SignedDuration::from_nanos(1);
    let early = all(10, |page| ledger.open_notifications(just_before, page)).await;
    assert_eq!(ids(&early), ["n3"], "not a nanosecond early");
}

async fn a_settled_notification_is_not_listed_as_open(ledger: &dyn Ledger) {
    let first = notification("RG-A", "n1", "acme", 1);
    assert!(puts(ledger, &first).await && puts(ledger, &notification("RG-A", "n2", "acme", 2)).await);
    let born_settled = Notification { state: dropped(1), ..notification("RG-A", "n3", "acme", 1) };
    assert!(puts(ledger, &born_settled).await);
    let sending = Notification { state: NotificationState::Sending { since: at(3), attempt: 1 }, version: 1, ..first };
    assert!(updates(ledger, &sending).await);
    let listed =
        ledger.open_notifications(at(9), PageRequest::first(10)).await.expect("open notifications are listed").items;
    assert_eq!(ids(&listed), ["n1", "n2"], "the worker that sends it may have crashed");
    assert_eq!(listed[0], Notification { version: 2, ..sending.clone() }, "as it is now");
    let waiting =
        Notification { state: NotificationState::Waiting { until: at(8), attempt: 1 }, version: 2, ..sending };
    assert!(updates(ledger, &waiting).await);
    let listed =
        ledger.open_notifications(at(1), PageRequest::first(10)).await.expect("open notifications are listed").items;
    assert_eq!(listed, [Notification { version: 3, ..waiting.clone() }], "the message that it waits for may be lost");
    let sent = NotificationState::Sent { at: at(4), carrier_id: "c".to_owned() };
    assert!(updates(ledger, &Notification { state: sent, version: 3, ..waiting }).await);
    assert_eq!(open(ledger, 9, 10).await, ["n2"], "it needs no more work");
    assert_eq!(of_org(ledger, "acme", 10).await, ["n2", "n3", "n1"], "its org's list still has it");
}

/// A worker pages through the list and settles each notification.
async fn settling_while_paging_skips_nothing(ledger: &dyn Ledger) {
    for n in 0..7 {
        assert!(puts(ledger, &notification("RG-A", &format!("n{n}"), "acme", n / 2)).await);
    }
    let (mut seen, mut after, mut until) = (Vec::new(), None, 9);
    loop {
        // Time passes between pages.
        until += 1;
        let page = PageRequest { after, limit: 2 };
        let page = ledger.open_notifications(at(until), page).await.expect("open notifications are listed");
        for notification in page.items {
            assert!(updates(ledger, &Notification { state: dropped(9), ..notification.clone() }).await);
            seen.push(notification.id.to_string());
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, ["n0", "n1", "n2", "n3", "n4", "n5", "n6"], "each once");
    assert!(open(ledger, 99, 10).await.is_empty(), "and all are settled");
}

async fn an_orgs_notifications_are_listed_latest_first(ledger: &dyn Ledger) {
    let mixed = [
        ("RG-A", "n1", "acme", 2),
        ("RG-B", "n2", "acme", 9),
        ("RG-A", "n3", "globex", 5),
        ("RG-C", "n4", "acme", 4),
        ("RG-B", "n5", "acme", 2),
        ("RG-D", "n6", "acme", 1),
    ];
    put_all(ledger, &mixed).await;
    for limit in [1, 2, 5, 10] {
        assert_eq!(of_org(ledger, "acme", limit).await, ["n2", "n4", "n5", "n1", "n6"], "{limit} a page");
    }
    assert_eq!(of_org(ledger, "globex", 10).await, ["n3"]);
    assert!(of_org(ledger, "acm", 10).await.is_empty(), "an org without notifications");
}

async fn a_later_due_time_moves_a_notification_in_lists(ledger: &dyn Ledger) {
    put_all(ledger, &[("RG-A", "n1", "acme", 1), ("RG-A", "n2", "acme", 2)]).await;
    let later = Notification { version: 1, ..notification("RG-A", "n1", "acme", 5) };
    assert!(updates(ledger, &later).await);
    assert_eq!(
        (open(ledger, 4, 10).await, open(ledger, 5, 10).await),
        (vec!["n2".into()], vec!["n2".into(), "n1".into()])
    );
    assert_eq!(of_org(ledger, "acme", 10).await, ["n1", "n2"]);
    let listed = ledger.notifications_of(&request("RG-A")).await.expect("a request's notifications are listed");
    assert_eq!(ids(&listed), ["n2", "n1"]);
}

async fn a_notification_cursor_only_fits_its_list(ledger: &dyn Ledger) {
    let mixed = [
        ("RG-A", "n1", "acme", 1),
        ("RG-A", "n2", "acme", 2),
        ("RG-B", "n3", "globex", 3),
        ("RG-B", "n4", "globex", 4),
    ];
    put_all(ledger, &mixed).await;
    let (acme, globex) = (org("acme"), org("globex"));
    let page = |after: &Option<Cursor>| PageRequest { after: after.clone(), limit: 1 };
    let open = ledger.open_notifications(at(9), page(&None)).await.expect("open notifications are listed").next;
    let of_acme = ledger.notifications(&acme, page(&None)).await.expect("an org's notifications are listed").next;
    assert!(open.is_some() && of_acme.is_some(), "both go on");

    let goes_on = ledger.open_notifications(at(2), page(&open)).await.expect("open notifications are listed");
    assert_eq!((ids(&goes_on.items), goes_on.next), (vec!["n2".to_owned()], None), "under an earlier end");
    let over = ledger.open_notifications(at(0), page(&open)).await.expect("open notifications are listed");
    assert_eq!((over.items, over.next), (Vec::new(), None), "under an end before the cursor");

    let junk = Some(Cursor("not a cursor".to_owned()));
    for (what, refused) in [
        ("an org's cursor in the open ones", ledger.open_notifications(at(9), page(&of_acme)).await),
        ("the open ones' cursor in an org's", ledger.notifications(&acme, page(&open)).await),
        ("another org's cursor", ledger.notifications(&globex, page(&of_acme)).await),
        ("no cursor", ledger.open_notifications(at(9), page(&junk)).await),
        ("no cursor", ledger.notifications(&acme, page(&junk)).await),
    ] {
        assert!(matches!(refused, Err(LedgerError::BadCursor)), "{what}: {refused:?}");
    }
}

/// An Okta administrator typed the name of the tenant.
async fn a_tenant_named_like_a_list_stays_separate(ledger: &dyn Ledger) {
    let name = "notifications#acme";
    let mut strange = super::record("acme", "a", "Office", Standing::Broken);
    strange.identity.tenant = Some(TenantName::from(name.to_owned()));
    assert!(super::apps::puts(ledger, &strange, &[]).await);
    put_all(ledger, &[("RG-A", "n1", "acme", 1)]).await;
    assert_eq!(of_org(ledger, "acme", 10).await, ["n1"], "the app is not listed as a notification");
    for (tenant, wanted) in [(name, &["acme/a"][..]), ("tenant#notifications#acme", &[])] {
        let filter = AppFilter { tenant: Some(TenantName::from(tenant.to_owned())), ..AppFilter::default() };
        assert_eq!(
            super::apps::listed(ledger, &filter).await,
            wanted,
            "the notification is not listed as an app of {tenant}"
        );
    }
}
