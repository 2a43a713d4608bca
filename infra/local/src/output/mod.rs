//! How results are shown: a table for people, a JSON document for programs.

pub mod document;
pub mod paragraph;
pub mod progress;
#[cfg(test)]
pub(crate) mod samples;
pub mod signals;
pub mod summary;
pub mod table;
#[cfg(feature = "xlsx")]
pub(crate) mod xlsx;

use jiff::Timestamp;
use regrant::domain::text::UntrustedText;

/// A time in UTC, to the minute: `2026-03-01 09:30 UTC`.
pub fn when(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// `1 app`, `2 apps`.
pub fn number(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Text from outside with control and direction characters escaped, so that it cannot change what a terminal shows.
pub fn escaped(text: impl Into<String>) -> String {
    UntrustedText::new(text).to_string()
}
