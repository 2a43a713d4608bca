//! Exit codes: what a program that calls this one learns from it.

use regrant::domain::app::AppRecord;
use regrant::domain::scan::Scan;
use regrant::domain::standing::Standing;

/// What came of a command, best first. Two outcomes add up to the worse one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Outcome {
    /// All fine.
    #[default]
    Fine,
    /// Somebody has to act on an app.
    ActionNeeded,
    /// Something could not be looked at, so "fine" cannot be said. Also every error.
    CouldNotLook,
}

impl Outcome {
    /// The exit code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::ActionNeeded => 1,
            Self::CouldNotLook => 2,
        }
    }

    /// The worse of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.max(other)
    }
}

impl From<Standing> for Outcome {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Unknown => Self::CouldNotLook,
            standing if standing.needs_action() => Self::ActionNeeded,
            _ => Self::Fine,
        }
    }
}

/// How many apps stand where, counted while they pass by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally([u64; Standing::ALL.len()]);

impl Tally {
    /// Counts one app.
    pub fn add(&mut self, app: &AppRecord) {
        for (standing, count) in Standing::ALL.into_iter().zip(&mut self.0) {
            *count += u64::from(standing == app.standing());
        }
    }

    /// The standings that occur, worst first, and how often.
    pub fn counts(&self) -> impl Iterator<Item = (Standing, u64)> + '_ {
        Standing::ALL.into_iter().zip(self.0).filter(|(_, count)| *count > 0)
    }

    /// How many apps there are.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// How many apps somebody has to act on.
    pub fn to_act_on(&self) -> u64 {
        self.counts().filter(|(standing, _)| standing.needs_action()).map(|(_, count)| count).sum()
    }

    /// What the apps add up to.
    pub fn outcome(&self) -> Outcome {
        self.counts().map(|(standing, _)| Outcome::from(standing)).max().unwrap_or_default()
    }
}

/// What a scan's own totals add up to: an org that was not seen, or not looked at yet, may hide anything.
pub fn of_scan(scan: Option<&Scan>) -> Outcome {
    match scan {
        Some(scan) if scan.finished_at.is_some() && scan.orgs_not_seen.is_empty() => Outcome::Fine,
        _ => Outcome::CouldNotLook,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::samples;

    fn tally(standings: &[Standing]) -> Tally {
        let mut tally = Tally::default();
        for standing in standings {
            tally.add(&samples::app("Office 365", *standing));
        }
        tally
    }

    #[test]
    fn each_standing_has_its_exit_code() {
        for standing in Standing::ALL {
            let expected = match standing {
                Standing::Consented | Standing::NotApplicable => 0,
                Standing::Unknown => 2,
                _ => 1,
            };
            assert_eq!(tally(&[standing]).outcome().code(), expected, "{standing}");
        }
    }

    #[test]
    fn could_not_look_wins_over_action_needed_and_no_app_is_fine() {
        assert_eq!(tally(&[Standing::Broken, Standing::Unknown, Standing::Consented]).outcome().code(), 2);
        assert_eq!(tally(&[Standing::Consented, Standing::Degraded]).outcome().code(), 1);
        assert_eq!(tally(&[]).outcome().code(), 0);
    }

    #[test]
    fn an_org_that_was_not_seen_or_an_unfinished_scan_is_not_fine() {
        let seen = samples::scan(&[]);
        assert_eq!(of_scan(Some(&seen)), Outcome::Fine);
        assert_eq!(of_scan(Some(&samples::scan(&["the network was down"]))), Outcome::CouldNotLook);
        assert_eq!(of_scan(Some(&Scan { finished_at: None, ..seen })), Outcome::CouldNotLook);
        assert_eq!(of_scan(None), Outcome::CouldNotLook);
    }

    #[test]
    fn counts_come_worst_first() {
        let tally = tally(&[Standing::Consented, Standing::Broken, Standing::Consented]);
        assert_eq!(tally.counts().collect::<Vec<_>>(), [(Standing::Broken, 1), (Standing::Consented, 2)]);
        assert_eq!((tally.total(), tally.to_act_on()), (3, 1));
    }
}
