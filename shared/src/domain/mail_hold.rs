//! Holds: while email is on hold, no one is emailed about an org or about the whole installation.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::id::OrgId;

/// A hold on email, active or released. It stays recorded after its release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailHold {
    /// The org; `None` for the whole installation.
    pub org: Option<OrgId>,
    /// Since when.
    pub since: Timestamp,
    /// Who put it on hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Actor>,
    /// Its release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released: Option<Release>,
}

/// The release of a hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// When.
    pub at: Timestamp,
    /// Who released it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Actor>,
}

impl MailHold {
    /// Whether email is on hold.
    pub const fn is_active(&self) -> bool {
        self.released.is_none()
    }
}
