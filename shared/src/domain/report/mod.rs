//! The report: one query over the records of orgs and apps, which every rendering (HTML, CSV, JSON, XLSX) shows.
//!
//! A report says what it covers, what it does not show, and what could not be read. It claims only what was read:
//! an app that could not be read is listed as such, with its last known standing and the age of that standing.

mod comparison;
mod query;
mod row;
mod turnaround;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use comparison::{Change, ChangeKind, Comparison, NotComparable, compare};
pub use query::{Query, ReportBuilder, Reporter};
pub use row::{AppRow, Owner, WaiverRow};
pub use turnaround::{Percentiles, Turnaround};

use super::customer::CustomerName;
use super::id::{AppId, OrgId, ScanId};
use super::signal::Check;
use super::standing::{LastKnown, Standing};
use super::text::UntrustedText;

/// The name and version of the report's JSON format.
pub const FORMAT: &str = "regrant-report/1";

/// Who reads the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reader {
    /// The people who operate Regrant.
    #[default]
    Operator,
    /// A customer: no commands, no name of the person who made it.
    Customer,
}

/// A report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// What the report is about and where it comes from.
    pub head: Head,
    /// What could not be read, in scope, regardless of filters.
    pub not_read: NotRead,
    /// The totals of each customer, by name; orgs without a customer come last.
    pub customers: Vec<CustomerSummary>,
    /// What changed since an earlier report, if one was compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
    /// The apps, worst standing first.
    pub apps: Vec<AppRow>,
}

/// The head of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// [`FORMAT`].
    pub format: String,
    /// When it was made, in UTC.
    pub generated_at: Timestamp,
    /// The person who made it. Absent in a customer's copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generated_by: Option<String>,
    /// Regrant's version.
    pub version: String,
    /// Who reads it.
    pub reader: Reader,
    /// Which orgs it covers.
    pub scope: Scope,
    /// Which of their apps it lists.
    pub filters: Filters,
    /// The totals.
    pub counts: Counts,
    /// The records it was made from.
    pub sources: Sources,
}

/// Which orgs a report covers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Scope {
    /// The customers it is limited to. Empty for all.
    pub customers: Vec<CustomerName>,
    /// The orgs it is limited to. Empty for all.
    pub orgs: Vec<OrgId>,
}

/// Which apps a report lists.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Filters {
    /// Only apps with one of these standings. Empty for all.
    pub standings: Vec<Standing>,
    /// Only apps whose standing changed at this time or later, in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
}

impl Filters {
    /// Whether every app is listed.
    pub const fn is_none(&self) -> bool {
        self.standings.is_empty() && self.since.is_none()
    }
}

/// The totals of a report. All but `listed` disregard the filters.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Orgs in scope.
    pub orgs: u64,
    /// Apps in scope.
    pub apps: u64,
    /// Apps that the report lists after the filters.
    pub listed: u64,
    /// Apps that need action and have no waiver.
    pub need_action: u64,
    /// Apps that need action and are postponed by a waiver.
    pub waived: u64,
    /// Apps by standing.
    pub by_standing: BTreeMap<Standing, u64>,
}

/// The records that a report was made from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sources {
    /// The last scan; absent if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scan: Option<ScanSource>,
    /// When the app that was checked longest ago was checked, in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest_check: Option<Timestamp>,
    /// The latest signed digest of the audit trail; absent before the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trail: Option<TrailSource>,
}

/// The last scan before a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanSource {
    /// Its id.
    pub id: ScanId,
    /// When it was requested, in UTC.
    pub started_at: Timestamp,
    /// When it finished, in UTC; absent while it is running.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
    /// How many orgs it covers, and how many of them it has not reached yet. Fewer than the installation has if only some
    /// were scanned. Absent in a customer's copy, because other customers' orgs count too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extent: Option<ScanExtent>,
}

/// The extent of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanExtent {
    /// Orgs.
    pub orgs: u64,
    /// Orgs that it has not reached yet.
    pub pending: u64,
}

/// The head of the audit trail: the latest signed digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrailSource {
    /// The digest's number.
    pub digest: u64,
    /// The SHA-256 of the digest, in hexadecimal digits.
    pub sha256: String,
}

/// What could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct NotRead {
    /// Orgs that the last scan could not read, or not completely.
    pub orgs: Vec<OrgNotRead>,
    /// Apps for which a check failed.
    pub apps: Vec<AppNotRead>,
}

/// An org that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrgNotRead {
    /// Its customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerName>,
    /// The org.
    pub org: OrgId,
    /// Its host.
    pub org_domain: String,
    /// Why, in words for people.
    pub reason: String,
    /// When Okta last answered, in UTC; absent if it never did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_read_at: Option<Timestamp>,
}

/// An app for which a check failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppNotRead {
    /// Its org's customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerName>,
    /// Its org.
    pub org: OrgId,
    /// The org's host.
    pub org_domain: String,
    /// The app.
    pub app: AppId,
    /// Its label.
    pub label: UntrustedText,
    /// What failed.
    pub check: Check,
    /// Why, in words for people.
    pub reason: String,
    /// When the check failed, in UTC.
    pub failed_at: Timestamp,
    /// The last standing from a successful check, if the app's standing is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_known: Option<LastKnown>,
}

/// The totals of one customer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CustomerSummary {
    /// The customer; absent for orgs without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerName>,
    /// Its orgs.
    pub orgs: u64,
    /// Its orgs that could not be read.
    pub orgs_not_read: u64,
    /// Its apps.
    pub apps: u64,
    /// Apps that need action and have no waiver.
    pub need_action: u64,
    /// Apps that need action and are postponed by a waiver.
    pub waived: u64,
    /// Apps by standing.
    pub by_standing: BTreeMap<Standing, u64>,
    /// How long its apps took from discovery to consent and verification.
    pub turnaround: Turnaround,
}
