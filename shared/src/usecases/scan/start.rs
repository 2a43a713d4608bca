//! Start a scan: one message an org.

use futures_util::TryStreamExt as _;

use crate::domain::id::{OrgId, ScanId};
use crate::domain::scan::Scan;
use crate::ledger::LedgerError;
use crate::metrics::{Metric, count};
use crate::queue::QueueError;

use crate::ledger::paging;
use crate::queue::Message;

use crate::usecases::Ports;

/// How many orgs are held at a time.
const PAGE: u32 = 500;

/// Which orgs to scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// Every org in the ledger.
    All,
    /// These.
    Orgs(Vec<OrgId>),
}

/// Why a scan did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartScanError {
    /// An org that was asked for is not in the ledger.
    #[error("org {0} is not known; `regrant org list` shows those that are")]
    NoSuchOrg(OrgId),
    /// No such scan to resume.
    #[error("there is no scan {0} to resume")]
    NoSuchScan(ScanId),
    /// The ledger did not serve.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The queue did not serve.
    #[error(transparent)]
    Queue(#[from] QueueError),
}

/// Starts a scan of `selection` and queues one message an org.
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
            queue(ports, &scan, orgs).await?;
        }
        Selection::All => {
            count(Metric::ScansStarted);
            let mut pages = paging::pages(PAGE, |page| ports.ledger.orgs(page));
            while let Some(profiles) = pages.try_next().await? {
                let orgs: Vec<OrgId> = profiles.into_iter().map(|profile| profile.id).collect();
                ports.ledger.begin_scan(&scan, started_at, &orgs).await?;
                queue(ports, &scan, orgs).await?;
            }
        }
    }
    ports.ledger.scan(&scan).await?.ok_or(StartScanError::NoSuchScan(scan))
}

/// Queues again the orgs that a scan has not looked at, after a crash for example.
pub async fn resume_scan(ports: &Ports, scan: &ScanId) -> Result<Scan, StartScanError> {
    if ports.ledger.scan(scan).await?.is_none() {
        return Err(StartScanError::NoSuchScan(scan.clone()));
    }
    let mut pages = paging::pages(PAGE, |page| ports.ledger.pending_orgs(scan, page));
    while let Some(orgs) = pages.try_next().await? {
        queue(ports, scan, orgs).await?;
    }
    ports.ledger.scan(scan).await?.ok_or_else(|| StartScanError::NoSuchScan(scan.clone()))
}

async fn queue(ports: &Ports, scan: &ScanId, orgs: Vec<OrgId>) -> Result<(), QueueError> {
    let messages: Vec<Message> = orgs.into_iter().map(|org| Message::ScanOrg { scan: scan.clone(), org }).collect();
    if messages.is_empty() { Ok(()) } else { ports.queue.send(&messages).await }
}
