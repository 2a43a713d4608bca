//! How long apps took from discovery to consent, and from consent to verification: median and 95th percentile.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::domain::milestones::Milestones;

/// The times of a group of apps. Apps that already ran on consent when they were found are only counted, because Regrant
/// does not know when they were consented.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Turnaround {
    /// Apps that ran on consent when they were found.
    pub consented_when_found: u64,
    /// From discovery to the first consent; absent if no app got there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found_to_consented: Option<Percentiles>,
    /// From the first consent to its verification in Microsoft Graph; absent if no app got there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consented_to_verified: Option<Percentiles>,
    /// From discovery to verification; absent if no app got there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found_to_verified: Option<Percentiles>,
}

/// The median and the 95th percentile of some durations, by nearest rank: each is a duration that occurred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Percentiles {
    /// How many durations.
    pub apps: u64,
    /// The median, in seconds.
    pub median_seconds: i64,
    /// The 95th percentile, in seconds.
    pub p95_seconds: i64,
}

/// Collects milestones.
#[derive(Debug, Clone, Default)]
pub(super) struct Milestoned {
    consented_when_found: u64,
    found_to_consented: Vec<i64>,
    consented_to_verified: Vec<i64>,
    found_to_verified: Vec<i64>,
}

impl Milestoned {
    pub(super) fn add(&mut self, milestones: &Milestones) {
        let (Some(found), Some(consented)) = (milestones.found_at, milestones.consented_at) else { return };
        if consented <= found {
            self.consented_when_found += 1;
            return;
        }
        self.found_to_consented.push(seconds(consented.duration_since(found)));
        if let Some(verified) = milestones.verified_at {
            self.consented_to_verified.push(seconds(verified.duration_since(consented)));
            self.found_to_verified.push(seconds(verified.duration_since(found)));
        }
    }

    pub(super) fn turnaround(self) -> Turnaround {
        Turnaround {
            consented_when_found: self.consented_when_found,
            found_to_consented: Percentiles::of(self.found_to_consented),
            consented_to_verified: Percentiles::of(self.consented_to_verified),
            found_to_verified: Percentiles::of(self.found_to_verified),
        }
    }
}

fn seconds(duration: SignedDuration) -> i64 {
    duration.as_secs().max(0)
}

impl Percentiles {
    /// The percentiles of `durations`, in seconds; `None` if there are none.
    fn of(mut durations: Vec<i64>) -> Option<Self> {
        durations.sort_unstable();
        let rank = |percent: usize| {
            let nearest = (durations.len() * percent).div_ceil(100).max(1);
            durations.get(nearest - 1).copied()
        };
        Some(Self {
            apps: u64::try_from(durations.len()).unwrap_or(u64::MAX),
            median_seconds: rank(50)?,
            p95_seconds: rank(95)?,
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        assert_eq!(Percentiles::of(Vec::new()), None);
        let of = |durations: &[i64]| {
            let all = Percentiles::of(durations.to_vec()).unwrap();
            (all.apps, all.median_seconds, all.p95_seconds)
        };
        assert_eq!(of(&[7]), (1, 7, 7));
        assert_eq!(of(&[3, 1]), (2, 1, 3));
        assert_eq!(of(&(1..=100).rev().collect::<Vec<_>>()), (100, 50, 95));
    }

    #[test]
    fn apps_consented_when_found_have_no_duration() {
        let at = |second| Some(Timestamp::from_second(second).unwrap());
        let mut all = Milestoned::default();
        all.add(&Milestones { found_at: at(5), consented_at: at(5), verified_at: at(9) });
        all.add(&Milestones { found_at: at(5), consented_at: None, verified_at: None });
        all.add(&Milestones { found_at: at(5), consented_at: at(15), verified_at: at(18) });
        let turnaround = all.turnaround();
        assert_eq!(turnaround.consented_when_found, 1);
        assert_eq!(turnaround.found_to_consented.unwrap().median_seconds, 10);
        assert_eq!(turnaround.consented_to_verified.unwrap().p95_seconds, 3);
        assert_eq!(turnaround.found_to_verified.unwrap().apps, 1);
    }
}
