//! A scan as far as it concerns some customers.

use std::collections::BTreeSet;
use std::future::ready;

use futures_util::TryStreamExt as _;

use crate::domain::access_policy::Scope;
use crate::domain::id::{OrgId, ScanId};
use crate::domain::scan::Scan;
use crate::ledger::{LedgerError, paging};
use crate::usecases::Ports;

/// How many orgs are read at a time.
const PAGE: u32 = 1_000;

/// A scan, counting only the orgs of the customers that `scope` covers. `None` if the scan is unknown, or concerns none of
/// their orgs.
pub async fn scan_in_scope(ports: &Ports, id: &ScanId, scope: &Scope) -> Result<Option<Scan>, LedgerError> {
    let Some(scan) = ports.ledger.scan(id).await? else { return Ok(None) };
    if *scope == Scope::All {
        return Ok(Some(scan));
    }
    let orgs = paging::items(PAGE, |page| ports.ledger.orgs(page));
    let covered = orgs.try_filter(|org| ready(scope.covers(org.customer.as_ref())));
    let visible: BTreeSet<OrgId> = covered.map_ok(|org| org.id).try_collect().await?;
    let results = ports.ledger.scan_results(id).await?;
    if !results.iter().any(|(org, _)| visible.contains(org)) {
        return Ok(None);
    }
    Ok(Some(scan.restricted(&results, |org| visible.contains(org))))
}
