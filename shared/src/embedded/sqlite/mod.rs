//! The ledger in one `SQLite` file, for installations on one machine.
//!
//! Several processes may have the file open: readers see complete transactions, and writers wait for each other. Within a
//! process all callers share one connection, which a thread of its own runs.

mod access;
mod apps;
mod connection_thread;
mod error;
mod estate;
mod events;
mod expiry;
mod file;
mod invitations;
mod leases;
mod notifications;
mod orgs;
mod recipients;
mod saves;
mod scans;
mod sessions;
mod trails;
mod waivers;
mod watches;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::Connection;
use tracing::Instrument as _;

use self::connection_thread::{ConnectionThread, Panicked};
use self::error::SqliteError;
use crate::domain::access_policy::Scope;
use crate::domain::app::AppRecord;
use crate::domain::estate::{EstateRow, EstateSnapshot};
use crate::domain::event::AppEvent;
use crate::domain::id::{AppId, OrgId, ScanId};
use crate::domain::org::OrgProfile;
use crate::domain::scan::{OrgScanResult, Scan};
use crate::ledger::{AppFilter, Ledger, LedgerError, Page, PageRequest};

/// A ledger in one `SQLite` file, in write-ahead-log mode.
#[derive(Clone)]
pub struct SqliteLedger(Arc<ConnectionThread>);

impl SqliteLedger {
    /// Opens the file, creating or migrating it first if necessary.
    pub async fn open(file: &Path) -> Result<Self, LedgerError> {
        let path = file.to_owned();
        let action = "open its file";
        let opened = match tokio::task::spawn_blocking(move || Self::over(file::open(&path)?)).await {
            Ok(opened) => opened.map_err(|error| error.during(action)),
            Err(stopped) => Err(LedgerError::Store { action, reason: stopped.to_string() }),
        };
        opened.map_err(|error| match error {
            LedgerError::Store { action, reason } => {
                LedgerError::Store { action, reason: format!("{}: {reason}", file.display()) }
            }
            LedgerError::Unusable { what, advice } => {
                LedgerError::Unusable { what: format!("{}: {what}", file.display()), advice }
            }
            other => other,
        })
    }

    /// A ledger that is lost when it is dropped. For tests and trials.
    pub fn in_memory() -> Result<Self, LedgerError> {
        file::in_memory().and_then(Self::over).map_err(|error| error.during("open in memory"))
    }

    fn over(connection: Connection) -> Result<Self, SqliteError> {
        Ok(Self(Arc::new(ConnectionThread::start(connection)?)))
    }

    /// Runs `work` on the connection; `action` names it in errors and traces.
    async fn run<T: Send + 'static>(
        &self,
        action: &'static str,
        work: impl FnOnce(&mut Connection) -> Result<T, SqliteError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let span = tracing::trace_span!("ledger", action);
        match self.0.run(work).instrument(span).await {
            Ok(outcome) => outcome.map_err(|error| error.during(action)),
            Err(Panicked) => Err(LedgerError::Store { action, reason: "the operation panicked".to_owned() }),
        }
    }
}

/// Copies the ledger in `file` to the empty file `copy`, in one consistent state, while others use it.
pub(super) fn snapshot(file: &Path, copy: &Path) -> Result<(), LedgerError> {
    file::snapshot(file, copy).map_err(|error| error.during("copy its file"))
}

#[async_trait]
impl Ledger for SqliteLedger {
    async fn put_org(&self, org: &OrgProfile) -> Result<(), LedgerError> {
        let org = org.clone();
        self.run("write an org", move |connection| orgs::put(connection, &org)).await
    }

    async fn org(&self, org: &OrgId) -> Result<Option<OrgProfile>, LedgerError> {
        let org = org.clone();
        self.run("read an org", move |connection| orgs::get(connection, &org)).await
    }

    async fn orgs(&self, page: PageRequest) -> Result<Page<OrgProfile>, LedgerError> {
        self.run("list orgs", move |connection| orgs::list(connection, &page)).await
    }

    async fn remove_org(&self, org: &OrgId) -> Result<(), LedgerError> {
        let org = org.clone();
        self.run("remove an org", move |connection| orgs::remove(connection, &org)).await
    }

    async fn record_app(&self, app: &AppRecord, events: &[AppEvent]) -> Result<bool, LedgerError> {
        let (app, events) = (app.clone(), events.to_owned());
        self.run("write an app", move |connection| apps::record(connection, &app, &events)).await
    }

    async fn app(&self, org: &OrgId, app: &AppId) -> Result<Option<AppRecord>, LedgerError> {
        let (org, app) = (org.clone(), app.clone());
        self.run("read an app", move |connection| apps::get(connection, &org, &app)).await
    }

    async fn apps(&self, filter: &AppFilter, page: PageRequest) -> Result<Page<AppRecord>, LedgerError> {
        let filter = filter.clone();
        self.run("list apps", move |connection| apps::list(connection, &filter, &page)).await
    }

    async fn estate_rows(&self, scope: &Scope) -> Result<Vec<EstateRow>, LedgerError> {
        let scope = scope.clone();
        self.run("read the estate", move |connection| estate::rows(connection, &scope)).await
    }

    async fn put_estate_snapshot(&self, snapshot: &EstateSnapshot) -> Result<(), LedgerError> {
        let snapshot = snapshot.clone();
        self.run("write a snapshot of the estate", move |connection| estate::put_snapshot(connection, &snapshot)).await
    }

    async fn estate_snapshots(&self, most: u32) -> Result<Vec<EstateSnapshot>, LedgerError> {
        self.run("read snapshots of the estate", move |connection| estate::snapshots(connection, most)).await
    }

    async fn append_event(&self, org: &OrgId, app: &AppId, event: &AppEvent) -> Result<(), LedgerError> {
        let (org, app, event) = (org.clone(), app.clone(), event.clone());
        self.run("append an event", move |connection| {
            let transaction = connection.transaction()?;
            events::append(&transaction, &org, &app, &[event])?;
            Ok(transaction.commit()?)
        })
        .await
    }

    async fn events(&self, org: &OrgId, app: &AppId, page: PageRequest) -> Result<Page<AppEvent>, LedgerError> {
        let (org, app) = (org.clone(), app.clone());
        self.run("list events", move |connection| events::list(connection, &org, &app, &page)).await
    }

    async fn begin_scan(&self, scan: &ScanId, started_at: Timestamp, orgs: &[OrgId]) -> Result<(), LedgerError> {
        let (scan, orgs) = (scan.clone(), orgs.to_owned());
        self.run("begin a scan", move |connection| scans::begin(connection, &scan, started_at, &orgs)).await
    }

    async fn record_org_result(
        &self,
        scan: &ScanId,
        org: &OrgId,
        result: &OrgScanResult,
        at: Timestamp,
    ) -> Result<(), LedgerError> {
        let (scan, org, result) = (scan.clone(), org.clone(), result.clone());
        self.run("record a scan result", move |connection| scans::record_result(connection, &scan, &org, &result, at))
            .await
    }

    async fn scan(&self, scan: &ScanId) -> Result<Option<Scan>, LedgerError> {
        let scan = scan.clone();
        self.run("read a scan", move |connection| scans::get(connection, &scan)).await
    }

    async fn latest_scan(&self, now: Timestamp) -> Result<Option<Scan>, LedgerError> {
        self.run("read the latest scan", move |connection| scans::latest(connection, now)).await
    }

    async fn scan_results(&self, scan: &ScanId) -> Result<Vec<(OrgId, OrgScanResult)>, LedgerError> {
        let scan = scan.clone();
        self.run("read a scan's results", move |connection| scans::results(connection, &scan)).await
    }

    async fn pending_orgs(&self, scan: &ScanId, page: PageRequest) -> Result<Page<OrgId>, LedgerError> {
        let scan = scan.clone();
        self.run("list pending orgs", move |connection| scans::pending(connection, &scan, &page)).await
    }

    async fn delete_expired(&self, now: Timestamp) -> Result<u64, LedgerError> {
        self.run("delete expired records", move |connection| expiry::delete_expired(connection, now)).await
    }
}

#[cfg(test)]
mod tests;
