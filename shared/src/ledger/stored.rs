//! From records to columns, and back.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::ledger::LedgerError;

/// A record as JSON.
pub(crate) fn to_json<T: Serialize>(record: &T) -> Result<String, LedgerError> {
    serde_json::to_string(record)
        .map_err(|error| LedgerError::Store { action: "write a record as JSON", reason: error.to_string() })
}

/// A record from JSON; `what` names it where it cannot be read.
pub(crate) fn from_json<T: DeserializeOwned>(json: &str, what: impl FnOnce() -> String) -> Result<T, LedgerError> {
    serde_json::from_str(json).map_err(|error| unreadable(&what(), &error))
}

/// An id, a time or another word from a column.
pub(crate) fn from_text<T>(text: String, what: impl FnOnce() -> String) -> Result<T, LedgerError>
where
    T: TryFrom<String, Error: std::fmt::Display>,
{
    T::try_from(text).map_err(|error| unreadable(&what(), &error))
}

/// A time in text of one width, which sorts as it passed.
pub(crate) fn from_time(time: Timestamp) -> String {
    format!("{time:.9}")
}

/// The time in a column.
pub(crate) fn to_time(text: &str, what: impl FnOnce() -> String) -> Result<Timestamp, LedgerError> {
    text.parse().map_err(|error: jiff::Error| unreadable(&what(), &error))
}

fn unreadable(what: &str, error: &dyn std::fmt::Display) -> LedgerError {
    LedgerError::Unreadable { what: format!("{what}: {error}") }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
mod tests {
    use super::*;

    #[test]
    fn times_sort_as_text_and_come_back_whole() {
        let times: Vec<Timestamp> = [(0, 0), (0, 1), (0, 999_999_999), (1, 0), (1_735_603_200, 5)]
            .map(|(second, nanosecond)| Timestamp::new(second, nanosecond).unwrap())
            .into();
        let texts: Vec<_> = times.iter().map(|time| from_time(*time)).collect();
        assert!(texts.is_sorted(), "{texts:?}");
        let back: Vec<_> = texts.iter().map(|text| to_time(text, String::new).unwrap()).collect();
        assert_eq!(back, times);
    }
}
