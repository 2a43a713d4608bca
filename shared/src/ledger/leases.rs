//! Leases: one worker at a time, for a while.

use async_trait::async_trait;
use jiff::Timestamp;

use super::LedgerError;

/// Who may do something that only one may do at a time. A worker that dies loses its lease when it ends.
#[async_trait]
pub trait Leases: Send + Sync {
    /// Takes the lease called `name` for `holder` until `until`. `false` where somebody else holds it at `now`. The
    /// holder itself may take it again, which makes it longer.
    async fn acquire_lease(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, LedgerError>;
    /// Gives a lease back. Giving back what somebody else holds does nothing.
    async fn release_lease(&self, name: &str, holder: &str) -> Result<(), LedgerError>;
}
