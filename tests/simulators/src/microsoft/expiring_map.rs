//! A map of issued codes and tokens that drops expired entries when it grows large.

use std::collections::HashMap;

use jiff::Timestamp;

/// The map keeps this many entries regardless of age, so that a test of usual size sees everything ever issued.
const ALWAYS_KEPT: usize = 10_000;

/// A value with an expiry time.
pub(super) trait Expires {
    /// When it expires.
    fn expires_at(&self) -> Timestamp;
}

impl Expires for Timestamp {
    fn expires_at(&self) -> Timestamp {
        *self
    }
}

/// Expiring values by their text.
pub(super) struct ExpiringMap<T> {
    entries: HashMap<String, T>,
    /// The size at which expired entries are dropped.
    capacity: usize,
}

impl<T> Default for ExpiringMap<T> {
    fn default() -> Self {
        Self { entries: HashMap::new(), capacity: ALWAYS_KEPT }
    }
}

impl<T: Expires> ExpiringMap<T> {
    /// Inserts an entry. Returns `false` if the text was already present.
    pub(super) fn insert(&mut self, text: String, entry: T, now: Timestamp) -> bool {
        if self.entries.len() >= self.capacity {
            self.entries.retain(|_, entry| entry.expires_at() > now);
            // Doubling keeps the total cost of these sweeps linear in the number of insertions.
            self.capacity = ALWAYS_KEPT.max(self.entries.len() * 2);
        }
        self.entries.insert(text, entry).is_none()
    }

    pub(super) fn get(&self, text: &str) -> Option<&T> {
        self.entries.get(text)
    }

    pub(super) fn get_mut(&mut self, text: &str) -> Option<&mut T> {
        self.entries.get_mut(text)
    }

    pub(super) fn remove_where(&mut self, is: impl Fn(&T) -> bool) {
        self.entries.retain(|_, entry| !is(entry));
    }

    pub(super) fn texts(&self) -> impl Iterator<Item = &String> {
        self.entries.keys()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_expired_entries_are_dropped() {
        let mut map = ExpiringMap::default();
        let at = |second: usize| Timestamp::from_second(i64::try_from(second).unwrap_or_default()).unwrap_or_default();
        for second in 0..5 * ALWAYS_KEPT {
            map.insert(second.to_string(), at(second + 100), at(second));
        }
        assert!(map.texts().count() <= ALWAYS_KEPT, "{}", map.texts().count());
        let last = 5 * ALWAYS_KEPT - 1;
        assert!((0..100).all(|age| map.get(&(last - age).to_string()).is_some()));
    }
}
