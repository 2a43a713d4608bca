//! A gate that counts calls over all simulators and can lose the answer of one: the call is done, and nobody hears of
//! it. Whoever waits for the answer can be killed then.

use parking_lot::Mutex;
use tokio::sync::Notify;

/// Counts calls, and may stop one.
#[derive(Debug, Default)]
pub struct Gate {
    state: Mutex<State>,
    lost: Notify,
}

#[derive(Debug, Default)]
struct State {
    calls: u64,
    lost: bool,
    stop_at: Option<u64>,
}

impl Gate {
    /// Counts from 0 again, and loses the answer of call number `call`, counted from 1; `None` loses none.
    pub fn restart(&self, stop_at: Option<u64>) {
        *self.state.lock() = State { calls: 0, lost: false, stop_at };
    }

    /// How many calls were counted.
    pub fn calls(&self) -> u64 {
        self.state.lock().calls
    }

    /// Returns when an answer was lost.
    pub async fn lost(&self) {
        loop {
            // Asked for before the state is read, so that no notification is missed; a notification of an earlier round is no answer.
            let noticed = self.lost.notified();
            if self.state.lock().lost {
                return;
            }
            noticed.await;
        }
    }

    /// Counts a call. `false` where its answer is lost.
    pub(crate) fn lets_out(&self) -> bool {
        let mut state = self.state.lock();
        state.calls += 1;
        let out = state.stop_at != Some(state.calls);
        state.lost |= !out;
        drop(state);
        if !out {
            self.lost.notify_one();
        }
        out
    }
}
