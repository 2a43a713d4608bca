//! Encoding of records and times for the adapters: as JSON and as sortable text.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::ledger::LedgerError;

/// Encodes a record as JSON.
pub(crate) fn to_json<T: Serialize>(record: &T) -> Result<String, LedgerError> {
    serde_json::to_string(record)
        .map_err(|error| LedgerError::Store { action: "write a record as JSON", reason: error.to_string() })
}

/// Decodes a record from JSON; `what` names the record in the error.
pub(crate) fn from_json<T: DeserializeOwned>(json: &str, what: impl FnOnce() -> String) -> Result<T, LedgerError> {
    serde_json::from_str(json).map_err(|error| unreadable(&what(), &error))
}

/// Parses an id or other value from a column; `what` names the record in the error.
pub(crate) fn from_text<T>(text: String, what: impl FnOnce() -> String) -> Result<T, LedgerError>
where
    T: TryFrom<String, Error: std::fmt::Display>,
{
    T::try_from(text).map_err(|error| unreadable(&what(), &error))
}

/// Encodes a time as text of fixed width, which sorts chronologically.
pub(crate) fn from_time(time: Timestamp) -> String {
    format!("{time:.9}")
}

/// Decodes the time in a column.
pub(crate) fn to_time(text: &str, what: impl FnOnce() -> String) -> Result<Timestamp, LedgerError> {
    text.parse().map_err(|error: jiff::Error| unreadable(&what(), &error))
}

/// The error of an event that cannot be added to its trail's hash chain.
pub(crate) fn not_chained() -> LedgerError {
    LedgerError::Store { action: "append an event", reason: "the event could not be written as JSON".to_owned() }
}

fn unreadable(what: &str, error: &dyn std::fmt::Display) -> LedgerError {
    LedgerError::Unreadable { what: format!("{what}: {error}") }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
mod tests {
    use super::*;

    #[test]
    fn encoded_times_sort_chronologically_and_decode_exactly() {
        let times: Vec<Timestamp> = [(0, 0), (0, 1), (0, 999_999_999), (1, 0), (1_735_603_200, 5)]
            .map(|(second, nanosecond)| Timestamp::new(second, nanosecond).unwrap())
            .into();
        let texts: Vec<_> = times.iter().map(|time| from_time(*time)).collect();
        assert!(texts.is_sorted(), "{texts:?}");
        let back: Vec<_> = texts.iter().map(|text| to_time(text, String::new).unwrap()).collect();
        assert_eq!(back, times);
    }
}
