//! A kill point: counts the calls to all simulators and can withhold the response of one call after it took effect. A test
//! then kills the process that waits for the response.

use parking_lot::Mutex;
use tokio::sync::Notify;

/// Counts calls and can withhold one response.
#[derive(Debug, Default)]
pub struct KillPoint {
    state: Mutex<State>,
    lost: Notify,
}

#[derive(Debug, Default)]
struct State {
    calls: u64,
    withheld: bool,
    stop_at: Option<u64>,
}

impl KillPoint {
    /// Resets the count, and withholds the response of call number `stop_at`, counted from 1; `None` withholds none.
    pub fn restart(&self, stop_at: Option<u64>) {
        *self.state.lock() = State { calls: 0, withheld: false, stop_at };
    }

    /// The number of calls since the last restart.
    pub fn calls(&self) -> u64 {
        self.state.lock().calls
    }

    /// Waits until a response has been withheld.
    pub async fn lost(&self) {
        loop {
            // Subscribing before reading the state misses no notification. The state filters out one from an earlier round.
            let noticed = self.lost.notified();
            if self.state.lock().withheld {
                return;
            }
            noticed.await;
        }
    }

    /// Counts a call. Returns `false` if its response must be withheld.
    pub(crate) fn delivers_answer(&self) -> bool {
        let mut state = self.state.lock();
        state.calls += 1;
        let out = state.stop_at != Some(state.calls);
        state.withheld |= !out;
        drop(state);
        if !out {
            self.lost.notify_one();
        }
        out
    }
}
