//! Work that one worker does at a time, whichever process it is in: it holds a lease in the ledger. A lease ends by itself,
//! so a worker that dies blocks nobody for longer than it may take.

use std::time::Duration;

use jiff::SignedDuration;

use crate::ledger::LedgerError;
use crate::randomness::token;

use crate::usecases::Ports;

/// How often somebody who waits looks again.
const PAUSE: Duration = Duration::from_millis(200);

/// The right to do one kind of work alone.
#[derive(Debug)]
pub(crate) struct LeaseGuard {
    name: String,
    holder: String,
}

impl LeaseGuard {
    /// Takes it for `held_for`. `None` where another worker has it.
    pub(crate) async fn try_acquire(
        ports: &Ports,
        name: &str,
        held_for: SignedDuration,
    ) -> Result<Option<Self>, LedgerError> {
        let lease = Self { name: name.to_owned(), holder: token(&*ports.randomness) };
        let now = ports.clock.now();
        let until = now.saturating_add(held_for).unwrap_or(now);
        let taken = ports.ledger.acquire_lease(&lease.name, &lease.holder, now, until).await?;
        Ok(taken.then_some(lease))
    }

    /// Takes it once it is free. `None` where it is not within `patience`.
    pub(crate) async fn acquire(
        ports: &Ports,
        name: &str,
        held_for: SignedDuration,
        patience: Duration,
    ) -> Result<Option<Self>, LedgerError> {
        let mut waited = Duration::ZERO;
        loop {
            if let Some(lease) = Self::try_acquire(ports, name, held_for).await? {
                return Ok(Some(lease));
            }
            if waited >= patience {
                return Ok(None);
            }
            ports.clock.sleep(PAUSE).await;
            waited += PAUSE;
        }
    }

    /// Gives it back.
    pub(crate) async fn release(self, ports: &Ports) -> Result<(), LedgerError> {
        ports.ledger.release_lease(&self.name, &self.holder).await
    }
}
