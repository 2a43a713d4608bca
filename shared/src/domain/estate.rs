//! The estate: every app of every org in one table, filtered, sorted and counted.
//!
//! The ledger gives the rows that an operator may see, and [`select`] does the rest. It filters before it pages, so that counts
//! and pages belong together.

mod query;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use query::{EstatePage, EstateQuery, Position, Sort, StandingFilter, matching, select};

use super::app::AppRecord;
use super::customer::CustomerName;
use super::id::{AppId, OrgId, RequestId};
use super::org::OrgProfile;
use super::standing::Standing;
use super::tenant::TenantName;
use super::text::UntrustedText;

/// One app in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EstateRow {
    /// The org.
    pub org: OrgId,
    /// The org's host.
    pub org_domain: String,
    /// The org's customer.
    pub customer: Option<CustomerName>,
    /// The app.
    pub app: AppId,
    /// The app's label.
    pub label: UntrustedText,
    /// The Microsoft tenant.
    pub tenant: Option<TenantName>,
    /// The standing.
    pub standing: Standing,
    /// The most important reason for it.
    pub cause: UntrustedText,
    /// Since when it has this standing.
    pub since: Option<Timestamp>,
    /// When it was last checked.
    pub checked_at: Timestamp,
    /// The request that emails about it refer to, while it is open.
    pub request: Option<RequestId>,
    /// Until when it is waived. May be in the past.
    pub waived_until: Option<Timestamp>,
}

/// Who has to act next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WaitingFor {
    /// A Microsoft administrator of the tenant.
    Administrator,
    /// An operator of the Okta org.
    Operator,
    /// The person who restores Regrant's own access.
    Access,
    /// No one.
    NoOne,
}

impl WaitingFor {
    /// Everyone.
    pub const ALL: [Self; 4] = [Self::Administrator, Self::Operator, Self::Access, Self::NoOne];

    /// The name in a URL.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Operator => "operator",
            Self::Access => "access",
            Self::NoOne => "no-one",
        }
    }

    /// The words in the table.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Administrator => "Microsoft administrator",
            Self::Operator => "Okta operator",
            Self::Access => "Regrant's access",
            Self::NoOne => "no one",
        }
    }
}

impl EstateRow {
    /// The row of an app.
    pub fn new(app: AppRecord, org: &OrgProfile) -> Self {
        let standing = app.standing();
        let identity = app.identity;
        Self {
            org: identity.org,
            org_domain: identity.org_domain,
            customer: org.customer.clone(),
            app: identity.app,
            label: identity.label,
            tenant: identity.tenant,
            standing,
            cause: UntrustedText::new(app.assessment.reasons.into_iter().next().unwrap_or_default()),
            since: app.since,
            checked_at: app.as_of,
            request: app.request.filter(super::request::Request::is_open).map(|request| request.id),
            waived_until: app.waived_until,
        }
    }

    /// Whether it is waived at `now`.
    pub fn is_waived(&self, now: Timestamp) -> bool {
        self.waived_until.is_some_and(|until| now < until)
    }

    /// Who has to act next.
    pub fn waiting_for(&self, now: Timestamp) -> WaitingFor {
        if self.is_waived(now) {
            return WaitingFor::NoOne;
        }
        match self.standing {
            Standing::NeedsConsent | Standing::Broken | Standing::Degraded => WaitingFor::Administrator,
            Standing::NeedsSave | Standing::ByHand => WaitingFor::Operator,
            Standing::Unknown => WaitingFor::Access,
            _ => WaitingFor::NoOne,
        }
    }
}

/// How many apps of each customer had each standing when a scan of every org began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EstateSnapshot {
    /// When, in UTC.
    pub at: Timestamp,
    /// The counts.
    pub counts: Vec<StandingCount>,
}

/// The number of a customer's apps with one standing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingCount {
    /// The customer; `None` for orgs without one.
    pub customer: Option<CustomerName>,
    /// The standing.
    pub standing: Standing,
    /// How many apps.
    pub apps: u64,
}

impl EstateSnapshot {
    /// Counts `rows`.
    pub fn of(rows: &[EstateRow], at: Timestamp) -> Self {
        let mut counts: BTreeMap<(Option<CustomerName>, Standing), u64> = BTreeMap::new();
        for row in rows {
            *counts.entry((row.customer.clone(), row.standing)).or_default() += 1;
        }
        let counts = counts.into_iter().map(|((customer, standing), apps)| StandingCount { customer, standing, apps });
        Self { at, counts: counts.collect() }
    }
}
