//! Failures that an emulator does not produce: lost responses, conflicting transactions, partial batches.

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

fn org_item() -> keys::Item {
    ItemKey::org(&org("00oacme")).item()
}

/// A write that succeeds but whose response is lost: the second attempt finds the item of the first.
fn lost_response() -> Rule {
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

/// A write that loses against a different writer.
fn lost_race() -> PutItemError {
    let there = ConditionalCheckFailedException::builder().set_item(Some(org_item()));
    let meta = ErrorMetadata::builder().code("ConditionalCheckFailedException").build();
    PutItemError::ConditionalCheckFailedException(there.meta(meta).build())
}

/// A write that conflicts with a transaction.
fn conflict() -> PutItemError {
    let meta = ErrorMetadata::builder().code("TransactionConflictException").build();
    PutItemError::TransactionConflictException(TransactionConflictException::builder().meta(meta).build())
}

#[tokio::test]
async fn conditional_write_recognizes_itself_after_a_lost_response() {
    let lost = lost_response();
    let client = mock_client!(aws_sdk_dynamodb, [&lost]);
    assert!(table(client).put_if("write", org_item(), is_new()).await.unwrap());
    assert_eq!(lost.num_calls(), 2);
}

#[tokio::test]
async fn conditional_write_fails_after_a_lost_race() {
    let other = mock!(Client::put_item).then_error(lost_race);
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&other]);
    assert!(!table(client).put_if("write", org_item(), is_new()).await.unwrap());
    assert_eq!(other.num_calls(), 1, "it is not retried");
}

#[tokio::test(start_paused = true)]
async fn conditional_write_is_retried_after_a_conflict() {
    for (holds, then) in [(true, None), (false, Some(lost_race as fn() -> PutItemError))] {
        let conflict = mock!(Client::put_item).sequence().error(conflict).times(3);
        let conflict = match then {
            None => conflict.output(|| PutItemOutput::builder().build()).build(),
            Some(error) => conflict.error(error).build(),
        };
        let client = mock_client!(aws_sdk_dynamodb, [&conflict]);
        assert_eq!(table(client).put_if("write", org_item(), is_new()).await.unwrap(), holds);
        assert_eq!(conflict.num_calls(), 4);
    }
}

#[tokio::test(start_paused = true)]
async fn conditional_write_fails_after_too_many_conflicts() {
    let conflict = mock!(Client::put_item).then_error(conflict);
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&conflict]);
    let error = table(client).put_if("write", org_item(), is_new()).await.unwrap_err().to_string();
    assert!(error.contains("other writers interfered"), "{error}");
}

fn canceled(code: &'static str) -> TransactWriteItemsError {
    let reason = CancellationReason::builder().code(code).message("why").build();
    let canceled = TransactionCanceledException::builder().cancellation_reasons(reason).build();
    TransactWriteItemsError::TransactionCanceledException(canceled)
}

#[tokio::test(start_paused = true)]
async fn transaction_is_retried_after_a_conflict() {
    let conflict = mock!(Client::transact_write_items)
        .sequence()
        .error(|| canceled("TransactionConflict"))
        .times(3)
        .output(|| TransactWriteItemsOutput::builder().build())
        .build();
    let client = mock_client!(aws_sdk_dynamodb, [&conflict]);
    assert!(table(client).transact("write", &[]).await.unwrap());
    assert_eq!(conflict.num_calls(), 4);
}

#[tokio::test(start_paused = true)]
async fn transaction_fails_after_too_many_conflicts() {
    let conflict = mock!(Client::transact_write_items).then_error(|| canceled("TransactionConflict"));
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&conflict]);
    let error = table(client).transact("write", &[]).await.unwrap_err().to_string();
    assert!(error.contains("other writers interfered"), "{error}");
}

#[tokio::test]
async fn transaction_tells_a_failed_condition_from_an_error() {
    let refused = mock!(Client::transact_write_items)
        .sequence()
        .error(|| canceled("ConditionalCheckFailed"))
        .error(|| canceled("ValidationError"))
        .build();
    let table = table(mock_client!(aws_sdk_dynamodb, [&refused]));
    assert!(!table.transact("write", &[]).await.unwrap());
    let error = table.transact("write", &[]).await.unwrap_err().to_string();
    assert!(error.contains("why"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn unprocessed_keys_are_requested_again() {
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
async fn a_record_without_events_is_not_a_transaction() {
    let put = mock!(Client::put_item).then_output(|| PutItemOutput::builder().build());
    let client = mock_client!(aws_sdk_dynamodb, [&put]);
    let app = record("00oacme", "0oa1", "Office", Standing::NeedsConsent);
    assert!(DynamoLedger::new(client, "regrant").record_app(&app, &[]).await.unwrap());
    assert_eq!(put.num_calls(), 1, "a transaction costs twice as much");
}
