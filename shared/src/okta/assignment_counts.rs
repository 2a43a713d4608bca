//! Counts the users and groups that are assigned to an app.
//!
//! Okta offers lists, but no totals. Regrant counts one page of each list, with the largest page size: an email only needs to
//! say whether about ten people or hundreds are affected, which is not worth more calls.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::client::OpenOrg;
use super::rate_budget::Bucket;
use super::{OktaError, paging, wire};
use crate::domain::assignment_counts::{AssignmentCounts, Count};
use crate::domain::id::AppId;

/// The maximum page size (Management API, `listApplicationUsers`: 1 to 500, default 50).
const USERS: &str = "500";
/// The maximum page size (Management API, `listApplicationGroupAssignments`: 20 to 200, default 20).
const GROUPS: &str = "200";

impl OpenOrg {
    /// Counts the first page of each list.
    pub(super) async fn counted(&self, app: &AppId) -> Result<AssignmentCounts, OktaError> {
        let users = self.first_page(app, "/users", USERS).await?;
        let groups = self.first_page(app, "/groups", GROUPS).await?;
        Ok(AssignmentCounts { users, groups, counted_at: self.http.clock.now() })
    }

    async fn first_page(&self, app: &AppId, list: &str, limit: &str) -> Result<Count, OktaError> {
        let mut url = self.app_url(app, list);
        url.query_pairs_mut().append_pair("limit", limit);
        let response = self.get(Bucket::Apps, &url).await?;
        if !response.status.is_success() {
            return Err(OktaError::Api(Box::new(wire::error(&response))));
        }
        let (number, odd) =
            assigned(&response.body).ok_or_else(|| self.not_okta("an assignment list that is not a list"))?;
        if odd > 0 {
            tracing::warn!(%app, odd, "could not read some assignments of an app");
        }
        // An unreadable assignment may be one more.
        let or_more = odd > 0 || paging::next_page(&response.headers, &self.org)?.is_some();
        Ok(Count { number, or_more })
    }
}

/// One assignment. The count is all that Regrant needs, so no personal data is decoded.
#[derive(Deserialize)]
#[serde(untagged)]
#[expect(clippy::zero_sized_map_values, reason = "a map with any values")]
enum Assignment {
    Object(#[expect(dead_code, reason = "only the form counts")] BTreeMap<String, IgnoredAny>),
    Odd(IgnoredAny),
}

/// The number of assignments in a list, and of elements that are not one. `None` if the body is not a list.
pub(super) fn assigned(body: &[u8]) -> Option<(u64, u64)> {
    let items: Vec<Assignment> = serde_json::from_slice(body).ok()?;
    let readable = items.iter().filter(|item| matches!(item, Assignment::Object(_))).count();
    Some((readable as u64, (items.len() - readable) as u64))
}
