//! Look at every Office 365 app of one org.

use crate::domain::id::{OrgId, ScanId};
use crate::domain::scan::OrgLook;
use crate::ledger::LedgerError;

use super::Ports;

/// Why an org could not be looked at and nothing could be recorded of it.
#[derive(Debug, thiserror::Error)]
pub enum DiscoverError {
    /// The ledger did not serve.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// What came of a look at one org.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovery {
    /// What was recorded.
    pub look: OrgLook,
    /// Whether the same look may succeed later with nothing changed, so that the work should come again.
    pub try_again: bool,
}

/// Looks at every Office 365 app of `org` and records what it saw and what it could not see, for `scan`.
pub async fn discover(ports: &Ports, scan: &ScanId, org: &OrgId) -> Result<Discovery, DiscoverError> {
    let _ = (ports, scan, org);
    Ok(Discovery { look: OrgLook::Pending, try_again: false })
}
