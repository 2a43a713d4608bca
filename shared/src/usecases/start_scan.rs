//! Start a scan: one message an org.

use crate::domain::id::{OrgId, ScanId};
use crate::domain::scan::Scan;
use crate::ledger::LedgerError;
use crate::queue::QueueError;

use super::Ports;

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
    let _ = (ports, selection);
    Err(StartScanError::NoSuchScan(crate::randomness::scan_id(&*ports.randomness)))
}

/// Queues again the orgs that a scan has not looked at, after a crash for example.
pub async fn resume_scan(ports: &Ports, scan: &ScanId) -> Result<Scan, StartScanError> {
    let _ = ports;
    Err(StartScanError::NoSuchScan(scan.clone()))
}
