//! The ledger: every record that Regrant keeps, except secrets, which belong to the vault.
//!
//! This module has the port and the data in its signatures. Lists are read one page at a time ([`paging`]), so that no
//! caller holds every org in memory. A write that depends on what was read is conditional on the record's version
//! (an optimistic lock): it returns `false`, and changes nothing, if another writer changed the record first.

pub(crate) mod cursor;
mod notifications;
pub mod paging;
pub mod retention;
mod sessions;
pub(crate) mod stored;

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures_util::TryStreamExt as _;
use jiff::Timestamp;

use crate::domain::access_policy::{AccessRules, Scope};
use crate::domain::access_problem::OrgWatch;
use crate::domain::app::AppRecord;
use crate::domain::estate::{EstateRow, EstateSnapshot};
use crate::domain::event::AppEvent;
use crate::domain::id::{AppId, InvitationId, OrgId, ScanId, SessionId};
use crate::domain::invitation::{Closed, Invitation};
use crate::domain::org::OrgProfile;
use crate::domain::save::SaveJournal;
use crate::domain::scan::{OrgScanResult, Scan};
use crate::domain::standing::Standing;
use crate::domain::tenant::TenantName;
use crate::domain::trail::{SignedDigest, TrailEntry, TrailHead};
use crate::domain::waiver::Waiver;

pub use notifications::{Notifications, Suppression};
pub use paging::{Cursor, Page, PageRequest};
pub use sessions::Sessions;

/// Which apps to list. `None` means any.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AppFilter {
    /// Apps with this standing.
    pub standing: Option<Standing>,
    /// Apps of this org.
    pub org: Option<OrgId>,
    /// Apps of this tenant.
    pub tenant: Option<TenantName>,
    /// Apps whose org belongs to a customer that this scope covers.
    pub customers: Option<Scope>,
}

/// Why a ledger operation failed.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// This ledger did not issue the cursor for this list.
    #[error("this cursor does not belong to this list; start again without one")]
    BadCursor,
    /// The scan was never begun, or has been deleted.
    #[error("scan {0} is not in the ledger; start one")]
    NoSuchScan(ScanId),
    /// A newer version wrote the record, or it is damaged.
    #[error(
        "a record could not be read ({what}): it was written by a newer version, or damaged; update, or restore the ledger"
    )]
    Unreadable {
        /// Which record, and what is wrong with it.
        what: String,
    },
    /// The ledger as a whole cannot be used.
    #[error("the ledger cannot be used: {what}; {advice}")]
    Unusable {
        /// What is wrong with it.
        what: String,
        /// What to do about it.
        advice: &'static str,
    },
    /// The store failed.
    #[error("the ledger could not {action}: {reason}")]
    Store {
        /// What was attempted.
        action: &'static str,
        /// What the store reported.
        reason: String,
    },
}

/// Everything the ledger stores.
#[async_trait]
pub trait Ledger:
    Invitations + Sessions + Saves + Leases + Notifications + Trails + Waivers + Watches + AccessControl + Send + Sync
{
    /// Writes an org's profile, replacing an older one.
    async fn put_org(&self, org: &OrgProfile) -> Result<(), LedgerError>;
    /// An org's profile.
    async fn org(&self, org: &OrgId) -> Result<Option<OrgProfile>, LedgerError>;
    /// Orgs by id.
    async fn orgs(&self, page: PageRequest) -> Result<Page<OrgProfile>, LedgerError>;
    /// Removes an org's profile, apps, waivers, sessions and watch, and revokes its open invitations, so that nothing can
    /// be started for it again. Events, invitations, save journals and notifications stay as the audit trail; a
    /// notification of an org without a profile is not sent. Succeeds if the org does not exist.
    ///
    /// Either atomic, or in repeatable steps that remove the profile last: calling it again finishes a removal that was
    /// interrupted.
    async fn remove_org(&self, org: &OrgId) -> Result<(), LedgerError>;

    /// Replaces an app's record that has the given version (0 for a new one), increments the version and appends the
    /// events to the app's hash chain ([`Trails`]), all atomically. Returns `false`, and writes nothing, if the record has
    /// a different version or was removed.
    async fn record_app(&self, app: &AppRecord, events: &[AppEvent]) -> Result<bool, LedgerError>;
    /// An app's record.
    async fn app(&self, org: &OrgId, app: &AppId) -> Result<Option<AppRecord>, LedgerError>;
    /// An org's profile and one of its apps, in a single call where the store supports it.
    async fn org_and_app(
        &self,
        org: &OrgId,
        app: &AppId,
    ) -> Result<(Option<OrgProfile>, Option<AppRecord>), LedgerError> {
        Ok((self.org(org).await?, self.app(org, app).await?))
    }
    /// Apps, worst standing first, then by org domain, label and id.
    async fn apps(&self, filter: &AppFilter, page: PageRequest) -> Result<Page<AppRecord>, LedgerError>;
    /// Every app of the customers that a scope covers, as rows of the estate, in any order.
    async fn estate_rows(&self, scope: &Scope) -> Result<Vec<EstateRow>, LedgerError> {
        let orgs = paging::items(1_000, |page| self.orgs(page));
        let covered = orgs.try_filter(|org| std::future::ready(scope.covers(org.customer.as_ref())));
        let covered: BTreeMap<OrgId, OrgProfile> = covered.map_ok(|org| (org.id.clone(), org)).try_collect().await?;
        let filter = AppFilter { customers: Some(scope.clone()), ..AppFilter::default() };
        let apps = paging::items(1_000, |page| self.apps(&filter, page));
        let row = |app: AppRecord| {
            let row = covered.get(&app.identity.org).map(|org| EstateRow::new(app, org));
            std::future::ready(Ok(row))
        };
        apps.try_filter_map(row).try_collect().await
    }
    /// Records the state of the estate, for its development over time. A second snapshot of the same time replaces the first.
    async fn put_estate_snapshot(&self, snapshot: &EstateSnapshot) -> Result<(), LedgerError>;
    /// The latest snapshots, newest first.
    async fn estate_snapshots(&self, most: u32) -> Result<Vec<EstateSnapshot>, LedgerError>;
    /// Appends an event to an app's audit trail and its hash chain, without changing the app's record.
    async fn append_event(&self, org: &OrgId, app: &AppId, event: &AppEvent) -> Result<(), LedgerError>;
    /// An app's events, oldest first.
    async fn events(&self, org: &OrgId, app: &AppId, page: PageRequest) -> Result<Page<AppEvent>, LedgerError>;

    /// Starts a scan with every one of `orgs` pending. Called again with the same id, it adds the orgs that are new.
    async fn begin_scan(&self, scan: &ScanId, started_at: Timestamp, orgs: &[OrgId]) -> Result<(), LedgerError>;
    /// Records a scan's result for an org. The last result counts, except that `Pending` never replaces another one.
    /// Once no org is pending, the scan is finished at `at`.
    async fn record_org_result(
        &self,
        scan: &ScanId,
        org: &OrgId,
        result: &OrgScanResult,
        at: Timestamp,
    ) -> Result<(), LedgerError>;
    /// A scan and its progress.
    async fn scan(&self, scan: &ScanId) -> Result<Option<Scan>, LedgerError>;
    /// The scan that began last, as of `now`. A scan that claims to have begun after `now` ran while the clock was wrong; it
    /// counts only if it is the only one.
    async fn latest_scan(&self, now: Timestamp) -> Result<Option<Scan>, LedgerError>;
    /// A scan's result for each of its orgs, by id. Empty if the scan is unknown.
    async fn scan_results(&self, scan: &ScanId) -> Result<Vec<(OrgId, OrgScanResult)>, LedgerError>;
    /// Orgs that a scan has not checked yet, by id.
    async fn pending_orgs(&self, scan: &ScanId, page: PageRequest) -> Result<Page<OrgId>, LedgerError>;

    /// Deletes the records whose retention ended at `now` or before ([`retention`]), except the latest scan, and returns how
    /// many it deleted.
    ///
    /// A store that deletes expired records automatically, as `DynamoDB` does by Time to Live, does nothing here and returns
    /// 0. Until it has deleted them, which may take days, it still returns expired records.
    async fn delete_expired(&self, now: Timestamp) -> Result<u64, LedgerError>;
}

/// Invitations: the links that were issued, and how each ended.
#[async_trait]
pub trait Invitations: Send + Sync {
    /// Writes a new invitation. Fails if its id exists.
    async fn put_invitation(&self, invitation: &Invitation) -> Result<(), LedgerError>;
    /// An invitation.
    async fn invitation(&self, id: &InvitationId) -> Result<Option<Invitation>, LedgerError>;
    /// An app's invitations, newest first.
    async fn invitations(&self, org: &OrgId, app: &AppId, page: PageRequest) -> Result<Page<Invitation>, LedgerError>;
    /// An app's invitations that were not closed, in any order.
    async fn open_invitations(&self, org: &OrgId, app: &AppId) -> Result<Vec<Invitation>, LedgerError>;
    /// Adds a session to an open invitation, in one conditional write: it still has the sessions that `invitation` has.
    /// Returns `false`, and writes nothing, if it has others, was closed or does not exist.
    async fn reserve_session(&self, invitation: &Invitation, session: &SessionId) -> Result<bool, LedgerError>;
    /// Closes an open invitation in one conditional write. Returns `false` if it was closed before or does not exist.
    async fn close_invitation(&self, id: &InvitationId, closed: Closed) -> Result<bool, LedgerError>;
}

/// Save journals: what a save wrote to Okta and was about to write. The ledger keeps the last journal of each app.
#[async_trait]
pub trait Saves: Send + Sync {
    /// An app's journal.
    async fn save_journal(&self, org: &OrgId, app: &AppId) -> Result<Option<SaveJournal>, LedgerError>;
    /// The journals that are not settled, by org and app.
    async fn unsettled_saves(&self, page: PageRequest) -> Result<Page<SaveJournal>, LedgerError>;
    /// Writes a new journal with version 0. Returns `false`, and writes nothing, if the app has an unsettled one.
    async fn begin_save(&self, journal: &SaveJournal) -> Result<bool, LedgerError>;
    /// Replaces the journal with the same id and version, and increments the version. Returns `false`, and writes nothing,
    /// if another writer changed it first.
    async fn update_save(&self, journal: &SaveJournal) -> Result<bool, LedgerError>;
}

/// Leases: each lets one worker at a time do a kind of work. A lease that is not released ends automatically.
#[async_trait]
pub trait Leases: Send + Sync {
    /// Acquires the lease `name` for `holder` until `until`, in one conditional write. Returns `false` if a different
    /// holder has it at `now`. Its holder may acquire it again to extend it.
    async fn acquire_lease(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, LedgerError>;
    /// Who holds a lease at `now`; `None` if it is free.
    async fn lease_holder(&self, name: &str, now: Timestamp) -> Result<Option<String>, LedgerError>;
    /// Releases a lease. Does nothing if `holder` does not have it.
    async fn release_lease(&self, name: &str, holder: &str) -> Result<(), LedgerError>;
}

/// Waivers: which apps are postponed, and until when. At most one per app.
#[async_trait]
pub trait Waivers: Send + Sync {
    /// Writes an app's waiver, replacing an older one.
    async fn put_waiver(&self, waiver: &Waiver) -> Result<(), LedgerError>;
    /// An app's waiver, active or ended.
    async fn waiver(&self, org: &OrgId, app: &AppId) -> Result<Option<Waiver>, LedgerError>;
    /// Every waiver, active or ended, by org and app.
    async fn waivers(&self, page: PageRequest) -> Result<Page<Waiver>, LedgerError>;
    /// Removes an app's waiver. Returns `false` if there was none.
    async fn remove_waiver(&self, org: &OrgId, app: &AppId) -> Result<bool, LedgerError>;
}

/// Access control: the rules that map operators' claims to roles, in one record.
#[async_trait]
pub trait AccessControl: Send + Sync {
    /// The rules; none, with version 0, before the first was written.
    async fn access_rules(&self) -> Result<AccessRules, LedgerError>;
    /// Replaces the rules that have the given version (0 for the first), and increments the version. Returns `false`, and
    /// writes nothing, if they have a different version.
    async fn put_access_rules(&self, rules: &AccessRules) -> Result<bool, LedgerError>;
}

/// Watches: what Regrant remembers of each org between two scans, such as access problems and its position in the log.
#[async_trait]
pub trait Watches: Send + Sync {
    /// An org's watch.
    async fn org_watch(&self, org: &OrgId) -> Result<Option<OrgWatch>, LedgerError>;
    /// Replaces the watch that has the given version (0 for a new one), and increments the version. Returns `false`,
    /// and writes nothing, if it has a different version.
    async fn put_org_watch(&self, watch: &OrgWatch) -> Result<bool, LedgerError>;
}

/// Audit trails as hash chains, and the digests that sign their heads ([`crate::domain::trail`]).
///
/// An event and the new head of its chain are written atomically, and of two writers that append to one trail at the same
/// time, each gets its own number.
#[async_trait]
pub trait Trails: Send + Sync {
    /// An app's events in its hash chain, in the order of their numbers.
    async fn trail(&self, org: &OrgId, app: &AppId, page: PageRequest) -> Result<Page<TrailEntry>, LedgerError>;
    /// The heads of the trails that grew at `since` or later, by the time at which they last grew.
    async fn trail_heads(&self, since: Timestamp, page: PageRequest) -> Result<Page<TrailHead>, LedgerError>;
    /// Writes a digest. Returns `false`, and writes nothing, if there is one with its number.
    async fn put_digest(&self, digest: &SignedDigest) -> Result<bool, LedgerError>;
    /// Every digest, by number.
    async fn digests(&self, page: PageRequest) -> Result<Page<SignedDigest>, LedgerError>;
    /// The digest with the highest number.
    async fn latest_digest(&self) -> Result<Option<SignedDigest>, LedgerError>;
}
