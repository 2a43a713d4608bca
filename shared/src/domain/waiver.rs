//! Waivers: an app that nobody is to be written to about, for a reason, until a day.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::id::{AppId, OrgId};
use super::text::UntrustedText;

/// That an app is left as it is for a while. What it stands at is shown all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Waiver {
    /// The app's org.
    pub org: OrgId,
    /// The app.
    pub app: AppId,
    /// Why.
    pub reason: UntrustedText,
    /// When it was given, in UTC.
    #[schema(value_type = String, format = DateTime)]
    pub given_at: Timestamp,
    /// When it ends, in UTC. A waiver without an end would be forgotten.
    #[schema(value_type = String, format = DateTime)]
    pub ends_at: Timestamp,
}

impl Waiver {
    /// Whether it holds at `now`.
    pub fn holds(&self, now: Timestamp) -> bool {
        now < self.ends_at
    }
}
