//! Retention: which records expire, and which are kept.

use std::sync::Arc;

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};

use super::invitations::invitation;
use super::notifications::{address, notification, request};
use super::saves::journal;
use super::sessions::session;
use super::waivers::waiver;
use super::{app, at, found, org, profile, record, scan};
use crate::domain::access_problem::OrgWatch;
use crate::domain::invitation::{Closed, Closing};
use crate::domain::notification::{About, Notification, NotificationState};
use crate::domain::scan::OrgScanResult;
use crate::domain::standing::Standing;
use crate::ledger::{Ledger, PageRequest, Suppression, retention};

pub(super) async fn conforms<F, Fut>(make: &F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Arc<dyn Ledger>>,
{
    records_stay_until_their_retention_ends(make).await;
    other_records_never_expire(&*make().await).await;
}

async fn delete_expired(ledger: &dyn Ledger, now: Timestamp) -> u64 {
    ledger.delete_expired(now).await.expect("expired records are deleted")
}

/// A settled notification of a single date.
fn digest() -> Notification {
    Notification {
        about: About::Digest { day: jiff::civil::date(2026, 3, 2) },
        state: NotificationState::Sent { at: at(2), carrier_id: "c".to_owned() },
        ..notification("RG-A", "digest", "acme", 1)
    }
}

fn used_up() -> Closed {
    Closed { at: at(3), why: Closing::UsedUp }
}

/// Whether the session, the invitation, the notification, the scan and the used-up invitation exist.
async fn existing(ledger: &dyn Ledger) -> [bool; 5] {
    let (digest, link, used) = (digest(), invitation("i1", "acme", "a", 1), invitation("i2", "acme", "a", 1));
    let read = "a record is read";
    [
        ledger.session(&session("s1", "acme", "state", 1).id).await.expect(read).is_some(),
        ledger.invitation(&link.id).await.expect(read).is_some(),
        ledger.notification(&digest.request, &digest.id).await.expect(read).is_some(),
        ledger.scan(&scan("old")).await.expect(read).is_some(),
        ledger.invitation(&used.id).await.expect(read).is_some(),
    ]
}

async fn write_expiring(ledger: &dyn Ledger) {
    let write = "a record is written";
    ledger.open_session(&session("s1", "acme", "state", 1)).await.expect(write);
    ledger.put_invitation(&invitation("i1", "acme", "a", 1)).await.expect(write);
    let used = invitation("i2", "acme", "a", 1);
    ledger.put_invitation(&used).await.expect(write);
    assert!(ledger.close_invitation(&used.id, used_up()).await.expect(write));
    assert!(ledger.put_notification(&digest()).await.expect(write));
    ledger.begin_scan(&scan("old"), at(1), &[org("acme")]).await.expect(write);
    let result = OrgScanResult::Scanned { apps: 1 };
    ledger.record_org_result(&scan("old"), &org("acme"), &result, at(1)).await.expect(write);
    ledger.begin_scan(&scan("latest"), at(2), &[org("acme")]).await.expect(write);
    assert!(ledger.acquire_lease("work", "one", at(0), at(1)).await.expect(write));
}

async fn records_stay_until_their_retention_ends<F, Fut>(make: &F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Arc<dyn Ledger>>,
{
    let ends = [
        retention::session_expires_at(&session("s1", "acme", "state", 1)),
        retention::invitation_expires_at(&invitation("i1", "acme", "a", 1)),
        retention::notification_expires_at(&digest()).expect("a sent digest expires"),
        retention::scan_expires_at(at(1)),
        retention::closed_invitation_expires_at(used_up()),
    ];
    let ledgers = join_all(ends.map(|_| make())).await;
    for (kind, (end, ledger)) in ends.into_iter().zip(ledgers).enumerate() {
        write_expiring(&*ledger).await;
        delete_expired(&*ledger, end - SignedDuration::from_nanos(1)).await;
        assert!(existing(&*ledger).await[kind], "record {kind} stays until {end}");
        let deleted = delete_expired(&*ledger, end).await;
        // A store that deletes expired records automatically returns 0 and keeps them for now.
        assert_eq!(existing(&*ledger).await[kind], deleted == 0, "record {kind} is deleted at {end}");
        if deleted > 0 {
            assert_eq!(deleted, 1, "only record {kind} expires at {end}");
        }
        assert!(ledger.scan(&scan("latest")).await.expect("a scan is read").is_some(), "the latest scan stays");
    }
}

async fn other_records_never_expire(ledger: &dyn Ledger) {
    let write = "a record is written";
    let (acme, a, ada) = (org("acme"), app("a"), address("ada@contoso.example"));
    ledger.put_org(&profile("acme")).await.expect(write);
    let event = found(1, Standing::Broken);
    assert!(ledger.record_app(&record("acme", "a", "Office", Standing::Broken), &[event]).await.expect(write));
    let reminder = Notification {
        about: About::Reminder { number: 1 },
        state: NotificationState::Sent { at: at(2), carrier_id: "c".to_owned() },
        ..notification("RG-A", "reminder", "acme", 1)
    };
    let open = Notification { state: NotificationState::Open, ..digest() };
    for notification in [&reminder, &open] {
        assert!(ledger.put_notification(notification).await.expect(write));
    }
    ledger.mute(&request("RG-A"), &ada, at(1)).await.expect(write);
    let suppression = Suppression { at: at(1), reason: "bounced".to_owned() };
    ledger.suppress(&ada, &suppression).await.expect(write);
    ledger.put_waiver(&waiver("acme", "a")).await.expect(write);
    assert!(ledger.put_org_watch(&OrgWatch::new(acme.clone())).await.expect(write));
    assert!(ledger.begin_save(&journal("j1", "acme", "a")).await.expect(write));

    assert_eq!(delete_expired(ledger, Timestamp::MAX).await, 0);
    let read = "a record is read";
    assert!(ledger.org(&acme).await.expect(read).is_some());
    assert!(ledger.app(&acme, &a).await.expect(read).is_some());
    assert_eq!(ledger.events(&acme, &a, PageRequest::first(10)).await.expect(read).items.len(), 1);
    assert_eq!(ledger.notifications_of(&request("RG-A")).await.expect(read).len(), 2);
    assert!(ledger.is_muted(&request("RG-A"), &ada).await.expect(read));
    assert_eq!(ledger.suppression(&ada).await.expect(read), Some(suppression));
    assert!(ledger.waiver(&acme, &a).await.expect(read).is_some());
    assert!(ledger.org_watch(&acme).await.expect(read).is_some());
    assert!(ledger.save_journal(&acme, &a).await.expect(read).is_some());
}
