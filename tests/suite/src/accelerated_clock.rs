//! A real clock that runs fifty times as fast during a sleep, for tests with real processes and concurrency.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use regrant::clock::Clock;

/// The acceleration of a sleep.
const HASTE: u32 = 50;

/// The operating system's clock, ahead by the time slept. Concurrent sleeps share the same time.
#[derive(Debug)]
pub struct AcceleratedClock {
    ahead_millis: AtomicI64,
}

impl AcceleratedClock {
    /// A clock that starts ahead.
    pub fn ahead_by(ahead: SignedDuration) -> Self {
        Self { ahead_millis: AtomicI64::new(millis(ahead)) }
    }

    /// Advances the clock.
    pub fn advance(&self, by: SignedDuration) {
        self.ahead_millis.fetch_add(millis(by), Ordering::SeqCst);
    }
}

fn millis(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or_default()
}

#[async_trait]
impl Clock for AcceleratedClock {
    fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_millis(self.ahead_millis.load(Ordering::SeqCst));
        Timestamp::now().saturating_add(ahead).unwrap_or(Timestamp::MAX)
    }

    async fn sleep(&self, duration: Duration) {
        let until = self.now().saturating_add(duration).unwrap_or(Timestamp::MAX);
        tokio::time::sleep(duration / HASTE).await;
        let ahead = millis(until.duration_since(Timestamp::now()));
        self.ahead_millis.fetch_max(ahead, Ordering::SeqCst);
    }
}
