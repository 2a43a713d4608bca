//! The ledger: what Regrant knows and did, without any secret.
//!
//! Lists come a page at a time, by opaque cursor, so that no caller holds every org in memory.

mod invitations;
mod leases;
mod notifications;
pub(crate) mod paging;
mod saves;
mod sessions;
pub(crate) mod stored;
mod waivers;
mod watches;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::app::AppRecord;
use crate::domain::event::AppEvent;
use crate::domain::id::{AppId, OrgId, ScanId};
use crate::domain::org::OrgProfile;
use crate::domain::scan::{OrgScanResult, Scan};
use crate::domain::standing::Standing;
use crate::domain::tenant::TenantName;

pub use invitations::Invitations;
pub use leases::Leases;
pub use notifications::{Notifications, Suppression};
pub use saves::Saves;
pub use sessions::Sessions;
pub use waivers::Waivers;
pub use watches::Watches;

/// A place in a list. Opaque: made by the ledger, handed back as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub String);

/// Part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// Where the list goes on; `None` at its end.
    pub next: Option<Cursor>,
}

/// Which part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// Where to go on; `None` for the start.
    pub after: Option<Cursor>,
    /// How many at the most, 1 to 1,000.
    pub limit: u32,
}

impl PageRequest {
    /// The first `limit` items.
    pub const fn first(limit: u32) -> Self {
        Self { after: None, limit }
    }
}

/// Which apps. `None` means any.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AppFilter {
    /// Apps that stand here.
    pub standing: Option<Standing>,
    /// Apps of this org.
    pub org: Option<OrgId>,
    /// Apps of this tenant.
    pub tenant: Option<TenantName>,
}

/// Why the ledger could not serve.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The cursor was not made by this ledger for this list.
    #[error("this cursor does not belong to this list; start again without one")]
    BadCursor,
    /// The scan was never begun, or all was forgotten since.
    #[error("the ledger knows no scan {0}; begin one")]
    NoSuchScan(ScanId),
    /// The record was written by a newer version, or damaged.
    #[error(
        "a record could not be read ({what}): it was written by a newer version, or damaged; update, or restore the ledger"
    )]
    Unreadable {
        /// Which record, and what is wrong with it.
        what: String,
    },
    /// The store refused.
    #[error("the ledger could not {action}: {reason}")]
    Store {
        /// What was tried.
        action: &'static str,
        /// What the store said.
        reason: String,
    },
}

/// What Regrant knows and did.
#[async_trait]
pub trait Ledger: Invitations + Sessions + Saves + Leases + Notifications + Waivers + Watches + Send + Sync {
    /// Writes an org's profile, replacing an older one.
    async fn put_org(&self, org: &OrgProfile) -> Result<(), LedgerError>;
    /// An org's profile.
    async fn org(&self, org: &OrgId) -> Result<Option<OrgProfile>, LedgerError>;
    /// Orgs by id.
    async fn orgs(&self, page: PageRequest) -> Result<Page<OrgProfile>, LedgerError>;
    /// Removes an org's profile, its apps, their waivers and what is remembered of the org. Nothing of it can be started
    /// any more: in the same transaction its open invitations are closed as revoked, and its sessions are gone. Events,
    /// invitations, save journals and notifications stay, as the audit trail; a notification of an org without a profile is not sent.
    async fn remove_org(&self, org: &OrgId) -> Result<(), LedgerError>;

    /// Writes an app's record in place of the one with the same version (0: there is none yet, or one from before versions
    /// were kept), whose version then is one more, and appends its events, both or neither. `false` where it has another
    /// version by now, or is not there any more; neither was written then.
    async fn record_app(&self, app: &AppRecord, events: &[AppEvent]) -> Result<bool, LedgerError>;
    /// An app's record.
    async fn app(&self, org: &OrgId, app: &AppId) -> Result<Option<AppRecord>, LedgerError>;
    /// An org's profile and the record of an app of it, in one call where the store has one for both.
    async fn org_and_app(
        &self,
        org: &OrgId,
        app: &AppId,
    ) -> Result<(Option<OrgProfile>, Option<AppRecord>), LedgerError> {
        Ok((self.org(org).await?, self.app(org, app).await?))
    }
    /// Apps, worst standing first, then by org domain, label and id.
    async fn apps(&self, filter: &AppFilter, page: PageRequest) -> Result<Page<AppRecord>, LedgerError>;
    /// Appends to what happened to an app, and leaves the rest of its record alone.
    async fn append_event(&self, org: &OrgId, app: &AppId, event: &AppEvent) -> Result<(), LedgerError>;
    /// What happened to an app, oldest first.
    async fn events(&self, org: &OrgId, app: &AppId, page: PageRequest) -> Result<Page<AppEvent>, LedgerError>;

    /// Starts a scan of `orgs`, all pending. Called again with the same id and further orgs, it adds them.
    async fn begin_scan(&self, scan: &ScanId, started_at: Timestamp, orgs: &[OrgId]) -> Result<(), LedgerError>;
    /// Records what a scan made of an org. The last word counts, except that `Pending` never replaces another.
    /// When no org is pending any more, the scan is finished at `at`.
    async fn record_org_result(
        &self,
        scan: &ScanId,
        org: &OrgId,
        look: &OrgScanResult,
        at: Timestamp,
    ) -> Result<(), LedgerError>;
    /// A scan and how far it has come.
    async fn scan(&self, scan: &ScanId) -> Result<Option<Scan>, LedgerError>;
    /// The scan begun last.
    async fn latest_scan(&self) -> Result<Option<Scan>, LedgerError>;
    /// Orgs a scan has not looked at yet, by id.
    async fn pending_orgs(&self, scan: &ScanId, page: PageRequest) -> Result<Page<OrgId>, LedgerError>;
}
