//! A scan: one pass over every app of every org, which reports what it could not read.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::id::{OrgId, ScanId};

/// An org that a scan could not read, or read only in part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OrgNotScanned {
    /// The org.
    pub org: OrgId,
    /// Why, in words for people.
    pub reason: String,
}

/// The result of a scan for one org.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum OrgScanResult {
    /// Not scanned yet.
    Pending,
    /// All its apps were listed.
    #[serde(rename = "seen")]
    Scanned {
        /// How many Office 365 apps it has.
        apps: u64,
    },
    /// It could not be scanned completely.
    #[serde(rename = "not-seen")]
    NotScanned {
        /// Why, in words for people.
        reason: String,
    },
}

/// A scan and its progress.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Scan {
    /// Its id.
    pub id: ScanId,
    /// When it was requested, in UTC.
    #[schema(value_type = String, format = DateTime)]
    pub started_at: Timestamp,
    /// When the last org was scanned; absent while the scan is running.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<Timestamp>,
    /// Orgs that are not scanned yet.
    pub orgs_pending: u64,
    /// Orgs whose apps were all listed.
    pub orgs_seen: u64,
    /// Orgs that could not be scanned completely, and why.
    pub orgs_not_seen: Vec<OrgNotScanned>,
    /// Office 365 apps in the orgs that were scanned.
    pub apps_seen: u64,
}

impl Scan {
    /// The scan as far as it concerns the orgs that `is_visible` accepts, given its result for each org.
    #[must_use]
    pub fn restricted(self, results: &[(OrgId, OrgScanResult)], is_visible: impl Fn(&OrgId) -> bool) -> Self {
        let mut scan = Self { orgs_pending: 0, orgs_seen: 0, orgs_not_seen: Vec::new(), apps_seen: 0, ..self };
        for (org, result) in results.iter().filter(|(org, _)| is_visible(org)) {
            match result {
                OrgScanResult::Pending => scan.orgs_pending += 1,
                OrgScanResult::Scanned { apps } => {
                    scan.orgs_seen += 1;
                    scan.apps_seen += apps;
                }
                OrgScanResult::NotScanned { reason } => {
                    scan.orgs_not_seen.push(OrgNotScanned { org: org.clone(), reason: reason.clone() });
                }
            }
        }
        scan
    }
}
