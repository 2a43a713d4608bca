//! Counting the users and groups that are assigned to apps, in addition to the checks of a scan.
//!
//! Counts use the same rate budget as the checks and matter less. A scan therefore spends about a minute on them in
//! total and stops counting after a failure. A failed count has no effect on the checks.

use jiff::SignedDuration;

use crate::domain::assignment_counts::AssignmentCounts;
use crate::domain::id::AppId;
use crate::okta::{OktaError, OktaOrg};
use crate::usecases::Ports;

/// The time that a scan spends on counts before it starts no further one. Only orgs with a low rate limit reach it; the next
/// scan continues with the remaining apps.
const TIME_BUDGET: SignedDuration = SignedDuration::from_mins(1);

/// Counts assignments during one scan of an org.
pub(super) struct AssignmentCounter {
    spent: SignedDuration,
    has_stopped: bool,
}

impl AssignmentCounter {
    /// A counter for one scan.
    pub(super) const fn new() -> Self {
        Self { spent: SignedDuration::ZERO, has_stopped: false }
    }

    /// How many users and groups are assigned to `app`. `None` if Okta does not say or counting has stopped. An error means
    /// that no further call to Okta can succeed.
    pub(super) async fn count(
        &mut self,
        ports: &Ports,
        api: &dyn OktaOrg,
        app: &AppId,
    ) -> Result<Option<AssignmentCounts>, OktaError> {
        if self.has_stopped || self.spent >= TIME_BUDGET {
            return Ok(None);
        }
        let started_at = ports.clock.now();
        let counted = api.count_assignments(app).await;
        self.spent = self.spent.saturating_add(ports.clock.now().duration_since(started_at));
        let error = match counted {
            Ok(reach) => return Ok(Some(reach)),
            Err(error) => error,
        };
        tracing::info!(%app, %error, "could not count the assignments of an app; emails omit the number");
        if error.retires_credential() {
            return Err(error);
        }
        // A deleted app says nothing about the others. A role without access to assignments, an exhausted rate limit or an
        // outage would make the next count fail too.
        self.has_stopped = !super::is_not_found(&error);
        Ok(None)
    }
}
