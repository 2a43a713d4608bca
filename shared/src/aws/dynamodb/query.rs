//! Queries: which items, after which key, and how many.

use super::keys::{Item, PK, POSITION, SK, text};
use super::table::{Condition, Table, refused};
use crate::ledger::LedgerError;

/// A query for the items of one partition.
#[derive(Debug, Clone)]
pub(super) struct Query {
    /// The index to query; `None` for the table itself, which is strongly consistent.
    pub(super) index: Option<&'static str>,
    /// The partition key: attribute and value.
    pub(super) partition: (&'static str, String),
    /// Which items of the partition.
    pub(super) sort_keys: SortKeys,
    /// A filter on the items.
    pub(super) only: Condition,
    /// The key of the item after which to start.
    pub(super) after: Option<Item>,
    /// Whether to read in descending order.
    pub(super) backwards: bool,
    /// How many items at most.
    pub(super) most: usize,
}

/// Which sort keys. `DynamoDB` accepts a single condition ("Key condition expressions for the Query operation").
#[derive(Debug, Clone)]
pub(super) enum SortKeys {
    /// All.
    Any,
    /// Those with a prefix.
    Beginning(String),
    /// This one and all that sort before it.
    UpTo(String),
    /// This one and all that sort after it.
    From(String),
}

impl SortKeys {
    /// The sort keys with a prefix.
    pub(super) fn beginning(prefix: impl Into<String>) -> Self {
        Self::Beginning(prefix.into())
    }

    /// The condition and its value.
    const fn condition(&self) -> Option<(&'static str, &String)> {
        match self {
            Self::Any => None,
            Self::Beginning(prefix) => Some((" AND begins_with(#by, :by)", prefix)),
            Self::UpTo(last) => Some((" AND #by <= :by", last)),
            Self::From(first) => Some((" AND #by >= :by", first)),
        }
    }
}

impl Query {
    /// Every item of the partition `pk` of the table, in ascending order.
    pub(super) fn partition(pk: impl Into<String>) -> Self {
        Self {
            index: None,
            partition: (PK, pk.into()),
            sort_keys: SortKeys::Any,
            only: Condition::default(),
            after: None,
            backwards: false,
            most: usize::MAX,
        }
    }
}

impl Table {
    /// Runs a query, page by page, until it has enough items.
    pub(super) async fn list(&self, action: &'static str, query: Query) -> Result<Vec<Item>, LedgerError> {
        let (mut items, mut after) = (Vec::new(), query.after);
        let by = if query.index.is_some() { POSITION } else { SK };
        let sort_condition = query.sort_keys.condition();
        let condition = format!("#partition = :partition{}", sort_condition.map_or("", |(condition, _)| condition));
        while items.len() < query.most {
            let mut request = self
                .client
                .query()
                .table_name(&self.name)
                .set_index_name(query.index.map(str::to_owned))
                .consistent_read(query.index.is_none())
                .scan_index_forward(!query.backwards)
                .set_exclusive_start_key(after.take())
                .key_condition_expression(&condition)
                .expression_attribute_names("#partition", query.partition.0)
                .expression_attribute_values(":partition", text(&query.partition.1));
            if let Some((_, value)) = sort_condition {
                request = request.expression_attribute_names("#by", by).expression_attribute_values(":by", text(value));
            }
            if query.only.expression.is_empty() {
                // A limit counts items before the filter, so it only applies without one.
                request = request.set_limit(i32::try_from(query.most - items.len()).ok());
            } else {
                request = request.filter_expression(query.only.expression);
                for name in query.only.names {
                    request = request.expression_attribute_names(format!("#{name}"), *name);
                }
                for (name, value) in &query.only.values {
                    request = request.expression_attribute_values(format!(":{name}"), value.clone());
                }
            }
            let answer = request.send().await.map_err(|error| refused(action, &error))?;
            items.extend(answer.items.into_iter().flatten());
            after = answer.last_evaluated_key.filter(|key| !key.is_empty());
            if after.is_none() {
                break;
            }
        }
        items.truncate(query.most);
        Ok(items)
    }
}
