//! Stores that end the process or one task directly after a chosen write, to simulate a crash.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use jiff::Timestamp;
use parking_lot::Mutex;
use regrant::domain::access_policy::{AccessRules, Scope};
use regrant::domain::access_problem::OrgWatch;
use regrant::domain::app::AppRecord;
use regrant::domain::contact::MailAddress;
use regrant::domain::estate::{EstateRow, EstateSnapshot};
use regrant::domain::event::AppEvent;
use regrant::domain::id::{AppId, InvitationId, NotificationId, OrgId, RequestId, ScanId, SessionId, Sha256Digest};
use regrant::domain::invitation::{Closed, Invitation};
use regrant::domain::mail_hold::MailHold;
use regrant::domain::notification::Notification;
use regrant::domain::org::OrgProfile;
use regrant::domain::save::SaveJournal;
use regrant::domain::scan::{OrgScanResult, Scan};
use regrant::domain::session::AuthorizationSession;
use regrant::domain::trail::{SignedDigest, TrailEntry, TrailHead};
use regrant::domain::waiver::Waiver;
use regrant::ledger::{
    AccessControl, AppFilter, Invitations, Leases, Ledger, LedgerError, Notifications, Page, PageRequest, Saves,
    Sessions, Suppression, Trails, Waivers, Watches,
};
use regrant::vault::{SecretName, SecretVersion, Vault, VaultError};
use secrecy::SecretString;

use crate::concurrent_changes::{ConcurrentChange, ConcurrentChanges};

/// The panic payload of an ended task.
pub const ENDED: &str = "ended at the crash point";

/// Counts writes and ends the process or the task after one of them. Can run concurrent changes before writes of an app's
/// record.
#[derive(Debug, Default)]
pub struct CrashPoint {
    writes: AtomicU64,
    to_the_vault: Mutex<BTreeMap<String, u64>>,
    end_after: Option<u64>,
    ends: Ends,
    in_between: Mutex<ConcurrentChanges>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Ends {
    #[default]
    Process,
    Task,
}

impl CrashPoint {
    /// Ends the process after write number `end_after`, counted from 1.
    pub fn new(end_after: Option<u64>) -> Arc<Self> {
        Arc::new(Self { end_after, ..Self::default() })
    }

    /// Ends the task that makes write number `end_after`: it unwinds with [`ENDED`], without running its error handling.
    /// The process continues.
    pub fn for_task(end_after: Option<u64>) -> Arc<Self> {
        Arc::new(Self { end_after, ends: Ends::Task, ..Self::default() })
    }

    /// Runs one of `changes` directly before each write of an app's record.
    pub fn before_record_writes(&self, app: &AppId, changes: impl IntoIterator<Item = ConcurrentChange>) {
        *self.in_between.lock() = ConcurrentChanges::new(app.clone(), changes);
    }

    async fn apply_concurrent_change(&self, app: &AppId) {
        let deed = self.in_between.lock().next(app);
        if let Some(deed) = deed {
            deed.await;
        }
    }

    /// The number of writes so far.
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::SeqCst)
    }

    /// The number of writes of one kind to one secret: `promote regrant/graph/…`.
    pub fn writes_of(&self, kind: &str) -> u64 {
        self.to_the_vault.lock().get(kind).copied().unwrap_or_default()
    }

    fn wrote_secret<T>(&self, kind: &str, name: &SecretName, written: T) -> T {
        *self.to_the_vault.lock().entry(format!("{kind} {}", name.path())).or_default() += 1;
        self.wrote(written)
    }

    pub(crate) fn wrote<T>(&self, written: T) -> T {
        if Some(self.writes.fetch_add(1, Ordering::SeqCst) + 1) == self.end_after {
            match self.ends {
                // No destructor runs and nothing is flushed, as in a power failure.
                Ends::Process => std::process::abort(),
                // Unlike a panic, this prints nothing.
                Ends::Task => std::panic::resume_unwind(Box::new(ENDED)),
            }
        }
        written
    }
}

/// Wraps a ledger.
pub struct CrashingLedger(pub Arc<dyn Ledger>, pub Arc<CrashPoint>);
/// Wraps a vault.
pub struct CrashingVault(pub Arc<dyn Vault>, pub Arc<CrashPoint>);

#[async_trait]
impl Vault for CrashingVault {
    async fn get(&self, name: &SecretName, version: SecretVersion) -> Result<Option<SecretString>, VaultError> {
        self.0.get(name, version).await
    }
    async fn put_pending(&self, name: &SecretName, secret: &SecretString) -> Result<(), VaultError> {
        self.1.wrote_secret("put", name, self.0.put_pending(name, secret).await)
    }
    async fn promote(&self, name: &SecretName) -> Result<(), VaultError> {
        self.1.wrote_secret("promote", name, self.0.promote(name).await)
    }
    async fn discard_pending(&self, name: &SecretName) -> Result<(), VaultError> {
        self.1.wrote_secret("discard", name, self.0.discard_pending(name).await)
    }
    async fn remove(&self, name: &SecretName) -> Result<(), VaultError> {
        self.1.wrote_secret("remove", name, self.0.remove(name).await)
    }
}

#[async_trait]
impl Invitations for CrashingLedger {
    async fn put_invitation(&self, invitation: &Invitation) -> Result<(), LedgerError> {
        self.1.wrote(self.0.put_invitation(invitation).await)
    }
    async fn invitation(&self, id: &InvitationId) -> Result<Option<Invitation>, LedgerError> {
        self.0.invitation(id).await
    }
    async fn invitations(&self, org: &OrgId, app: &AppId, page: PageRequest) -> Result<Page<Invitation>, LedgerError> {
        self.0.invitations(org, app, page).await
    }
    async fn open_invitations(&self, org: &OrgId, app: &AppId) -> Result<Vec<Invitation>, LedgerError> {
        self.0.open_invitations(org, app).await
    }
    async fn reserve_session(&self, invitation: &Invitation, session: &SessionId) -> Result<bool, LedgerError> {
        self.1.wrote(self.0.reserve_session(invitation, session).await)
    }
    async fn close_invitation(&self, id: &InvitationId, closed: Closed) -> Result<bool, LedgerError> {
        self.1.wrote(self.0.close_invitation(id, closed).await)
    }
}

#[async_trait]
impl Sessions for CrashingLedger {
    async fn open_session(&self, session: &AuthorizationSession) -> Result<(), LedgerError> {
        self.1.wrote(self.0.open_session(session).await)
    }
    async fn session(&self, id: &SessionId) -> Result<Option<AuthorizationSession>, LedgerError> {
        self.0.session(id).await
    }
    async fn session_by_state(&self, state: &Sha256Digest) -> Result<Option<AuthorizationSession>, LedgerError> {
        self.0.session_by_state(state).await
    }
    async fn update_session(&self, session: &AuthorizationSession) -> Result<bool, LedgerError> {
        self.1.wrote(self.0.update_session(session).await)
    }
}

#[async_trait]
impl Saves for CrashingLedger {
    async fn save_journal(&self, org: &OrgId, app: &AppId) -> Result<Option<SaveJournal>, LedgerError> {
        self.0.save_journal(org, app).await
    }
    async fn unsettled_saves(&self, page: PageRequest) -> Result<Page<SaveJournal>, LedgerError> {
        self.0.unsettled_saves(page).await
    }
    async fn begin_save(&self, journal: &SaveJournal) -> Result<bool, LedgerError> {
        self.1.wrote(self.0.begin_save(journal).await)
    }
    async fn update_save(&self, journal: &SaveJournal) -> Result<bool, LedgerError> {
        self.1.wrote(self.0.update_save(journal).await)
    }
}

#[async_trait]
impl Leases for CrashingLedger {
    async fn acquire_lease(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, LedgerError> {
        self.1.wrote(self.0.acquire_lease(name, holder, now, until).await)
    }
    async fn lease_holder(&self, name: &str, now: Timestamp) -> Result<Option<String>, LedgerError> {
        self.0.lease_holder(name, now).await
    }
    async fn release_lease(&self, name: &str, holder: &str) -> Result<(), LedgerError> {
        self.1.wrote(self.0.release_lease(name, holder).await)
    }
}

#[async_trait]
impl Notifications for CrashingLedger {
    async fn put_notification(&self, notification: &Notification) -> Result<bool, LedgerError> {
        self.1.wrote(self.0.put_notification(notification).await)
    }
    async fn notification(
        &self,
        request: &RequestId,
        id: &NotificationId,
    ) -> Result<Option<Notification>, LedgerError> {
        self.0.notification(request, id).await
    }
    async fn update_notification(&self, notification: &Notification) -> Result<bool, LedgerError> {
        self.1.wrote(self.0.update_notification(notification).await)
    }
    async fn notifications_of(&self, request: &RequestId) -> Result<Vec<Notification>, LedgerError> {
        self.0.notifications_of(request).await
    }
    async fn open_notifications(&self, until: Timestamp, page: PageRequest) -> Result<Page<Notification>, LedgerError> {
        self.0.open_notifications(until, page).await
    }
    async fn notifications(&self, org: &OrgId, page: PageRequest) -> Result<Page<Notification>, LedgerError> {
        self.0.notifications(org, page).await
    }
    async fn mute(&self, request: &RequestId, address: &MailAddress, at: Timestamp) -> Result<(), LedgerError> {
        self.1.wrote(self.0.mute(request, address, at).await)
    }
    async fn is_muted(&self, request: &RequestId, address: &MailAddress) -> Result<bool, LedgerError> {
        self.0.is_muted(request, address).await
    }
    async fn unmute(&self, request: &RequestId, address: &MailAddress) -> Result<bool, LedgerError> {
        self.1.wrote(self.0.unmute(request, address).await)
    }
    async fn suppress(&self, address: &MailAddress, suppression: &Suppression) -> Result<(), LedgerError> {
        self.1.wrote(self.0.suppress(address, suppression).await)
    }
    async fn suppression(&self, address: &MailAddress) -> Result<Option<Suppression>, LedgerError> {
        self.0.suppression(address).await
    }
    async fn suppressions(&self, page: PageRequest) -> Result<Page<(MailAddress, Suppression)>, LedgerError> {
        self.0.suppressions(page).await
    }
    async fn put_mail_hold(&self, hold: &MailHold) -> Result<(), LedgerError> {
        self.1.wrote(self.0.put_mail_hold(hold).await)
    }
    async fn mail_hold(&self, org: Option<&OrgId>) -> Result<Option<MailHold>, LedgerError> {
        self.0.mail_hold(org).await
    }
    async fn mail_holds(&self, page: PageRequest) -> Result<Page<MailHold>, LedgerError> {
        self.0.mail_holds(page).await
    }
    async fn lift_suppression(&self, address: &MailAddress) -> Result<(), LedgerError> {
        self.1.wrote(self.0.lift_suppression(address).await)
    }
}

#[async_trait]
impl Waivers for CrashingLedger {
    async fn put_waiver(&self, waiver: &Waiver) -> Result<(), LedgerError> {
        self.1.wrote(self.0.put_waiver(waiver).await)
    }
    async fn waiver(&self, org: &OrgId, app: &AppId) -> Result<Option<Waiver>, LedgerError> {
        self.0.waiver(org, app).await
    }
    async fn waivers(&self, page: PageRequest) -> Result<Page<Waiver>, LedgerError> {
        self.0.waivers(page).await
    }
    async fn remove_waiver(&self, org: &OrgId, app: &AppId) -> Result<bool, LedgerError> {
        self.1.wrote(self.0.remove_waiver(org, app).await)
    }
}

#[async_trait]
impl Trails for CrashingLedger {
    async fn trail(&self, org: &OrgId, app: &AppId, page: PageRequest) -> Result<Page<TrailEntry>, LedgerError> {
        self.0.trail(org, app, page).await
    }
    async fn trail_heads(&self, since: Timestamp, page: PageRequest) -> Result<Page<TrailHead>, LedgerError> {
        self.0.trail_heads(since, page).await
    }
    async fn put_digest(&self, digest: &SignedDigest) -> Result<bool, LedgerError> {
        self.1.wrote(self.0.put_digest(digest).await)
    }
    async fn digests(&self, page: PageRequest) -> Result<Page<SignedDigest>, LedgerError> {
        self.0.digests(page).await
    }
    async fn latest_digest(&self) -> Result<Option<SignedDigest>, LedgerError> {
        self.0.latest_digest().await
    }
}

#[async_trait]
impl Watches for CrashingLedger {
    async fn org_watch(&self, org: &OrgId) -> Result<Option<OrgWatch>, LedgerError> {
        self.0.org_watch(org).await
    }
    async fn put_org_watch(&self, watch: &OrgWatch) -> Result<bool, LedgerError> {
        self.1.wrote(self.0.put_org_watch(watch).await)
    }
}

#[async_trait]
impl AccessControl for CrashingLedger {
    async fn access_rules(&self) -> Result<AccessRules, LedgerError> {
        self.0.access_rules().await
    }
    async fn put_access_rules(&self, rules: &AccessRules) -> Result<bool, LedgerError> {
        self.1.wrote(self.0.put_access_rules(rules).await)
    }
}

#[async_trait]
impl Ledger for CrashingLedger {
    async fn put_org(&self, org: &OrgProfile) -> Result<(), LedgerError> {
        self.1.wrote(self.0.put_org(org).await)
    }
    async fn org(&self, org: &OrgId) -> Result<Option<OrgProfile>, LedgerError> {
        self.0.org(org).await
    }
    async fn orgs(&self, page: PageRequest) -> Result<Page<OrgProfile>, LedgerError> {
        self.0.orgs(page).await
    }
    async fn remove_org(&self, org: &OrgId) -> Result<(), LedgerError> {
        self.1.wrote(self.0.remove_org(org).await)
    }
    async fn record_app(&self, app: &AppRecord, events: &[AppEvent]) -> Result<bool, LedgerError> {
        self.1.apply_concurrent_change(&app.identity.app).await;
        self.1.wrote(self.0.record_app(app, events).await)
    }
    async fn app(&self, org: &OrgId, app: &AppId) -> Result<Option<AppRecord>, LedgerError> {
        self.0.app(org, app).await
    }
    async fn apps(&self, filter: &AppFilter, page: PageRequest) -> Result<Page<AppRecord>, LedgerError> {
        self.0.apps(filter, page).await
    }
    async fn estate_rows(&self, scope: &Scope) -> Result<Vec<EstateRow>, LedgerError> {
        self.0.estate_rows(scope).await
    }
    async fn put_estate_snapshot(&self, snapshot: &EstateSnapshot) -> Result<(), LedgerError> {
        self.1.wrote(self.0.put_estate_snapshot(snapshot).await)
    }
    async fn estate_snapshots(&self, most: u32) -> Result<Vec<EstateSnapshot>, LedgerError> {
        self.0.estate_snapshots(most).await
    }
    async fn append_event(&self, org: &OrgId, app: &AppId, event: &AppEvent) -> Result<(), LedgerError> {
        self.1.wrote(self.0.append_event(org, app, event).await)
    }
    async fn events(&self, org: &OrgId, app: &AppId, page: PageRequest) -> Result<Page<AppEvent>, LedgerError> {
        self.0.events(org, app, page).await
    }
    async fn begin_scan(&self, scan: &ScanId, started_at: Timestamp, orgs: &[OrgId]) -> Result<(), LedgerError> {
        self.1.wrote(self.0.begin_scan(scan, started_at, orgs).await)
    }
    async fn record_org_result(
        &self,
        scan: &ScanId,
        org: &OrgId,
        look: &OrgScanResult,
        at: Timestamp,
    ) -> Result<(), LedgerError> {
        self.1.wrote(self.0.record_org_result(scan, org, look, at).await)
    }
    async fn scan(&self, scan: &ScanId) -> Result<Option<Scan>, LedgerError> {
        self.0.scan(scan).await
    }
    async fn latest_scan(&self, now: Timestamp) -> Result<Option<Scan>, LedgerError> {
        self.0.latest_scan(now).await
    }
    async fn scan_results(&self, scan: &ScanId) -> Result<Vec<(OrgId, OrgScanResult)>, LedgerError> {
        self.0.scan_results(scan).await
    }
    async fn pending_orgs(&self, scan: &ScanId, page: PageRequest) -> Result<Page<OrgId>, LedgerError> {
        self.0.pending_orgs(scan, page).await
    }
    async fn delete_expired(&self, now: Timestamp) -> Result<u64, LedgerError> {
        self.1.wrote(self.0.delete_expired(now).await)
    }
}
