//! Single notifications: written once, changed under an optimistic lock, and read back.

use std::sync::Arc;

use futures_util::future::join_all;

use super::{CALLERS, app, at, notification_kinds, org};
use crate::domain::contact::{Audience, MailAddress};
use crate::domain::id::{NotificationId, RequestId};
use crate::domain::notification::{About, Delivery, Notification, NotificationState, Recipient, WhyDropped};
use crate::ledger::Ledger;

pub(super) async fn conforms<F, Fut>(make: &F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Arc<dyn Ledger>>,
{
    a_notification_is_written_once(&*make().await).await;
    a_notification_is_identified_by_request_and_id(&*make().await).await;
    one_of_many_concurrent_notification_writes_wins(&*make().await).await;
    every_kind_of_notification_round_trips(&*make().await).await;
    a_stale_notification_writes_nothing(&*make().await).await;
    one_of_many_concurrent_notification_changes_wins(&*make().await).await;
    a_settled_notification_is_not_replaced(&*make().await).await;
}

pub(super) fn request(id: &str) -> RequestId {
    RequestId::try_from(id.to_owned()).expect("the test's own request id is an id")
}

pub(super) fn notification_id(id: &str) -> NotificationId {
    NotificationId::try_from(id.to_owned()).expect("the test's own notification id is an id")
}

pub(super) fn address(text: &str) -> MailAddress {
    text.parse().expect("the test's own address is an address")
}

/// A new, open notification of app `a`, due at `seconds`.
pub(crate) fn notification(request_id: &str, id: &str, org_id: &str, seconds: i64) -> Notification {
    Notification {
        id: notification_id(id),
        request: request(request_id),
        org: org(org_id),
        app: Some(app("a")),
        about: About::Invitation,
        recipient: Recipient::Mail {
            address: address("Ada@contoso.example"),
            audience: Audience::MicrosoftAdministrator,
        },
        made_at: at(0),
        due_at: at(seconds),
        state: NotificationState::Open,
        shares_email_of: None,
        delivery: None,
        version: 0,
    }
}

pub(super) async fn puts(ledger: &dyn Ledger, notification: &Notification) -> bool {
    ledger.put_notification(notification).await.expect("writing a notification is tried")
}

pub(super) async fn updates(ledger: &dyn Ledger, notification: &Notification) -> bool {
    ledger.update_notification(notification).await.expect("changing a notification is tried")
}

/// A notification as the ledger returns it.
pub(super) async fn read(ledger: &dyn Ledger, like: &Notification) -> Option<Notification> {
    ledger.notification(&like.request, &like.id).await.expect("a notification is looked up")
}

fn sent(seconds: i64) -> NotificationState {
    NotificationState::Sent { at: at(seconds), carrier_id: format!("transport-{seconds}") }
}

async fn a_notification_is_written_once(ledger: &dyn Ledger) {
    let first = notification("RG-A", "n1", "acme", 1);
    assert!(puts(ledger, &Notification { version: 7, ..first.clone() }).await, "it is new");
    let kept = Notification { version: 1, ..first.clone() };
    assert_eq!(read(ledger, &first).await.as_ref(), Some(&kept), "a new one has version 1");
    for again in [&first, &Notification { state: sent(9), due_at: at(9), ..first.clone() }] {
        assert!(!puts(ledger, again).await, "it is known");
    }
    assert_eq!(read(ledger, &first).await, Some(kept), "it is unchanged");
}

async fn a_notification_is_identified_by_request_and_id(ledger: &dyn Ledger) {
    let all =
        [("RG-A", "n1"), ("RG-A", "n2"), ("RG-B", "n1")].map(|(request, id)| notification(request, id, "acme", 1));
    for (n, notification) in all.iter().enumerate() {
        assert_eq!(read(ledger, notification).await, None, "notification {n} is not there yet");
        assert!(puts(ledger, notification).await, "notification {n} is another one");
    }
    for notification in &all {
        let found = read(ledger, notification).await.map(|found| (found.request, found.id));
        assert_eq!(found, Some((notification.request.clone(), notification.id.clone())));
    }
}

async fn one_of_many_concurrent_notification_writes_wins(ledger: &dyn Ledger) {
    let tries: Vec<_> = (1..).take(CALLERS).map(|seconds| notification("RG-A", "n1", "acme", seconds)).collect();
    let written = join_all(tries.iter().map(|notification| puts(ledger, notification))).await;
    let winners: Vec<_> =
        tries.iter().zip(written).filter_map(|(notification, won)| won.then_some(notification)).collect();
    assert_eq!(winners.len(), 1, "one writes it");
    let kept = read(ledger, &tries[0]).await.map(|read| read.due_at);
    assert_eq!(kept, Some(winners[0].due_at), "the winner's record is stored");
}

async fn every_kind_of_notification_round_trips(ledger: &dyn Ledger) {
    let plain = || notification("RG-A", "n1", "acme", 1);
    let mut all = Vec::new();
    for about in notification_kinds::abouts() {
        all.push(Notification { about: about.clone(), ..plain() });
        let recipient = Recipient::Hook { name: "B\u{fc}ro \"1\"\n\u{0}".to_owned() };
        all.push(Notification { about, recipient, app: None, ..plain() });
    }
    all.extend(notification_kinds::audiences().into_iter().map(|audience| {
        let recipient = Recipient::Mail { address: address("\"Ada L\"@contoso.example"), audience };
        Notification { recipient, ..plain() }
    }));
    all.extend(notification_kinds::states().into_iter().map(|state| Notification { state, ..plain() }));
    all.extend(notification_kinds::deliveries().into_iter().map(|delivery| {
        let delivery = Some(delivery);
        Notification { state: sent(1), delivery, ..plain() }
    }));
    for (n, notification) in all.into_iter().enumerate() {
        let notification = Notification { id: notification_id(&format!("n{n}")), ..notification };
        assert!(puts(ledger, &notification).await);
        let kept = Notification { version: 1, ..notification };
        assert_eq!(read(ledger, &kept).await.as_ref(), Some(&kept), "by its id");
        let listed = ledger.notifications_of(&kept.request).await.expect("a request's notifications are listed");
        assert!(listed.contains(&kept), "in the list of its request: {kept:?}");
    }
}

async fn a_stale_notification_writes_nothing(ledger: &dyn Ledger) {
    let first = notification("RG-A", "n1", "acme", 1);
    assert!(
        !updates(ledger, &Notification { version: 1, ..first.clone() }).await,
        "an unknown notification is not created"
    );
    assert_eq!(read(ledger, &first).await, None);
    assert!(puts(ledger, &first).await);
    let sending =
        Notification { state: NotificationState::Sending { since: at(2), attempt: 1 }, version: 1, ..first.clone() };
    assert!(updates(ledger, &sending).await, "the version it was read with");
    let kept = Notification { version: 2, ..sending };
    assert_eq!(read(ledger, &first).await.as_ref(), Some(&kept), "the version counts up");
    for version in [0, 1, 3, i64::MAX.unsigned_abs(), u64::MAX] {
        let stale = Notification { state: sent(3), version, ..first.clone() };
        assert!(!updates(ledger, &stale).await, "version {version} is refused");
        assert_eq!(read(ledger, &first).await.as_ref(), Some(&kept), "version {version} wrote nothing");
    }
    let delivered = Notification { state: sent(3), delivery: Some(Delivery::Delivered { at: at(4) }), ..kept };
    assert!(updates(ledger, &delivered).await, "the new version");
    assert_eq!(read(ledger, &first).await, Some(Notification { version: 3, ..delivered }));
}

async fn one_of_many_concurrent_notification_changes_wins(ledger: &dyn Ledger) {
    let first = notification("RG-A", "n1", "acme", 1);
    assert!(puts(ledger, &first).await);
    let states: Vec<_> =
        (1..).take(CALLERS).map(|seconds| NotificationState::Sending { since: at(seconds), attempt: 1 }).collect();
    let changed =
        join_all(states.iter().map(async |state| {
            updates(ledger, &Notification { state: state.clone(), version: 1, ..first.clone() }).await
        }))
        .await;
    let winners: Vec<_> = states.iter().zip(changed).filter_map(|(state, won)| won.then_some(state)).collect();
    assert_eq!(winners.len(), 1, "one claims it");
    let kept = read(ledger, &first).await.map(|read| (read.state, read.version));
    assert_eq!(kept, Some((winners[0].clone(), 2)), "the winner's record is stored");
}

async fn a_settled_notification_is_not_replaced(ledger: &dyn Ledger) {
    let dropped = NotificationState::Dropped { at: at(2), why: WhyDropped::Muted };
    for (id, state) in [("n1", sent(2)), ("n2", dropped)] {
        let first = notification("RG-A", id, "acme", 1);
        assert!(puts(ledger, &first).await);
        assert!(updates(ledger, &Notification { state, version: 1, ..first.clone() }).await);
        assert!(!puts(ledger, &first).await, "it would be sent twice");
    }
}
