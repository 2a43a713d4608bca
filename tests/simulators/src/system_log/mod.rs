//! The System Log: entries in the order of writing, and `GET /api/v1/logs` over them (Okta developer docs,
//! "System Log query").

mod entry;
mod filter;
mod list;
mod wire;

use std::collections::VecDeque;

use jiff::Timestamp;

use crate::seeded_rng::SeededRng;

pub use entry::{AppPlace, LogEntry};
pub(crate) use list::{Reading, list};

/// The most entries kept per org; older ones are dropped.
const KEPT: usize = 10_000;

/// A stored entry.
#[derive(Debug, Clone)]
struct Written {
    /// Its position in the order of writing, from 0.
    number: u64,
    uuid: String,
    /// When it was written. A polling reader's `since` is compared with it.
    at: Timestamp,
    /// When it happened.
    published: Timestamp,
    entry: LogEntry,
}

/// An org's log.
#[derive(Debug, Clone, Default)]
pub(crate) struct SystemLog {
    entries: VecDeque<Written>,
    /// The number of the next entry.
    next: u64,
}

impl SystemLog {
    /// Stores `entry` and returns its `uuid`.
    pub(crate) fn write(&mut self, seed: u64, org: &str, entry: LogEntry, now: Timestamp) -> String {
        let digits = SeededRng::new(seed, &format!("log {org}"), self.next).hex(32);
        let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
        let uuid = [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-");
        let published = entry.published.unwrap_or(now);
        self.entries.push_back(Written { number: self.next, uuid: uuid.clone(), at: now, published, entry });
        self.next += 1;
        if self.entries.len() > KEPT {
            self.entries.pop_front();
        }
        uuid
    }

    /// The entries with number `from` or higher.
    fn after(&self, from: u64) -> impl Iterator<Item = &Written> {
        let start = self.entries.partition_point(|written| written.number < from);
        self.entries.range(start..)
    }

    /// The number of the first entry written at or after `since`.
    fn number_at(&self, since: Timestamp) -> u64 {
        let start = self.entries.partition_point(|written| written.at < since);
        self.entries.get(start).map_or(self.next, |written| written.number)
    }
}
