//! The ledger in one `DynamoDB` table.
//!
//! Reads by key are strongly consistent. The two indexes (apps by standing and by tenant, unsettled saves and notifications,
//! notifications by org) are eventually consistent, as `DynamoDB` documents for global secondary indexes: a list may show an
//! app's previous standing, or a notification as open that has just been settled. Each operation that must happen only once is one
//! conditional write or one transaction. `DynamoDB` deletes expired items by Time to Live ([`crate::ledger::retention`]),
//! typically within a few days (DynamoDB Developer Guide, "Using time to live (TTL) in DynamoDB").

mod access;
mod apps;
mod estate;
mod events;
mod invitations;
mod item;
mod keys;
mod leases;
mod notifications;
mod orgs;
mod query;
mod remove_org;
mod saves;
mod scans;
mod sessions;
mod table;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
mod tests;
mod trails;
mod waivers;
mod watches;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use jiff::Timestamp;
use tracing::Instrument as _;

use self::table::Table;
use crate::domain::app::AppRecord;
use crate::domain::estate::EstateSnapshot;
use crate::domain::event::AppEvent;
use crate::domain::id::{AppId, OrgId, ScanId};
use crate::domain::org::OrgProfile;
use crate::domain::scan::{OrgScanResult, Scan};
use crate::ledger::{AppFilter, Ledger, LedgerError, Page, PageRequest};

/// A ledger in one `DynamoDB` table.
#[derive(Debug, Clone)]
pub struct DynamoLedger(Table);

impl DynamoLedger {
    /// The ledger in `table`, whose keys and indexes `template.yaml` defines.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self(Table { client, name: table.into() })
    }
}

/// The trace span of an operation.
fn span(action: &'static str) -> tracing::Span {
    tracing::trace_span!("ledger", action)
}

#[async_trait]
impl Ledger for DynamoLedger {
    async fn put_org(&self, org: &OrgProfile) -> Result<(), LedgerError> {
        orgs::put(&self.0, org).instrument(span("write an org")).await
    }

    async fn org(&self, org: &OrgId) -> Result<Option<OrgProfile>, LedgerError> {
        orgs::get(&self.0, org).instrument(span("read an org")).await
    }

    async fn orgs(&self, page: PageRequest) -> Result<Page<OrgProfile>, LedgerError> {
        orgs::list(&self.0, &page).instrument(span("list orgs")).await
    }

    async fn remove_org(&self, org: &OrgId) -> Result<(), LedgerError> {
        remove_org::remove_org(&self.0, org).instrument(span("remove an org")).await
    }

    async fn record_app(&self, app: &AppRecord, events: &[AppEvent]) -> Result<bool, LedgerError> {
        apps::record(&self.0, app, events).instrument(span("write an app")).await
    }

    async fn app(&self, org: &OrgId, app: &AppId) -> Result<Option<AppRecord>, LedgerError> {
        apps::get(&self.0, org, app).instrument(span("read an app")).await
    }

    async fn org_and_app(
        &self,
        org: &OrgId,
        app: &AppId,
    ) -> Result<(Option<OrgProfile>, Option<AppRecord>), LedgerError> {
        apps::with_org(&self.0, org, app).instrument(span("read an org and an app")).await
    }

    async fn apps(&self, filter: &AppFilter, page: PageRequest) -> Result<Page<AppRecord>, LedgerError> {
        apps::list(&self.0, filter, &page).instrument(span("list apps")).await
    }

    async fn put_estate_snapshot(&self, snapshot: &EstateSnapshot) -> Result<(), LedgerError> {
        estate::put_snapshot(&self.0, snapshot).instrument(span("write a snapshot of the estate")).await
    }

    async fn estate_snapshots(&self, most: u32) -> Result<Vec<EstateSnapshot>, LedgerError> {
        estate::snapshots(&self.0, most).instrument(span("read snapshots of the estate")).await
    }

    async fn append_event(&self, org: &OrgId, app: &AppId, event: &AppEvent) -> Result<(), LedgerError> {
        let action = "append an event";
        let one = std::slice::from_ref(event);
        events::append(&self.0, action, (org, app), one, &[]).instrument(span(action)).await.map(drop)
    }

    async fn events(&self, org: &OrgId, app: &AppId, page: PageRequest) -> Result<Page<AppEvent>, LedgerError> {
        events::list(&self.0, org, app, &page).instrument(span("list events")).await
    }

    async fn begin_scan(&self, scan: &ScanId, started_at: Timestamp, orgs: &[OrgId]) -> Result<(), LedgerError> {
        scans::begin(&self.0, scan, started_at, orgs).instrument(span("begin a scan")).await
    }

    async fn record_org_result(
        &self,
        scan: &ScanId,
        org: &OrgId,
        result: &OrgScanResult,
        at: Timestamp,
    ) -> Result<(), LedgerError> {
        scans::record_result(&self.0, scan, org, result, at).instrument(span("record a scan result")).await
    }

    async fn scan(&self, scan: &ScanId) -> Result<Option<Scan>, LedgerError> {
        scans::get(&self.0, scan).instrument(span("read a scan")).await
    }

    async fn latest_scan(&self, now: Timestamp) -> Result<Option<Scan>, LedgerError> {
        scans::latest(&self.0, now).instrument(span("read the latest scan")).await
    }

    async fn scan_results(&self, scan: &ScanId) -> Result<Vec<(OrgId, OrgScanResult)>, LedgerError> {
        scans::results(&self.0, scan).instrument(span("read a scan's results")).await
    }

    async fn pending_orgs(&self, scan: &ScanId, page: PageRequest) -> Result<Page<OrgId>, LedgerError> {
        scans::pending(&self.0, scan, &page).instrument(span("list pending orgs")).await
    }

    /// Does nothing: Time to Live deletes expired items.
    async fn delete_expired(&self, _: Timestamp) -> Result<u64, LedgerError> {
        Ok(0)
    }
}
