//! How results are shown: a table for people, a JSON document for programs.

pub mod brief;
pub mod csv;
pub mod document;
pub mod paragraph;
pub mod progress;
#[cfg(test)]
pub(crate) mod samples;
pub mod signals;
pub mod summary;
pub mod table;
pub mod totals;
#[cfg(feature = "xlsx")]
pub(crate) mod xlsx;

use jiff::Timestamp;
use regrant::domain::app::AppRecord;
use regrant::domain::customer::CustomerName;
use regrant::domain::text::UntrustedText;
use regrant::domain::waiver::Waiver;

/// An app with what is known about it elsewhere.
#[derive(Debug, Clone)]
pub struct ShownApp {
    /// Its record.
    pub app: AppRecord,
    /// The customer of its org.
    pub customer: Option<CustomerName>,
    /// Its waiver, if it is active and the app would need action without it.
    pub waiver: Option<Waiver>,
}

impl ShownApp {
    /// An app of no customer, without a waiver.
    pub const fn of(app: AppRecord) -> Self {
        Self { app, customer: None, waiver: None }
    }
}

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

/// `text` in exactly `width` columns: padded, or cut with `…`.
pub fn cell(text: &str, width: usize) -> String {
    let columns = textwrap::core::display_width(text);
    if columns <= width {
        return format!("{text}{}", " ".repeat(width - columns));
    }
    let mut cut = String::new();
    let mut columns = 0;
    for c in text.chars() {
        let next = textwrap::core::display_width(c.encode_utf8(&mut [0; 4]));
        if columns + next + 1 > width {
            break;
        }
        cut.push(c);
        columns += next;
    }
    let padding = width.saturating_sub(columns + 1);
    format!("{cut}…{}", " ".repeat(padding))
}
