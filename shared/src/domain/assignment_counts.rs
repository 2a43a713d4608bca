//! How many users and groups are assigned to an app, as shown in emails.
//!
//! The person who is asked to consent wants to know the impact. Okta has no counter and only lists the assignments, so
//! Regrant counts the first page of each list, rarely, and only for apps that need action.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::standing::Standing;

/// How long a count remains valid.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A number of assignments, from the first page of Okta's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// How many the page contained.
    pub number: u64,
    /// Whether the list continues (`Link` with `rel="next"`), so that there may be more.
    pub or_more: bool,
}

/// How many users and groups are assigned to an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentCounts {
    /// Assigned users, individually or through a group (Okta, "List all application users").
    pub users: Count,
    /// Assigned groups (Okta, "List all application groups").
    pub groups: Count,
    /// When they were counted, in UTC.
    pub counted_at: Timestamp,
}

/// Whether the assignments of an app should be counted: if it needs action, at most once a week.
pub fn should_count(standing: Standing, known: Option<&AssignmentCounts>, now: Timestamp) -> bool {
    standing.needs_action() && known.is_none_or(|counts| now.duration_since(counts.counted_at) >= GOOD_FOR)
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
    fn only_apps_that_need_action_are_counted() {
        let counted: Vec<_> =
            Standing::ALL.into_iter().filter(|&standing| should_count(standing, None, on(0))).collect();
        let expected =
            [Standing::Broken, Standing::NeedsConsent, Standing::NeedsSave, Standing::Degraded, Standing::ByHand];
        assert_eq!(counted, expected);
    }

    #[test]
    fn count_is_valid_for_a_week() {
        let known = counted_on(0);
        for (day, is_due) in [(0, false), (1, false), (6, false), (7, true), (8, true)] {
            assert_eq!(should_count(Standing::Broken, Some(&known), on(day)), is_due, "day {day}");
        }
        assert!(!should_count(Standing::Consented, Some(&known), on(400)));
    }
}
