//! Starting and resuming scans: queues one message per org.

use futures_util::TryStreamExt as _;
use jiff::Timestamp;

use crate::domain::access_policy::Scope;
use crate::domain::estate::EstateSnapshot;
use crate::domain::id::{OrgId, ScanId};
use crate::domain::scan::Scan;
use crate::ledger::LedgerError;
use crate::ledger::paging;
use crate::metrics::{Metric, count};
use crate::queue::QueueError;
use crate::queue::ScanOrg;
use crate::usecases::Ports;

/// How many orgs are read at a time.
const PAGE: u32 = 500;

/// Which orgs to scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// Every org in the ledger.
    All,
    /// These orgs.
    Orgs(Vec<OrgId>),
}

/// Why a scan did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartScanError {
    /// A selected org is not in the ledger.
    #[error("org {0} is not known; list known orgs with `regrant org list`")]
    NoSuchOrg(OrgId),
    /// The scan is not in the ledger.
    #[error("scan {0} is not known, so it cannot be resumed; start a new one with `regrant scan`")]
    NoSuchScan(ScanId),
    /// The ledger operation failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The queue operation failed.
    #[error(transparent)]
    Queue(#[from] QueueError),
}

/// Starts a scan of `selection` and queues one message per org.
pub async fn start_scan(ports: &Ports, selection: &Selection) -> Result<Scan, StartScanError> {
    let scan = crate::randomness::scan_id(&*ports.randomness);
    let started_at = ports.clock.now();
    match selection {
        Selection::Orgs(orgs) => {
            for org in orgs {
                if ports.ledger.org(org).await?.is_none() {
                    return Err(StartScanError::NoSuchOrg(org.clone()));
                }
            }
            let mut orgs = orgs.clone();
            orgs.sort();
            orgs.dedup();
            ports.ledger.begin_scan(&scan, started_at, &orgs).await?;
            queue_orgs(ports, &scan, orgs).await?;
        }
        Selection::All => {
            count(Metric::ScansStarted);
            record_snapshot(ports, started_at).await?;
            let mut pages = paging::pages(PAGE, |page| ports.ledger.orgs(page));
            while let Some(profiles) = pages.try_next().await? {
                let orgs: Vec<OrgId> = profiles.into_iter().map(|profile| profile.id).collect();
                ports.ledger.begin_scan(&scan, started_at, &orgs).await?;
                queue_orgs(ports, &scan, orgs).await?;
            }
        }
    }
    ports.ledger.scan(&scan).await?.ok_or(StartScanError::NoSuchScan(scan))
}

/// Records the state of the estate before a scan of every org, so that its development can be shown.
async fn record_snapshot(ports: &Ports, at: Timestamp) -> Result<(), LedgerError> {
    let rows = ports.ledger.estate_rows(&Scope::All).await?;
    if rows.is_empty() {
        return Ok(());
    }
    ports.ledger.put_estate_snapshot(&EstateSnapshot::of(&rows, at)).await
}

/// Queues the orgs that a scan has not reached yet, for example after a crash.
pub async fn resume_scan(ports: &Ports, scan: &ScanId) -> Result<Scan, StartScanError> {
    if ports.ledger.scan(scan).await?.is_none() {
        return Err(StartScanError::NoSuchScan(scan.clone()));
    }
    let mut pages = paging::pages(PAGE, |page| ports.ledger.pending_orgs(scan, page));
    while let Some(orgs) = pages.try_next().await? {
        queue_orgs(ports, scan, orgs).await?;
    }
    ports.ledger.scan(scan).await?.ok_or_else(|| StartScanError::NoSuchScan(scan.clone()))
}

async fn queue_orgs(ports: &Ports, scan: &ScanId, orgs: Vec<OrgId>) -> Result<(), QueueError> {
    let messages: Vec<ScanOrg> = orgs.into_iter().map(|org| ScanOrg { scan: scan.clone(), org }).collect();
    if messages.is_empty() { Ok(()) } else { ports.queues.scans.send(&messages).await }
}
