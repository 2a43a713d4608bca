//! Notifications, waivers and watches, as far as an emulator does not show what is asked of the table.

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

/// Each conditional write of the three.
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
async fn a_write_whose_answer_was_lost_is_not_taken_for_somebody_elses() {
    for (n, won) in each_write(|| mock_client!(aws_sdk_dynamodb, [&lost()])).await.into_iter().enumerate() {
        assert!(won.unwrap(), "write {n}");
    }
}

#[tokio::test]
async fn a_write_that_somebody_else_was_before_is_refused() {
    let other = mock!(Client::put_item).then_error(beaten);
    let client = || mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&other]);
    for (n, won) in each_write(client).await.into_iter().enumerate() {
        assert!(!won.unwrap(), "write {n}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_waits_for_a_transaction() {
    let client = || {
        let sequence = mock!(Client::put_item).sequence().error(in_the_way);
        mock_client!(aws_sdk_dynamodb, [&sequence.output(|| PutItemOutput::builder().build()).build()])
    };
    for (n, won) in each_write(client).await.into_iter().enumerate() {
        assert!(won.unwrap(), "write {n}");
    }
}

#[tokio::test]
async fn a_waiver_whose_removal_was_not_answered_was_removed() {
    let there = mock!(Client::get_item).then_output(|| GetItemOutput::builder().set_item(Some(an_item())).build());
    let removed = mock!(Client::delete_item)
        .sequence()
        .http_status(500, None)
        .output(|| DeleteItemOutput::builder().build())
        .build();
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&there, &removed]);
    assert!(ledger(client).remove_waiver(&org("acme"), &app("a")).await.unwrap());
    assert_eq!(removed.num_calls(), 2);
}

/// When the table may forget a notification.
async fn forgotten_at(notification: &Notification) -> Option<String> {
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
async fn only_a_settled_notification_of_one_day_or_moment_is_ever_forgotten() {
    let sent = NotificationState::Sent { at: at(2), carrier_id: "c".to_owned() };
    let due = at(1);
    let in_400_days = (due + SignedDuration::from_hours(400 * 24)).as_second().to_string();
    let digest = About::Digest { day: jiff::civil::date(2026, 3, 2) };
    let changed = About::StandingChanged { from: Standing::Consented, to: Standing::Broken, at: due };
    for (about, forgotten) in [
        (About::Invitation, false),
        (About::Reminder { number: 1 }, false),
        (About::WaiverExpired { ended_at: due }, false),
        (digest, true),
        (changed, true),
    ] {
        let open = Notification { about, version: 1, ..notification("RG-A", "n1", "acme", 1) };
        assert_eq!(forgotten_at(&open).await, None, "{open:?}");
        let settled = Notification { state: sent.clone(), ..open };
        assert_eq!(forgotten_at(&settled).await, forgotten.then(|| in_400_days.clone()), "{settled:?}");
    }
}

#[tokio::test]
async fn a_list_that_would_end_before_it_begins_is_not_asked_for() {
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
    assert_eq!(listed.num_calls(), 1, "the table would refuse it");
}
