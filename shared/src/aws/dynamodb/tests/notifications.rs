//! Notifications, waivers and watches: failures and attributes that an emulator does not show.

use aws_sdk_dynamodb::operation::delete_item::DeleteItemOutput;
use aws_sdk_dynamodb::operation::get_item::GetItemOutput;
use aws_sdk_dynamodb::operation::query::QueryOutput;
use jiff::SignedDuration;

use super::super::item::with_record;
use super::*;
use crate::domain::access_problem::OrgWatch;
use crate::domain::notification::{About, Notification, NotificationState};
use crate::ledger::{Notifications, Waivers, Watches};
use crate::testing::ledger::{app, at, notification};

fn ledger(client: Client) -> DynamoLedger {
    DynamoLedger::new(client, "regrant")
}

/// The result of each conditional write of notifications and watches.
async fn each_write(client: impl Fn() -> Client) -> Vec<Result<bool, LedgerError>> {
    let first = notification("RG-A", "n1", "acme", 1);
    let (watch, known) = (OrgWatch::new(org("acme")), OrgWatch { version: 3, ..OrgWatch::new(org("acme")) });
    vec![
        ledger(client()).put_notification(&first).await,
        ledger(client()).update_notification(&Notification { version: 1, ..first }).await,
        ledger(client()).put_org_watch(&watch).await,
        ledger(client()).put_org_watch(&known).await,
    ]
}

#[tokio::test]
async fn write_recognizes_itself_after_a_lost_response() {
    for (n, won) in each_write(|| mock_client!(aws_sdk_dynamodb, [&lost_response()])).await.into_iter().enumerate() {
        assert!(won.unwrap(), "write {n}");
    }
}

#[tokio::test]
async fn write_fails_after_a_lost_race() {
    let other = mock!(Client::put_item).then_error(lost_race);
    let client = || mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&other]);
    for (n, won) in each_write(client).await.into_iter().enumerate() {
        assert!(!won.unwrap(), "write {n}");
    }
}

#[tokio::test(start_paused = true)]
async fn write_is_retried_after_a_conflict() {
    let client = || {
        let sequence = mock!(Client::put_item).sequence().error(conflict);
        mock_client!(aws_sdk_dynamodb, [&sequence.output(|| PutItemOutput::builder().build()).build()])
    };
    for (n, won) in each_write(client).await.into_iter().enumerate() {
        assert!(won.unwrap(), "write {n}");
    }
}

#[tokio::test]
async fn waiver_removal_survives_a_lost_response() {
    let there = mock!(Client::get_item).then_output(|| GetItemOutput::builder().set_item(Some(org_item())).build());
    let removed = mock!(Client::delete_item)
        .sequence()
        .http_status(500, None)
        .output(|| DeleteItemOutput::builder().build())
        .build();
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&there, &removed]);
    assert!(ledger(client).remove_waiver(&org("acme"), &app("a")).await.unwrap());
    assert_eq!(removed.num_calls(), 2);
}

/// When DynamoDB may delete a notification.
async fn expiry_of(notification: &Notification) -> Option<String> {
    let written = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&written);
    let put = mock!(Client::put_item)
        .match_requests(move |request| {
            *seen.lock() = request.item().cloned();
            true
        })
        .then_output(|| PutItemOutput::builder().build());
    ledger(mock_client!(aws_sdk_dynamodb, [&put])).update_notification(notification).await.unwrap();
    let item = written.lock().clone().unwrap();
    item.get(keys::EXPIRES_AT).map(|expiry| expiry.as_n().unwrap().clone())
}

#[tokio::test]
async fn only_settled_single_notifications_expire() {
    let sent = NotificationState::Sent { at: at(2), carrier_id: "c".to_owned() };
    let due = at(1);
    let in_400_days = (due + SignedDuration::from_hours(400 * 24)).as_second().to_string();
    let digest = About::Digest { day: jiff::civil::date(2026, 3, 2) };
    let changed = About::StandingChanged { from: Standing::Consented, to: Standing::Broken, at: due };
    for (about, expires) in [
        (About::Invitation, false),
        (About::Reminder { number: 1 }, false),
        (About::WaiverExpired { ended_at: due }, false),
        (digest, true),
        (changed, true),
    ] {
        let open = Notification { about, version: 1, ..notification("RG-A", "n1", "acme", 1) };
        assert_eq!(expiry_of(&open).await, None, "{open:?}");
        let settled = Notification { state: sent.clone(), ..open };
        assert_eq!(expiry_of(&settled).await, expires.then(|| in_400_days.clone()), "{settled:?}");
    }
}

#[tokio::test]
async fn an_empty_range_is_not_queried() {
    let listed = mock!(Client::query).then_output(|| {
        let items =
            ["n1", "n2"].map(|id| with_record(keys::Item::new(), &notification("RG-A", id, "acme", 5)).unwrap());
        QueryOutput::builder().set_items(Some(items.into())).build()
    });
    let ledger = ledger(mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&listed]));
    let first = ledger.open_notifications(at(5), PageRequest::first(1)).await.unwrap();
    assert!(first.next.is_some() && first.items.len() == 1);
    let over = ledger.open_notifications(at(4), PageRequest { after: first.next, limit: 1 }).await.unwrap();
    assert_eq!((over.items, over.next), (Vec::new(), None));
    assert_eq!(listed.num_calls(), 1, "DynamoDB would reject it");
}
