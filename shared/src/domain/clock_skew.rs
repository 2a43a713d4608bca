//! The difference between this machine's clock and a server's.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

/// Differences up to this are those of a slow answer. Okta rejects assertions that are off by a few minutes.
const TOLERATED: SignedDuration = SignedDuration::from_mins(2);

/// A difference that matters; positive if our clock is ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockSkew(SignedDuration);

impl ClockSkew {
    /// Compares our time with the time that a server reported at about the same moment.
    pub fn between(ours: Timestamp, theirs: Timestamp) -> Option<Self> {
        let skew = ours.duration_since(theirs);
        (skew.abs() > TOLERATED).then_some(Self(skew))
    }
}

impl fmt::Display for ClockSkew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = self.0.abs().as_mins();
        let (count, unit) = match minutes {
            0..=119 => (minutes, "minutes"),
            120..=2879 => (minutes / 60, "hours"),
            _ => (minutes / 60 / 24, "days"),
        };
        let direction = if self.0.is_positive() { "ahead" } else { "behind" };
        write!(f, "{count} {unit} {direction}")
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests {
    use super::*;

    #[test]
    fn only_differences_that_matter_are_reported() {
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let skew = |seconds: i64| {
            ClockSkew::between(at(1_700_000_000 + seconds), at(1_700_000_000)).map(|skew| skew.to_string())
        };
        assert_eq!((skew(0), skew(120), skew(-120)), (None, None, None));
        assert_eq!(skew(600).as_deref(), Some("10 minutes ahead"));
        assert_eq!(skew(-3 * 3600).as_deref(), Some("3 hours behind"));
        assert_eq!(skew(400 * 86_400).as_deref(), Some("400 days ahead"));
    }
}
