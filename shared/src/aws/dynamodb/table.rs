//! Calls to the table: reads, conditional writes and transactions.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, ConditionCheck, Delete, KeysAndAttributes, Put,
    ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};
use backon::{BackoffBuilder as _, ExponentialBuilder};
use uuid::Uuid;

use super::keys::{Item, ItemKey, PK, number, text};
use crate::aws::error::{code, reason};
use crate::ledger::LedgerError;

/// The attribute that identifies the write which produced an item.
const MARK: &str = "mark";
/// How many keys one `BatchGetItem` accepts.
const MAX_BATCH_KEYS: usize = 100;
/// How often to try a call that conflicts with another transaction or is throttled.
const MAX_ATTEMPTS: usize = 8;
/// The error after the last attempt.
const CONTENDED: &str = "other writers interfered at every attempt; try again";

/// The table.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) client: Client,
    pub(super) name: String,
}

/// A condition expression. `#name` stands for the attribute `name`, as DynamoDB reserves some names.
#[derive(Debug, Clone, Default)]
pub(super) struct Condition {
    pub(super) expression: &'static str,
    pub(super) names: &'static [&'static str],
    pub(super) values: Vec<(&'static str, AttributeValue)>,
}

impl Condition {
    /// The stored item has this version.
    pub(super) fn has_version(version: u64) -> Self {
        let values = vec![("version", number(version))];
        Self { expression: "#version = :version", names: &["version"], values }
    }
}

/// No item has this key yet.
pub(super) const fn is_new() -> Condition {
    Condition { expression: "attribute_not_exists(#pk)", names: &[PK], values: Vec::new() }
}

impl Table {
    pub(super) async fn get(&self, action: &'static str, key: &ItemKey) -> Result<Option<Item>, LedgerError> {
        let request = self.client.get_item().table_name(&self.name).consistent_read(true).set_key(Some(key.item()));
        Ok(request.send().await.map_err(|error| refused(action, &error))?.item)
    }

    /// The items of those `keys` that exist, in no particular order.
    pub(super) async fn get_all(&self, action: &'static str, keys: &[ItemKey]) -> Result<Vec<Item>, LedgerError> {
        let mut items = Vec::with_capacity(keys.len());
        for some in keys.chunks(MAX_BATCH_KEYS) {
            let mut wanted: Vec<Item> = some.iter().map(ItemKey::item).collect();
            for pause in pauses() {
                let keys =
                    KeysAndAttributes::builder().consistent_read(true).set_keys(Some(std::mem::take(&mut wanted)));
                let keys = keys.build().map_err(|error| failed(action, error.to_string()))?;
                let answer = self.client.batch_get_item().request_items(&self.name, keys).send().await;
                let answer = answer.map_err(|error| refused(action, &error))?;
                items.extend(answer.responses.into_iter().flatten().flat_map(|(_, items)| items));
                // DynamoDB returns keys that did not fit into one response as unprocessed.
                let left = answer.unprocessed_keys.into_iter().flatten().flat_map(|(_, left)| left.keys);
                wanted = left.collect();
                if wanted.is_empty() {
                    break;
                }
                tokio::time::sleep(pause).await;
            }
            if !wanted.is_empty() {
                return Err(failed(action, "DynamoDB left keys unread at every attempt; try again".to_owned()));
            }
        }
        Ok(items)
    }

    /// Writes an item, replacing the one with the same key.
    pub(super) async fn put(&self, action: &'static str, item: Item) -> Result<(), LedgerError> {
        let request = self.client.put_item().table_name(&self.name).set_item(Some(item));
        request.send().await.map(drop).map_err(|error| refused(action, &error))
    }

    /// Writes an item if the condition holds; returns `false` if it does not. Retries after a conflict with a transaction,
    /// which the SDK does not retry.
    ///
    /// The SDK resends a write whose response was lost, and then the first attempt may be the reason why the condition no
    /// longer holds. Each write therefore has a mark that identifies it.
    pub(super) async fn put_if(
        &self,
        action: &'static str,
        mut item: Item,
        condition: Condition,
    ) -> Result<bool, LedgerError> {
        let mark = text(Uuid::now_v7().to_string());
        item.insert(MARK.to_owned(), mark.clone());
        let mut request = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .condition_expression(condition.expression);
        for name in condition.names {
            request = request.expression_attribute_names(format!("#{name}"), *name);
        }
        for (name, value) in condition.values {
            request = request.expression_attribute_values(format!(":{name}"), value);
        }
        for pause in pauses() {
            let answer = request.clone().send().await;
            match answer.as_ref().err().and_then(SdkError::as_service_error) {
                Some(PutItemError::TransactionConflictException(_)) => tokio::time::sleep(pause).await,
                Some(PutItemError::ConditionalCheckFailedException(failed))
                    if failed.item().and_then(|there| there.get(MARK)) == Some(&mark) =>
                {
                    return Ok(true);
                }
                _ => return condition_held(action, answer),
            }
        }
        Err(failed(action, CONTENDED.to_owned()))
    }

    /// Deletes an item if the condition holds; returns `false` if it does not.
    pub(super) async fn delete_if(
        &self,
        action: &'static str,
        key: &ItemKey,
        condition: Condition,
    ) -> Result<bool, LedgerError> {
        let mut request = self
            .client
            .delete_item()
            .table_name(&self.name)
            .set_key(Some(key.item()))
            .condition_expression(condition.expression);
        for name in condition.names {
            request = request.expression_attribute_names(format!("#{name}"), *name);
        }
        for (name, value) in condition.values {
            request = request.expression_attribute_values(format!(":{name}"), value);
        }
        condition_held(action, request.send().await)
    }

    /// Deletes an item, if it exists.
    pub(super) async fn delete(&self, action: &'static str, key: &ItemKey) -> Result<(), LedgerError> {
        let request = self.client.delete_item().table_name(&self.name).set_key(Some(key.item()));
        request.send().await.map(drop).map_err(|error| refused(action, &error))
    }

    /// Applies all of `writes` or none, in a transaction; returns `false` if a condition does not hold. Retries after a
    /// conflict with a different transaction, and if throttled.
    pub(super) async fn transact(
        &self,
        action: &'static str,
        writes: &[TransactWriteItem],
    ) -> Result<bool, LedgerError> {
        Ok(self.failed_condition(action, writes).await?.is_none())
    }

    /// Like [`Self::transact`], but returns which write's condition does not hold; `None` if all were applied.
    pub(super) async fn failed_condition(
        &self,
        action: &'static str,
        writes: &[TransactWriteItem],
    ) -> Result<Option<usize>, LedgerError> {
        for pause in pauses() {
            let request = self.client.transact_write_items().set_transact_items(Some(writes.to_vec()));
            let Err(error) = request.send().await else { return Ok(None) };
            let reasons = error.as_service_error().map(reasons).unwrap_or_default();
            let first = |code: &str| reasons.iter().position(|reason| reason.code() == Some(code));
            if let Some(failed) = first("ConditionalCheckFailed") {
                return Ok(Some(failed));
            }
            let is = |code: &str| first(code).is_some();
            if !(is("TransactionConflict") || is("ThrottlingError") || is("ProvisionedThroughputExceeded")) {
                let said = reasons.iter().find_map(|reason| reason.message().map(str::to_owned));
                return Err(said.map_or_else(|| refused(action, &error), |said| failed(action, said)));
            }
            tokio::time::sleep(pause).await;
        }
        Err(failed(action, CONTENDED.to_owned()))
    }

    /// A write of an item, for [`Self::transact`].
    pub(super) fn put_write(&self, item: Item, condition: Option<Condition>) -> Result<TransactWriteItem, LedgerError> {
        let mut put = Put::builder().table_name(&self.name).set_item(Some(item));
        if let Some(condition) = condition {
            put = put.condition_expression(condition.expression);
            for name in condition.names {
                put = put.expression_attribute_names(format!("#{name}"), *name);
            }
            for (name, value) in condition.values {
                put = put.expression_attribute_values(format!(":{name}"), value);
            }
        }
        let put = put.build().map_err(|error| failed("build a transaction", error.to_string()))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// A deletion, for [`Self::transact`].
    pub(super) fn delete_write(&self, key: &ItemKey) -> Result<TransactWriteItem, LedgerError> {
        let delete = Delete::builder().table_name(&self.name).set_key(Some(key.item())).build();
        let delete = delete.map_err(|error| failed("build a transaction", error.to_string()))?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }

    /// A condition on an item that is not written, for [`Self::transact`].
    pub(super) fn check_write(&self, key: &ItemKey, condition: &Condition) -> Result<TransactWriteItem, LedgerError> {
        let mut check = ConditionCheck::builder()
            .table_name(&self.name)
            .set_key(Some(key.item()))
            .condition_expression(condition.expression);
        for name in condition.names {
            check = check.expression_attribute_names(format!("#{name}"), *name);
        }
        let check = check.build().map_err(|error| failed("build a transaction", error.to_string()))?;
        Ok(TransactWriteItem::builder().condition_check(check).build())
    }
}

fn reasons(
    error: &aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError,
) -> Vec<CancellationReason> {
    use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException;
    match error {
        TransactionCanceledException(canceled) => canceled.cancellation_reasons().to_vec(),
        _ => Vec::new(),
    }
}

/// How long to wait before each retry.
fn pauses() -> impl Iterator<Item = Duration> {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(20))
        .with_max_delay(Duration::from_secs(1))
        .with_max_times(MAX_ATTEMPTS)
        .with_jitter()
        .build()
}

/// Whether the condition of a write held.
fn condition_held<T, E, R>(action: &'static str, answer: Result<T, SdkError<E, R>>) -> Result<bool, LedgerError>
where
    E: ProvideErrorMetadata,
{
    match answer {
        Ok(_) => Ok(true),
        Err(error) if code(&error) == Some("ConditionalCheckFailedException") => Ok(false),
        Err(error) => Err(refused(action, &error)),
    }
}

/// Translates an error of DynamoDB.
pub(super) fn refused<E: ProvideErrorMetadata, R>(action: &'static str, error: &SdkError<E, R>) -> LedgerError {
    failed(action, reason(error))
}

/// The error of an operation, with advice for an item that is too large.
pub(super) fn failed(action: &'static str, reason: String) -> LedgerError {
    let too_large = reason.contains("Item size") || reason.contains("size has exceeded");
    let advice = "; an item has 400 KB at most: check the size of this app's name and signals";
    LedgerError::Store { action, reason: if too_large { format!("{reason}{advice}") } else { reason } }
}
