//! A scan: one look at every app of every org, which says what it could not see.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::id::{OrgId, ScanId};

/// An org that a scan could not see, or saw only in part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OrgNotScanned {
    /// The org.
    pub org: OrgId,
    /// Why, in words for people.
    pub reason: String,
}

/// What a scan made of one org.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum OrgScanResult {
    /// Not looked at yet.
    Pending,
    /// Its apps were listed to the end.
    Seen {
        /// How many Office 365 apps it has.
        apps: u64,
    },
    /// It could not be looked at, or not to the end.
    NotSeen {
        /// Why, in words for people.
        reason: String,
    },
}

/// A scan and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Scan {
    /// Which scan.
    pub id: ScanId,
    /// When it was asked for, in UTC.
    #[schema(value_type = String, format = DateTime)]
    pub started_at: Timestamp,
    /// When the last org was looked at; absent while it runs.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<Timestamp>,
    /// Orgs still to be looked at.
    pub orgs_pending: u64,
    /// Orgs whose apps were listed to the end.
    pub orgs_seen: u64,
    /// Orgs that were not, and why.
    pub orgs_not_seen: Vec<OrgNotScanned>,
    /// Office 365 apps in the orgs that were seen.
    pub apps_seen: u64,
}
