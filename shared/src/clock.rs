//! The port for time.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

/// A source of the current time, and a way to wait.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now, in UTC.
    fn now(&self) -> Timestamp;
    /// Returns when `duration` has passed.
    async fn sleep(&self, duration: Duration);
}

/// The operating system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// A clock that only moves when someone sleeps on it or advances it, and then immediately. For tests and simulations.
#[cfg(any(test, feature = "testing"))]
#[derive(Debug, Clone)]
pub struct SimulatedClock(std::sync::Arc<parking_lot::Mutex<Timestamp>>);

#[cfg(any(test, feature = "testing"))]
impl SimulatedClock {
    /// A clock that starts at `start`.
    pub fn starting_at(start: Timestamp) -> Self {
        Self(std::sync::Arc::new(parking_lot::Mutex::new(start)))
    }

    /// Advances the clock by `duration`.
    pub fn advance(&self, duration: Duration) {
        let until = self.now().saturating_add(duration).unwrap_or(Timestamp::MAX);
        self.advance_to(until);
    }

    fn advance_to(&self, until: Timestamp) {
        let mut now = self.0.lock();
        *now = (*now).max(until);
    }
}

#[cfg(any(test, feature = "testing"))]
#[async_trait]
impl Clock for SimulatedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock()
    }

    async fn sleep(&self, duration: Duration) {
        let until = self.now().saturating_add(duration).unwrap_or(Timestamp::MAX);
        tokio::task::yield_now().await;
        self.advance_to(until);
    }
}
