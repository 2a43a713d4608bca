//! Events: what happened to an app, in order. The audit trail.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::standing::Standing;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum EventKind {
    /// The app was seen for the first time.
    Found {
        /// Where it stood.
        standing: Standing,
    },
    /// The standing changed.
    StandingChanged {
        /// Where it stood before.
        from: Standing,
        /// Where it stands now.
        to: Standing,
        /// Why, most important first.
        reasons: Vec<String>,
    },
}

/// What happened to an app, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AppEvent {
    /// When, in UTC.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub kind: EventKind,
}
