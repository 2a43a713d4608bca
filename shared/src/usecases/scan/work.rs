//! Scanning one org as queued work: delivered at least once, and retried if a later attempt may succeed.

use std::time::Duration;

use crate::domain::scan::OrgScanResult;
use crate::ledger::LedgerError;
use crate::metrics::{Metric, count};
use crate::queue::{Disposition, ScanOrg};
use crate::usecases::Ports;
use crate::usecases::scan::scan_apps::{ScanError, scan_apps};

/// How often one org is tried in one scan before its last result counts.
const ATTEMPTS: u32 = 3;

/// Scans the org of a message that was received for the `receive_count`th time. An org that could not be read is retried
/// after `pause`.
pub async fn scan_org(
    ports: &Ports,
    message: &ScanOrg,
    receive_count: u32,
    pause: Duration,
) -> Result<Disposition, ScanError> {
    let ScanOrg { scan, org } = message;
    let scanned = match scan_apps(ports, scan, org).await {
        Ok(scanned) => scanned,
        // The org's records are written; only the scan's own record is missing, and no one waits for it.
        Err(ScanError::Ledger(LedgerError::NoSuchScan(scan))) => {
            tracing::warn!(%scan, %org, "scanned an org for an unknown scan");
            return Ok(Disposition::Done);
        }
        Err(error) => return Err(error),
    };
    if scanned.retry && receive_count < ATTEMPTS {
        return Ok(Disposition::Retry { after: pause });
    }
    count(match scanned.result {
        OrgScanResult::Scanned { .. } => Metric::OrgsSeen,
        OrgScanResult::NotScanned { .. } | OrgScanResult::Pending => Metric::OrgsNotSeen,
    });
    Ok(Disposition::Done)
}
