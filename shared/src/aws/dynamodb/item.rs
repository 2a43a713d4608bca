//! What an item holds, read back.

use serde::de::DeserializeOwned;

use super::keys::{Item, text};
use crate::ledger::LedgerError;
use crate::ledger::stored::{from_json, to_json};

/// The attribute with the whole record, as JSON.
const RECORD: &str = "record";

/// Puts the record into an item.
pub(super) fn with_record<T: serde::Serialize>(mut item: Item, record: &T) -> Result<Item, LedgerError> {
    item.insert(RECORD.to_owned(), text(to_json(record)?));
    Ok(item)
}

/// The record in an item; `what` names it where it cannot be read.
pub(super) fn record<T: DeserializeOwned>(item: &Item, what: impl FnOnce() -> String) -> Result<T, LedgerError> {
    match item.get(RECORD).and_then(|value| value.as_s().ok()) {
        Some(json) => from_json(json, what),
        None => Err(LedgerError::Unreadable { what: format!("{}: it has no record", what()) }),
    }
}

/// A text in an item. Where there is none, somebody else wrote the item.
pub(super) fn a_text<'a>(item: &'a Item, attribute: &'static str) -> Result<&'a str, LedgerError> {
    let found = item.get(attribute).and_then(|value| value.as_s().ok());
    found.map(String::as_str).ok_or_else(|| LedgerError::Unreadable { what: format!("an item without {attribute}") })
}

/// A text in an item, or `None`.
pub(super) fn a_text_or_none<'a>(item: &'a Item, attribute: &str) -> Option<&'a str> {
    item.get(attribute).and_then(|value| value.as_s().ok()).map(String::as_str)
}
