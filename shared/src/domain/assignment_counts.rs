//! How many users and groups an app concerns, as an email says it.
//!
//! Whoever is asked to consent weighs a number. Okta has none: it only lists who is assigned, so the first page of a list is
//! counted, seldom, and only of apps about which somebody is written to.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::standing::Standing;

/// How long a count is good enough for an email.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How many there are, by the first page of Okta's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// How many the page held.
    pub number: u64,
    /// The list went on after it (`Link` with `rel="next"`), so that there are more, or at least may be.
    pub or_more: bool,
}

/// How many users and groups an app concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentCounts {
    /// Users assigned to it, by themselves or by a group (Okta, "List all application users").
    pub users: Count,
    /// Groups assigned to it (Okta, "List all application groups").
    pub groups: Count,
    /// When they were counted, in UTC.
    pub counted_at: Timestamp,
}

/// Whether those whom an app concerns are to be counted: where somebody is written to about it, and not again for a week.
pub fn is_to_be_counted(standing: Standing, known: Option<&AssignmentCounts>, now: Timestamp) -> bool {
    standing.needs_action() && known.is_none_or(|reach| now.duration_since(reach.counted_at) >= GOOD_FOR)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 60 * 60;

    fn counted_on(day: i64) -> AssignmentCounts {
        let count = |number| Count { number, or_more: false };
        AssignmentCounts { users: count(12), groups: count(3), counted_at: on(day) }
    }

    fn on(day: i64) -> Timestamp {
        Timestamp::from_second(day * DAY).unwrap()
    }

    #[test]
    fn only_apps_about_which_somebody_is_written_to_are_counted() {
        let counted: Vec<_> =
            Standing::ALL.into_iter().filter(|&standing| is_to_be_counted(standing, None, on(0))).collect();
        let expected =
            [Standing::Broken, Standing::NeedsConsent, Standing::NeedsSave, Standing::Degraded, Standing::ByHand];
        assert_eq!(counted, expected);
    }

    #[test]
    fn a_count_is_good_for_a_week() {
        let known = counted_on(0);
        for (day, is_due) in [(0, false), (1, false), (6, false), (7, true), (8, true)] {
            assert_eq!(is_to_be_counted(Standing::Broken, Some(&known), on(day)), is_due, "day {day}");
        }
        assert!(!is_to_be_counted(Standing::Consented, Some(&known), on(400)));
    }
}
