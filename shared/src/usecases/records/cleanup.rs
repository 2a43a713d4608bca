//! Clean-up: deletes the records whose retention has ended ([`crate::ledger::retention`]).

use std::time::Duration;

use crate::ledger::LedgerError;
use crate::usecases::Ports;

const DAY: Duration = Duration::from_hours(24);

/// Deletes expired records, and returns how many.
pub async fn delete_expired(ports: &Ports) -> Result<u64, LedgerError> {
    let deleted = ports.ledger.delete_expired(ports.clock.now()).await?;
    if deleted > 0 {
        tracing::info!(deleted, "deleted expired records");
    }
    Ok(deleted)
}

/// Deletes expired records now and then once a day. Never returns; logs errors and tries again the next day.
pub async fn delete_expired_daily(ports: &Ports) {
    loop {
        if let Err(error) = delete_expired(ports).await {
            tracing::error!(%error, "could not delete expired records");
        }
        ports.clock.sleep(DAY).await;
    }
}
