//! How results look: a table for people, a document for programs.

pub mod document;
pub mod paragraph;
pub mod progress;
#[cfg(test)]
pub(crate) mod samples;
pub mod seen;
pub mod summary;
pub mod table;

use jiff::Timestamp;

/// A time as people read it, in UTC, to the minute.
pub fn when(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// `1 app`, `2 apps`.
pub fn number(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
