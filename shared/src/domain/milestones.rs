//! Milestones: when an app first reached each step from discovery to a verified consent.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::standing::{Assessment, Standing};

/// The first time of each step. A later failure changes none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Milestones {
    /// When a scan first found the app, in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found_at: Option<Timestamp>,
    /// When its provisioning first ran on consent, in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consented_at: Option<Timestamp>,
    /// When Microsoft Graph first confirmed the consent, in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_at: Option<Timestamp>,
}

impl Milestones {
    /// The milestones of an app that is found now.
    pub const fn found(at: Timestamp) -> Self {
        Self { found_at: Some(at), consented_at: None, verified_at: None }
    }

    /// The milestones after an assessment at `at`.
    #[must_use]
    pub fn after(self, assessment: &Assessment, at: Timestamp) -> Self {
        let consented = assessment.standing == Standing::Consented;
        Self {
            found_at: self.found_at,
            consented_at: self.consented_at.or(consented.then_some(at)),
            verified_at: self.verified_at.or((consented && assessment.verified).then_some(at)),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;

    #[test]
    fn first_time_of_each_step_is_kept() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let assessed = |standing, verified| Assessment { standing, verified, reasons: Vec::new() };
        let steps = [
            (1, assessed(Standing::NeedsConsent, false)),
            (2, assessed(Standing::Consented, false)),
            (3, assessed(Standing::Consented, true)),
            (4, assessed(Standing::Broken, false)),
            (5, assessed(Standing::Consented, true)),
        ];
        let last = steps.iter().fold(Milestones::found(at(1)), |so_far, (second, now)| so_far.after(now, at(*second)));
        let wanted = Milestones { found_at: Some(at(1)), consented_at: Some(at(2)), verified_at: Some(at(3)) };
        assert_eq!(last, wanted);
    }
}
