//! Exit codes: the result of a command for the program that called it.

use regrant::domain::app::AppRecord;
use regrant::domain::scan::Scan;
use regrant::domain::standing::Standing;

/// The result of a command, best first. The combination of two outcomes is the worse one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Outcome {
    /// No action needed.
    #[default]
    Fine,
    /// An app needs attention.
    ActionNeeded,
    /// Something could not be checked, so Regrant cannot tell whether all is well. Also every error.
    CouldNotCheck,
}

impl Outcome {
    /// The exit code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::ActionNeeded => 1,
            Self::CouldNotCheck => 2,
        }
    }

    /// The worse of the two.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.max(other)
    }
}

impl From<Standing> for Outcome {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Unknown => Self::CouldNotCheck,
            standing if standing.needs_action() => Self::ActionNeeded,
            _ => Self::Fine,
        }
    }
}

/// Counts apps by standing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally([u64; Standing::ALL.len()]);

impl Tally {
    /// Counts one app.
    pub fn add(&mut self, app: &AppRecord) {
        for (standing, count) in Standing::ALL.into_iter().zip(&mut self.0) {
            *count += u64::from(standing == app.standing());
        }
    }

    /// The standings that occur, most urgent first, with their counts.
    pub fn counts(&self) -> impl Iterator<Item = (Standing, u64)> + '_ {
        Standing::ALL.into_iter().zip(self.0).filter(|(_, count)| *count > 0)
    }

    /// The number of apps.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The number of apps that need attention.
    pub fn to_act_on(&self) -> u64 {
        self.counts().filter(|(standing, _)| standing.needs_action()).map(|(_, count)| count).sum()
    }

    /// The outcome for all apps together.
    pub fn outcome(&self) -> Outcome {
        self.counts().map(|(standing, _)| Outcome::from(standing)).max().unwrap_or_default()
    }
}

/// The outcome of the scan itself. Apps that need attention may be in orgs that could not be checked or are still pending.
pub fn of_scan(scan: Option<&Scan>) -> Outcome {
    match scan {
        Some(scan) if scan.finished_at.is_some() && scan.orgs_not_seen.is_empty() => Outcome::Fine,
        _ => Outcome::CouldNotCheck,
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
    fn could_not_check_outranks_action_needed() {
        assert_eq!(tally(&[Standing::Broken, Standing::Unknown, Standing::Consented]).outcome().code(), 2);
        assert_eq!(tally(&[Standing::Consented, Standing::Degraded]).outcome().code(), 1);
        assert_eq!(tally(&[]).outcome().code(), 0);
    }

    #[test]
    fn incomplete_scans_are_not_fine() {
        let seen = samples::scan(&[]);
        assert_eq!(of_scan(Some(&seen)), Outcome::Fine);
        assert_eq!(of_scan(Some(&samples::scan(&["the network was down"]))), Outcome::CouldNotCheck);
        assert_eq!(of_scan(Some(&Scan { finished_at: None, ..seen })), Outcome::CouldNotCheck);
        assert_eq!(of_scan(None), Outcome::CouldNotCheck);
    }

    #[test]
    fn counts_come_most_urgent_first() {
        let tally = tally(&[Standing::Consented, Standing::Broken, Standing::Consented]);
        assert_eq!(tally.counts().collect::<Vec<_>>(), [(Standing::Broken, 1), (Standing::Consented, 2)]);
        assert_eq!((tally.total(), tally.to_act_on()), (3, 1));
    }
}
