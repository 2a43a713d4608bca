//! Leases in the ledger: one worker at a time does a piece of work, across all processes.
//!
//! A lease expires automatically, so a crashed worker blocks the others for no longer than the lease duration.

use std::time::Duration;

use jiff::SignedDuration;

use crate::ledger::LedgerError;
use crate::randomness::token;
use crate::usecases::Ports;

/// How often a waiting worker tries again.
const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// Ends the random part of a holder. Random parts do not contain it.
const END: char = ' ';

/// A lease that this worker holds.
#[derive(Debug)]
pub(crate) struct LeaseGuard {
    name: String,
    holder: String,
}

impl LeaseGuard {
    /// Acquires the lease `name` for `duration`. `None` if another worker holds it.
    pub(crate) async fn try_acquire(
        ports: &Ports,
        name: &str,
        duration: SignedDuration,
    ) -> Result<Option<Self>, LedgerError> {
        Self::try_acquire_as(ports, name, duration, "").await
    }

    /// Like [`try_acquire`](Self::try_acquire), for work that others recognize by `work`.
    pub(crate) async fn try_acquire_as(
        ports: &Ports,
        name: &str,
        duration: SignedDuration,
        work: &str,
    ) -> Result<Option<Self>, LedgerError> {
        let lease = Self { name: name.to_owned(), holder: format!("{}{END}{work}", token(&*ports.randomness)) };
        let now = ports.clock.now();
        let until = now.saturating_add(duration).unwrap_or(now);
        let acquired = ports.ledger.acquire_lease(&lease.name, &lease.holder, now, until).await?;
        Ok(acquired.then_some(lease))
    }

    /// The work for which the lease `name` is held; `None` if it is free.
    pub(crate) async fn work_in_progress(ports: &Ports, name: &str) -> Result<Option<String>, LedgerError> {
        let holder = ports.ledger.lease_holder(name, ports.clock.now()).await?;
        Ok(holder.and_then(|holder| holder.split_once(END).map(|(_, work)| work.to_owned())))
    }

    /// Waits up to `max_wait` for the lease `name`, then holds it for `duration`. `None` if it did not become free.
    pub(crate) async fn acquire(
        ports: &Ports,
        name: &str,
        duration: SignedDuration,
        max_wait: Duration,
    ) -> Result<Option<Self>, LedgerError> {
        let mut waited = Duration::ZERO;
        loop {
            if let Some(lease) = Self::try_acquire(ports, name, duration).await? {
                return Ok(Some(lease));
            }
            if waited >= max_wait {
                return Ok(None);
            }
            ports.clock.sleep(POLL_INTERVAL).await;
            waited += POLL_INTERVAL;
        }
    }

    /// Releases the lease.
    pub(crate) async fn release(self, ports: &Ports) -> Result<(), LedgerError> {
        ports.ledger.release_lease(&self.name, &self.holder).await
    }
}
