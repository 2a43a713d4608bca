//! Apps: the condition of a write, alone and in a transaction with events.

use aws_sdk_dynamodb::operation::get_item::GetItemOutput;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem};

use super::*;
use crate::domain::app::AppRecord;
use crate::domain::event::{AppEvent, EventKind};
use crate::testing::ledger::at;

/// A new record, and a changed one.
fn new_and_changed() -> [AppRecord; 2] {
    [0, 3].map(|version| AppRecord { version, ..record("00oacme", "0oa1", "Office", Standing::Broken) })
}

fn event() -> AppEvent {
    AppEvent::automatic(at(1), EventKind::Found { standing: Standing::Broken })
}

/// A trail without events.
fn no_head() -> Rule {
    mock!(Client::get_item).then_output(|| GetItemOutput::builder().build())
}

/// Whether a record was written.
async fn writes(client: Client, app: &AppRecord, events: &[AppEvent]) -> bool {
    DynamoLedger::new(client, "regrant").record_app(app, events).await.unwrap()
}

#[tokio::test]
async fn record_write_recognizes_itself_after_a_lost_response() {
    for app in new_and_changed() {
        let lost = lost_response();
        assert!(writes(mock_client!(aws_sdk_dynamodb, [&lost]), &app, &[]).await, "version {}", app.version);
        assert_eq!(lost.num_calls(), 2);
    }
}

#[tokio::test]
async fn stale_record_is_not_written() {
    let alone = mock!(Client::put_item).then_error(lost_race);
    let together = mock!(Client::transact_write_items).then_error(|| canceled("ConditionalCheckFailed"));
    let head = no_head();
    for app in new_and_changed() {
        let client = || mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&alone, &together, &head]);
        assert!(!writes(client(), &app, &[]).await, "version {}", app.version);
        assert!(!writes(client(), &app, &[event()]).await, "version {}, with an event", app.version);
    }
}

#[tokio::test(start_paused = true)]
async fn record_write_is_retried_after_a_conflict() {
    for app in new_and_changed() {
        let sequence = mock!(Client::put_item).sequence().error(conflict);
        let sequence = sequence.output(|| PutItemOutput::builder().build()).build();
        assert!(writes(mock_client!(aws_sdk_dynamodb, [&sequence]), &app, &[]).await, "version {}", app.version);
    }
}

#[tokio::test]
async fn record_is_conditional_and_atomic_with_its_events() {
    for (app, condition) in new_and_changed().into_iter().zip(["attribute_not_exists(#pk)", "#version = :version"]) {
        let whole = mock!(Client::transact_write_items)
            .match_requests(move |request| {
                let puts = request.transact_items().iter().filter_map(TransactWriteItem::put);
                puts.map(Put::condition_expression).eq([Some(condition), Some("attribute_not_exists(#pk)"), None])
            })
            .then_output(|| TransactWriteItemsOutput::builder().build());
        let head = no_head();
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&whole, &head]);
        assert!(writes(client, &app, &[event()]).await, "{condition}");
        let alone = mock!(Client::put_item)
            .match_requests(move |request| request.condition_expression() == Some(condition))
            .then_output(|| PutItemOutput::builder().build());
        assert!(writes(mock_client!(aws_sdk_dynamodb, [&alone]), &app, &[]).await, "{condition}");
    }
}

#[tokio::test]
async fn event_is_chained_again_after_another_writer() {
    let lost_to_head = || {
        let reasons = ["None", "ConditionalCheckFailed", "None"]
            .map(|code| aws_sdk_dynamodb::types::CancellationReason::builder().code(code).build());
        let canceled = TransactionCanceledException::builder().set_cancellation_reasons(Some(reasons.to_vec())).build();
        TransactWriteItemsError::TransactionCanceledException(canceled)
    };
    let second = mock!(Client::transact_write_items)
        .sequence()
        .error(lost_to_head)
        .output(|| TransactWriteItemsOutput::builder().build())
        .build();
    let head = no_head();
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&second, &head]);
    assert!(writes(client, &new_and_changed()[0], &[event()]).await);
    assert_eq!((second.num_calls(), head.num_calls()), (2, 2), "with the head read again");
}
