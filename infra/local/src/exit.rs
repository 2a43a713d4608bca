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

/// Counts apps by standing, and those among them that are waived.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    all: [u64; Standing::ALL.len()],
    waived: [u64; Standing::ALL.len()],
}

impl Tally {
    /// Counts one app. A waiver only counts where it postpones something.
    pub fn add(&mut self, app: &AppRecord, is_waived: bool) {
        for (at, standing) in Standing::ALL.into_iter().enumerate() {
            let is_it = standing == app.standing();
            self.all[at] += u64::from(is_it);
            self.waived[at] += u64::from(is_it && is_waived && standing.needs_action());
        }
    }

    /// The standings that occur, most urgent first, with their counts.
    pub fn counts(&self) -> impl Iterator<Item = (Standing, u64)> + '_ {
        Standing::ALL.into_iter().zip(self.all).filter(|(_, count)| *count > 0)
    }

    /// The standings that need attention, most urgent first, with the numbers of apps that are not waived.
    pub fn actions(&self) -> impl Iterator<Item = (Standing, u64)> + '_ {
        let counts = Standing::ALL.into_iter().zip(self.all.into_iter().zip(self.waived));
        let counts = counts.map(|(standing, (all, waived))| (standing, all - waived));
        counts.filter(|(standing, count)| standing.needs_action() && *count > 0)
    }

    /// The number of apps with a standing.
    pub fn count(&self, standing: Standing) -> u64 {
        self.counts().find(|(counted, _)| *counted == standing).map_or(0, |(_, count)| count)
    }

    /// The number of apps.
    pub fn total(&self) -> u64 {
        self.all.iter().sum()
    }

    /// The number of apps that would need attention without their waiver.
    pub fn waived(&self) -> u64 {
        self.waived.iter().sum()
    }

    /// The number of apps that need attention.
    pub fn to_act_on(&self) -> u64 {
        self.actions().map(|(_, count)| count).sum()
    }

    /// The outcome for all apps together. A waived app needs no action now.
    pub fn outcome(&self) -> Outcome {
        let unknown = self.counts().filter(|(standing, _)| *standing == Standing::Unknown);
        self.actions().chain(unknown).map(|(standing, _)| Outcome::from(standing)).max().unwrap_or_default()
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
    use crate::output::samples::{self, tally};

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

    #[test]
    fn waived_apps_need_no_action() {
        let mut tally = Tally::default();
        for standing in [Standing::Broken, Standing::Unknown, Standing::Consented] {
            tally.add(&samples::app("Office 365", standing), true);
        }
        assert_eq!((tally.total(), tally.to_act_on(), tally.waived()), (3, 0, 1));
        assert_eq!(tally.outcome(), Outcome::CouldNotCheck, "a waiver does not hide that an app could not be checked");
    }
}
