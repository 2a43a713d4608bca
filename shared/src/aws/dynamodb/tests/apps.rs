//! Apps: what a write of a record is conditional on, alone and together with its events.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};

use super::*;
use crate::domain::app::AppRecord;
use crate::domain::event::{AppEvent, EventKind};
use crate::testing::ledger::at;

/// A record that is written first, and one that is changed.
fn both() -> [AppRecord; 2] {
    [0, 3].map(|version| AppRecord { version, ..record("00oacme", "0oa1", "Office", Standing::Broken) })
}

fn event() -> AppEvent {
    AppEvent { at: at(1), kind: EventKind::Found { standing: Standing::Broken } }
}

/// Writes a record, and says whether it was written.
async fn writes(client: Client, app: &AppRecord, events: &[AppEvent]) -> bool {
    DynamoLedger::new(client, "regrant").record_app(app, events).await.unwrap()
}

#[tokio::test]
async fn a_record_whose_answer_was_lost_is_not_taken_for_somebody_elses() {
    for app in both() {
        let lost = lost();
        assert!(writes(mock_client!(aws_sdk_dynamodb, [&lost]), &app, &[]).await, "version {}", app.version);
        assert_eq!(lost.num_calls(), 2);
    }
}

#[tokio::test]
async fn a_record_that_somebody_else_changed_first_is_refused() {
    let alone = mock!(Client::put_item).then_error(beaten);
    let together = mock!(Client::transact_write_items).then_error(|| canceled("ConditionalCheckFailed"));
    for app in both() {
        let client = || mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&alone, &together]);
        assert!(!writes(client(), &app, &[]).await, "version {}", app.version);
        assert!(!writes(client(), &app, &[event()]).await, "version {}, with an event", app.version);
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_waits_for_a_transaction() {
    for app in both() {
        let sequence = mock!(Client::put_item).sequence().error(in_the_way);
        let sequence = sequence.output(|| PutItemOutput::builder().build()).build();
        assert!(writes(mock_client!(aws_sdk_dynamodb, [&sequence]), &app, &[]).await, "version {}", app.version);
    }
}

#[tokio::test]
async fn a_record_is_conditional_and_its_events_go_with_it() {
    for (app, condition) in both().into_iter().zip(["attribute_not_exists(#version)", "#version = :version"]) {
        let whole = mock!(Client::transact_write_items)
            .match_requests(move |request| {
                let puts = request.transact_items().iter().filter_map(TransactWriteItem::put);
                puts.map(Put::condition_expression).eq([Some(condition), None])
            })
            .then_output(|| TransactWriteItemsOutput::builder().build());
        assert!(writes(mock_client!(aws_sdk_dynamodb, [&whole]), &app, &[event()]).await, "{condition}");
        let alone = mock!(Client::put_item)
            .match_requests(move |request| request.condition_expression() == Some(condition))
            .then_output(|| PutItemOutput::builder().build());
        assert!(writes(mock_client!(aws_sdk_dynamodb, [&alone]), &app, &[]).await, "{condition}");
    }
}
