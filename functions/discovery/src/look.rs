//! A look at one org as work of the queue: delivered at least once, and again where the same look may succeed later.

use std::time::Duration;

use regrant::domain::id::{OrgId, ScanId};
use regrant::domain::scan::OrgScanResult;
use regrant::ledger::LedgerError;
use regrant::metrics::{Metric, count};
use regrant::queue::Next;
use regrant::usecases::Ports;
use regrant::usecases::scan::discover::{DiscoverError, discover};

/// How often one org is looked at in one scan before its last answer stands.
const LOOKS: u32 = 3;

/// Looks at one org, whose message was received for the `receive_count`th time. One that could not be looked at comes
/// again after `pause`.
pub(crate) async fn look(
    ports: &Ports,
    scan: &ScanId,
    org: &OrgId,
    receive_count: u32,
    pause: Duration,
) -> Result<Next, DiscoverError> {
    let found = match discover(ports, scan, org).await {
        Ok(found) => found,
        // What was seen of the org is recorded; nobody asks for the scan any more.
        Err(DiscoverError::Ledger(LedgerError::NoSuchScan(scan))) => {
            tracing::warn!(%scan, %org, "an org was looked at for a scan that the ledger does not know");
            return Ok(Next::Done);
        }
        Err(error) => return Err(error),
    };
    if found.try_again && receive_count < LOOKS {
        return Ok(Next::Again { after: pause });
    }
    count(match found.look {
        OrgScanResult::Scanned { .. } => Metric::OrgsSeen,
        OrgScanResult::NotScanned { .. } | OrgScanResult::Pending => Metric::OrgsNotSeen,
    });
    Ok(Next::Done)
}
