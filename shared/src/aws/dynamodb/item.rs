//! The record and the text attributes of an item.

use serde::de::DeserializeOwned;

use super::keys::{Item, text};
use crate::ledger::LedgerError;
use crate::ledger::stored::{from_json, to_json};

/// The attribute with the whole record as JSON.
const RECORD: &str = "record";

/// Adds a record to an item.
pub(super) fn with_record<T: serde::Serialize>(mut item: Item, record: &T) -> Result<Item, LedgerError> {
    item.insert(RECORD.to_owned(), text(to_json(record)?));
    Ok(item)
}

/// The record of an item; `what` names it in the error.
pub(super) fn record<T: DeserializeOwned>(item: &Item, what: impl FnOnce() -> String) -> Result<T, LedgerError> {
    match item.get(RECORD).and_then(|value| value.as_s().ok()) {
        Some(json) => from_json(json, what),
        None => Err(LedgerError::Unreadable { what: format!("{}: it has no record", what()) }),
    }
}

/// A text attribute. Fails if it is missing, as Regrant always writes it.
pub(super) fn text_of<'a>(item: &'a Item, attribute: &'static str) -> Result<&'a str, LedgerError> {
    let found = item.get(attribute).and_then(|value| value.as_s().ok());
    found.map(String::as_str).ok_or_else(|| LedgerError::Unreadable { what: format!("an item without {attribute}") })
}

/// A text attribute, or `None` if the item has none.
pub(super) fn optional_text_of<'a>(item: &'a Item, attribute: &str) -> Option<&'a str> {
    item.get(attribute).and_then(|value| value.as_s().ok()).map(String::as_str)
}
