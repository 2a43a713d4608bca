//! What an emulator does not do by itself: lost answers, other transactions in the way, half-answered batches.

mod apps;
mod notifications;

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ErrorMetadata;
use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemOutput;
use aws_sdk_dynamodb::operation::put_item::{PutItemError, PutItemOutput};
use aws_sdk_dynamodb::operation::transact_write_items::{TransactWriteItemsError, TransactWriteItemsOutput};
use aws_sdk_dynamodb::types::CancellationReason;
use aws_sdk_dynamodb::types::error::{
    ConditionalCheckFailedException, TransactionCanceledException, TransactionConflictException,
};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use parking_lot::Mutex;

use super::keys::ItemKey;
use super::table::{Table, is_new};
use super::*;
use crate::domain::standing::Standing;
use crate::testing::ledger::{org, record};

fn table(client: Client) -> Table {
    Table { client, name: "regrant".to_owned() }
}

fn an_item() -> keys::Item {
    ItemKey::org(&org("00oacme")).item()
}

/// A write that is done and whose answer is lost: the second attempt finds what the first has written.
fn lost() -> Rule {
    let written = Arc::new(Mutex::new(None));
    let (seen, there) = (Arc::clone(&written), written);
    mock!(Client::put_item)
        .match_requests(move |request| {
            *seen.lock() = request.item().cloned();
            true
        })
        .sequence()
        .http_status(500, None)
        .error(move || {
            let there = ConditionalCheckFailedException::builder().set_item(there.lock().clone()).build();
            PutItemError::ConditionalCheckFailedException(there)
        })
        .build()
}

/// A write that somebody else was before.
fn beaten() -> PutItemError {
    let there = ConditionalCheckFailedException::builder().set_item(Some(an_item()));
    let meta = ErrorMetadata::builder().code("ConditionalCheckFailedException").build();
    PutItemError::ConditionalCheckFailedException(there.meta(meta).build())
}

/// A write that a transaction is in the way of.
fn in_the_way() -> PutItemError {
    let meta = ErrorMetadata::builder().code("TransactionConflictException").build();
    PutItemError::TransactionConflictException(TransactionConflictException::builder().meta(meta).build())
}

#[tokio::test]
async fn a_conditional_write_whose_answer_was_lost_knows_itself() {
    let lost = lost();
    let client = mock_client!(aws_sdk_dynamodb, [&lost]);
    assert!(table(client).put_if("write", an_item(), is_new()).await.unwrap());
    assert_eq!(lost.num_calls(), 2);
}

#[tokio::test]
async fn a_conditional_write_that_another_was_before_does_not_hold() {
    let other = mock!(Client::put_item).then_error(beaten);
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&other]);
    assert!(!table(client).put_if("write", an_item(), is_new()).await.unwrap());
    assert_eq!(other.num_calls(), 1, "it is not tried again");
}

#[tokio::test(start_paused = true)]
async fn a_conditional_write_waits_for_a_transaction_and_then_holds_or_does_not() {
    for (holds, then) in [(true, None), (false, Some(beaten as fn() -> PutItemError))] {
        let conflict = mock!(Client::put_item).sequence().error(in_the_way).times(3);
        let conflict = match then {
            None => conflict.output(|| PutItemOutput::builder().build()).build(),
            Some(error) => conflict.error(error).build(),
        };
        let client = mock_client!(aws_sdk_dynamodb, [&conflict]);
        assert_eq!(table(client).put_if("write", an_item(), is_new()).await.unwrap(), holds);
        assert_eq!(conflict.num_calls(), 4);
    }
}

#[tokio::test(start_paused = true)]
async fn a_conditional_write_that_a_transaction_is_always_in_the_way_of_is_told() {
    let conflict = mock!(Client::put_item).then_error(in_the_way);
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&conflict]);
    let told = table(client).put_if("write", an_item(), is_new()).await.unwrap_err().to_string();
    assert!(told.contains("other writers were in the way"), "{told}");
}

fn canceled(code: &'static str) -> TransactWriteItemsError {
    let reason = CancellationReason::builder().code(code).message("why").build();
    let canceled = TransactionCanceledException::builder().cancellation_reasons(reason).build();
    TransactWriteItemsError::TransactionCanceledException(canceled)
}

#[tokio::test(start_paused = true)]
async fn a_transaction_in_the_way_is_waited_out() {
    let conflict = mock!(Client::transact_write_items)
        .sequence()
        .error(|| canceled("TransactionConflict"))
        .times(3)
        .output(|| TransactWriteItemsOutput::builder().build())
        .build();
    let client = mock_client!(aws_sdk_dynamodb, [&conflict]);
    assert!(table(client).write_together("write", &[]).await.unwrap());
    assert_eq!(conflict.num_calls(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_transaction_that_is_always_in_the_way_is_told() {
    let conflict = mock!(Client::transact_write_items).then_error(|| canceled("TransactionConflict"));
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&conflict]);
    let told = table(client).write_together("write", &[]).await.unwrap_err().to_string();
    assert!(told.contains("other writers were in the way"), "{told}");
}

#[tokio::test]
async fn a_condition_in_a_transaction_does_not_hold_and_anything_else_is_told() {
    let refused = mock!(Client::transact_write_items)
        .sequence()
        .error(|| canceled("ConditionalCheckFailed"))
        .error(|| canceled("ValidationError"))
        .build();
    let table = table(mock_client!(aws_sdk_dynamodb, [&refused]));
    assert!(!table.write_together("write", &[]).await.unwrap());
    let told = table.write_together("write", &[]).await.unwrap_err().to_string();
    assert!(told.contains("why"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn keys_that_an_answer_left_out_are_asked_for_again() {
    let halves = mock!(Client::batch_get_item).then_compute_output(|request| {
        let (name, asked) = request.request_items().unwrap().iter().next().unwrap();
        let (first, rest) = asked.keys().split_first().unwrap();
        let mut answer = BatchGetItemOutput::builder().responses(name, vec![first.clone()]);
        if !rest.is_empty() {
            let left = aws_sdk_dynamodb::types::KeysAndAttributes::builder().set_keys(Some(rest.to_vec()));
            answer = answer.unprocessed_keys(name, left.build().unwrap());
        }
        answer.build()
    });
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&halves]);
    let keys: Vec<_> = ["a", "b", "c"].map(|id| ItemKey::org(&org(id))).into();
    let found = table(client).get_all("read", &keys).await.unwrap();
    assert_eq!(found, keys.iter().map(ItemKey::item).collect::<Vec<_>>());
    assert_eq!(halves.num_calls(), 3);
}

#[tokio::test]
async fn a_record_without_events_is_one_write() {
    let put = mock!(Client::put_item).then_output(|| PutItemOutput::builder().build());
    let client = mock_client!(aws_sdk_dynamodb, [&put]);
    let app = record("00oacme", "0oa1", "Office", Standing::NeedsConsent);
    assert!(DynamoLedger::new(client, "regrant").record_app(&app, &[]).await.unwrap());
    assert_eq!(put.num_calls(), 1, "a transaction costs twice as much");
}
