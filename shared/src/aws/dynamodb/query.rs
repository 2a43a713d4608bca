//! Lists: which items, from where on, and how many.

use super::keys::{Item, PK, PLACE, SK, text};
use super::table::{Condition, Table, refused};
use crate::ledger::LedgerError;

/// A list to be read.
#[derive(Debug, Clone)]
pub(super) struct Query {
    /// An index, and else the table itself, which is read as of now.
    pub(super) index: Option<&'static str>,
    /// The partition: its attribute and its value.
    pub(super) partition: (&'static str, String),
    /// Which items of the partition.
    pub(super) sort_keys: SortKeys,
    /// What else has to hold of an item.
    pub(super) only: Condition,
    /// The key of the item to go on after.
    pub(super) after: Option<Item>,
    /// From the last to the first.
    pub(super) backwards: bool,
    /// How many at the most.
    pub(super) most: usize,
}

/// Which sort keys. One condition is all that `DynamoDB` takes ("Key condition expressions for the Query operation").
#[derive(Debug, Clone)]
pub(super) enum SortKeys {
    /// Every one.
    Any,
    /// Those that begin so.
    Beginning(String),
    /// This one and all before it.
    UpTo(String),
}

impl SortKeys {
    /// What begins with `prefix`.
    pub(super) fn beginning(prefix: impl Into<String>) -> Self {
        Self::Beginning(prefix.into())
    }

    /// The condition, and the value in it.
    const fn condition(&self) -> Option<(&'static str, &String)> {
        match self {
            Self::Any => None,
            Self::Beginning(prefix) => Some((" AND begins_with(#by, :by)", prefix)),
            Self::UpTo(last) => Some((" AND #by <= :by", last)),
        }
    }
}

impl Query {
    /// What is under `pk`, from the first to the last.
    pub(super) fn under(pk: impl Into<String>) -> Self {
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
    /// The items of a list, in its order.
    pub(super) async fn list(&self, action: &'static str, query: Query) -> Result<Vec<Item>, LedgerError> {
        let (mut items, mut after) = (Vec::new(), query.after);
        let by = if query.index.is_some() { PLACE } else { SK };
        let wanted = query.sort_keys.condition();
        let condition = format!("#partition = :partition{}", wanted.map_or("", |(condition, _)| condition));
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
            if let Some((_, value)) = wanted {
                request = request.expression_attribute_names("#by", by).expression_attribute_values(":by", text(value));
            }
            if query.only.expression.is_empty() {
                // Without a filter, no more is read than is wanted.
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
