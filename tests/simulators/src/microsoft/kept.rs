//! What is given out and ends: found by its text, and dropped once it has ended and there is much of it.

use std::collections::HashMap;

use jiff::Timestamp;

/// So many are kept whatever their age, so that a test of usual size sees everything that was ever given out.
const ALL_OF: usize = 10_000;

/// Something that ends.
pub(super) trait Ends {
    /// When.
    fn ends_at(&self) -> Timestamp;
}

impl Ends for Timestamp {
    fn ends_at(&self) -> Timestamp {
        *self
    }
}

/// Things by their texts.
pub(super) struct Kept<T> {
    entries: HashMap<String, T>,
    /// How many there may be before those that ended are dropped.
    room: usize,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self { entries: HashMap::new(), room: ALL_OF }
    }
}

impl<T: Ends> Kept<T> {
    /// Keeps one more. `false` where there was one of that text.
    pub(super) fn insert(&mut self, text: String, entry: T, now: Timestamp) -> bool {
        if self.entries.len() >= self.room {
            self.entries.retain(|_, entry| entry.ends_at() > now);
            // Twice what is left: each entry is looked at a few times over all, however many come.
            self.room = ALL_OF.max(self.entries.len() * 2);
        }
        self.entries.insert(text, entry).is_none()
    }

    pub(super) fn get(&self, text: &str) -> Option<&T> {
        self.entries.get(text)
    }

    pub(super) fn get_mut(&mut self, text: &str) -> Option<&mut T> {
        self.entries.get_mut(text)
    }

    pub(super) fn drop_where(&mut self, is: impl Fn(&T) -> bool) {
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
    fn what_has_ended_goes_and_what_has_not_stays() {
        let mut kept = Kept::default();
        let at = |second: usize| Timestamp::from_second(i64::try_from(second).unwrap_or_default()).unwrap_or_default();
        for second in 0..5 * ALL_OF {
            kept.insert(second.to_string(), at(second + 100), at(second));
        }
        assert!(kept.texts().count() <= ALL_OF, "{}", kept.texts().count());
        let last = 5 * ALL_OF - 1;
        assert!((0..100).all(|age| kept.get(&(last - age).to_string()).is_some()));
    }
}
