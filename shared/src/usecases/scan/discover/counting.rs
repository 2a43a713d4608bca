//! Counting whom an app concerns, beside the looks of a visit.
//!
//! It draws on the rate budget that the looks live on and is worth less than they are: a visit waits for it a minute or so in
//! all, and counts no more once a count failed. A count that fails changes nothing that was seen.

use jiff::SignedDuration;

use crate::domain::assignment_counts::AssignmentCounts;
use crate::domain::id::AppId;
use crate::okta::{OktaError, OktaOrg};
use crate::usecases::Ports;

/// How long a visit may have spent on counts to begin another. Only an org of few calls a minute reaches it, and the next
/// visit goes on with the apps that were left.
const PATIENCE: SignedDuration = SignedDuration::from_mins(1);

/// What a visit may still count.
pub(super) struct Counting {
    spent: SignedDuration,
    is_over: bool,
}

impl Counting {
    /// For one visit.
    pub(super) const fn new() -> Self {
        Self { spent: SignedDuration::ZERO, is_over: false }
    }

    /// How many users and groups are assigned to `app`, where Okta tells. An error is one after which no call at all can
    /// succeed.
    pub(super) async fn count(
        &mut self,
        ports: &Ports,
        api: &dyn OktaOrg,
        app: &AppId,
    ) -> Result<Option<AssignmentCounts>, OktaError> {
        if self.is_over || self.spent >= PATIENCE {
            return Ok(None);
        }
        let began = ports.clock.now();
        let counted = api.count_assignments(app).await;
        self.spent = self.spent.saturating_add(ports.clock.now().duration_since(began));
        let error = match counted {
            Ok(reach) => return Ok(Some(reach)),
            Err(error) => error,
        };
        tracing::info!(%app, %error, "it could not be counted whom an app concerns; emails do without");
        if error.retires_credential() {
            return Err(error);
        }
        // An app that is gone says nothing of the others. A role that sees no assignments, a full rate window and an outage
        // would only be met again.
        self.is_over = !super::is_not_found(&error);
        Ok(None)
    }
}
