//! How many users and groups are assigned to an app.
//!
//! Okta tells no number, only lists. One page of each is read and counted, as large as Okta gives it: a call needs to say
//! whether it is about ten people or hundreds, and no more than that is worth its calls.

use serde::de::IgnoredAny;

use super::client::OpenOrg;
use super::rate_budget::Bucket;
use super::{OktaError, paging, wire};
use crate::domain::assignment_counts::{AssignmentCounts, Count};
use crate::domain::id::AppId;

/// The most users Okta gives a page (Management API, `listApplicationUsers`: 1 to 500, 50 where none is asked for).
const USERS: &str = "500";
/// The most groups Okta gives a page (Management API, `listApplicationGroupAssignments`: 20 to 200, 20 where none is asked
/// for).
const GROUPS: &str = "200";

impl OpenOrg {
    /// Counts the first page of each list.
    pub(super) async fn count(&self, app: &AppId) -> Result<AssignmentCounts, OktaError> {
        let users = self.first_page(app, "/users", USERS).await?;
        let groups = self.first_page(app, "/groups", GROUPS).await?;
        Ok(AssignmentCounts { users, groups, counted_at: self.http.clock.now() })
    }

    async fn first_page(&self, app: &AppId, list: &str, limit: &str) -> Result<Count, OktaError> {
        let mut url = self.of_app(app, list);
        url.query_pairs_mut().append_pair("limit", limit);
        let answer = self.get(Bucket::Apps, &url).await?;
        if !answer.status.is_success() {
            return Err(OktaError::Api(Box::new(wire::error(&answer))));
        }
        // Who they are is nobody's business here, so nothing of it is read.
        let items: Vec<IgnoredAny> = serde_json::from_slice(&answer.body)
            .map_err(|_| self.not_okta("a list of who is assigned to an app that is no list"))?;
        let or_more = paging::next(&answer.headers, &self.org)?.is_some();
        Ok(Count { number: items.len() as u64, or_more })
    }
}
