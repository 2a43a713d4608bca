//! A clock that runs, and that jumps ahead whenever somebody sleeps on it: for processes that have to be real.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use regrant::clock::Clock;

/// How much faster a sleep is over.
const HASTE: u32 = 50;

/// The operating system's clock, ahead by what was slept.
#[derive(Debug)]
pub struct HastenedClock {
    ahead_millis: AtomicI64,
}

impl HastenedClock {
    /// A clock that is ahead from the start.
    pub fn ahead_by(ahead: SignedDuration) -> Self {
        Self { ahead_millis: AtomicI64::new(i64::try_from(ahead.as_millis()).unwrap_or_default()) }
    }
}

#[async_trait]
impl Clock for HastenedClock {
    fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_millis(self.ahead_millis.load(Ordering::SeqCst));
        Timestamp::now().saturating_add(ahead).unwrap_or(Timestamp::MAX)
    }

    async fn sleep(&self, duration: Duration) {
        let slept = duration / HASTE;
        tokio::time::sleep(slept).await;
        let skipped = i64::try_from(duration.saturating_sub(slept).as_millis()).unwrap_or(i64::MAX);
        self.ahead_millis.fetch_add(skipped, Ordering::SeqCst);
    }
}
