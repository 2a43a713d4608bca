//! Waivers: an app that is postponed until a date, for a recorded reason.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::id::{AppId, OrgId};
use super::text::UntrustedText;

/// A postponement. No one is emailed about the app until it ends; the standing is still shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Waiver {
    /// The app's org.
    pub org: OrgId,
    /// The app.
    pub app: AppId,
    /// The reason.
    pub reason: UntrustedText,
    /// When it was given, in UTC.
    #[schema(value_type = String, format = DateTime)]
    pub given_at: Timestamp,
    /// When it ends, in UTC. An end is mandatory, because an open-ended waiver would be forgotten.
    #[schema(value_type = String, format = DateTime)]
    pub ends_at: Timestamp,
}

impl Waiver {
    /// Whether it is active at `now`.
    pub fn holds(&self, now: Timestamp) -> bool {
        now < self.ends_at
    }
}
