//! The queue inside one process.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use parking_lot::Mutex;

use crate::clock::Clock;
use crate::queue::{Delivery, Message, Queue, QueueError};

/// The most messages one receive gives, as `MaxNumberOfMessages` of SQS's `ReceiveMessage`.
const MOST_AT_ONCE: u32 = 10;

/// A queue in memory, with SQS's visibility rules. Its messages end with the process; the ledger knows which orgs
/// a scan has not read yet.
pub struct InProcessQueue<M> {
    clock: Arc<dyn Clock>,
    state: Mutex<State<M>>,
}

struct State<M> {
    /// To be received, oldest first, by group.
    visible: HashMap<String, VecDeque<Queued<M>>>,
    /// The groups with visible messages. They take turns, so that a backlog of one does not delay the others.
    turns: VecDeque<String>,
    /// By the time when they become visible, and for equal times by the order in which they were hidden.
    hidden: BTreeMap<(Timestamp, u64), Queued<M>>,
    /// When the message of a receipt is visible again. Without an entry, a receipt is stale.
    in_flight: HashMap<u64, Timestamp>,
    /// The number given out last.
    last: u64,
}

struct Queued<M> {
    message: M,
    received: u32,
}

impl<M> Default for State<M> {
    fn default() -> Self {
        Self {
            visible: HashMap::new(),
            turns: VecDeque::new(),
            hidden: BTreeMap::new(),
            in_flight: HashMap::new(),
            last: 0,
        }
    }
}

impl<M: Message> InProcessQueue<M> {
    /// An empty queue.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, state: Mutex::default() }
    }

    /// Does `work` on the queue as it is now.
    fn now<T>(&self, work: impl FnOnce(&mut State<M>, Timestamp) -> T) -> T {
        let now = self.clock.now();
        let mut state = self.state.lock();
        state.show_what_is_due(now);
        work(&mut state, now)
    }
}

impl<M: Message> State<M> {
    fn show_what_is_due(&mut self, now: Timestamp) {
        while let Some(first) = self.hidden.first_entry().filter(|entry| entry.key().0 <= now) {
            let ((_, number), queued) = first.remove_entry();
            self.in_flight.remove(&number);
            self.show(queued);
        }
    }

    fn show(&mut self, queued: Queued<M>) {
        let group = queued.message.group();
        let of_group = self.visible.entry(group.to_owned()).or_default();
        if of_group.is_empty() {
            self.turns.push_back(group.to_owned());
        }
        of_group.push_back(queued);
    }

    /// The oldest message of the group whose turn it is.
    fn next(&mut self) -> Option<Queued<M>> {
        let group = self.turns.pop_front()?;
        let of_group = self.visible.get_mut(&group)?;
        let queued = of_group.pop_front();
        if of_group.is_empty() {
            self.visible.remove(&group);
        } else {
            self.turns.push_back(group);
        }
        queued
    }

    fn hide(&mut self, queued: Queued<M>, until: Timestamp) -> u64 {
        self.last += 1;
        self.hidden.insert((until, self.last), queued);
        self.last
    }

    fn deliver(&mut self, until: Timestamp) -> Option<Delivery<M>> {
        let mut queued = self.next()?;
        queued.received = queued.received.saturating_add(1);
        let (message, receive_count) = (queued.message.clone(), queued.received);
        let number = self.hide(queued, until);
        self.in_flight.insert(number, until);
        Some(Delivery { message, receipt: number.to_string(), receive_count })
    }

    /// Takes a message that is in flight out of the queue.
    fn take(&mut self, receipt: &str) -> Result<Queued<M>, QueueError> {
        let number = receipt.parse().map_err(|_| QueueError::StaleReceipt)?;
        let until = self.in_flight.remove(&number).ok_or(QueueError::StaleReceipt)?;
        self.hidden.remove(&(until, number)).ok_or(QueueError::StaleReceipt)
    }
}

/// A time too far off to be written is as good as never.
fn later(now: Timestamp, duration: Duration) -> Timestamp {
    now.saturating_add(duration).unwrap_or(Timestamp::MAX)
}

#[async_trait]
impl<M: Message> Queue<M> for InProcessQueue<M> {
    async fn send(&self, messages: &[M]) -> Result<(), QueueError> {
        let mut state = self.state.lock();
        for message in messages {
            state.show(Queued { message: message.clone(), received: 0 });
        }
        Ok(())
    }

    async fn receive(&self, max: u32, visibility: Duration) -> Result<Vec<Delivery<M>>, QueueError> {
        Ok(self.now(|state, now| {
            let until = later(now, visibility);
            (0..max.clamp(1, MOST_AT_ONCE)).map_while(|_| state.deliver(until)).collect()
        }))
    }

    async fn delete(&self, receipt: &str) -> Result<(), QueueError> {
        self.now(|state, _| state.take(receipt)).map(drop)
    }

    async fn release(&self, receipt: &str, delay: Duration) -> Result<(), QueueError> {
        self.now(|state, now| {
            let queued = state.take(receipt)?;
            state.hide(queued, later(now, delay));
            Ok(())
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
mod tests {
    use super::*;
    use crate::clock::SimulatedClock;
    use crate::queue::ScanOrg;
    use crate::testing::queue;
    use crate::testing::queue::scan_of;

    const MINUTE: Duration = Duration::from_mins(1);

    fn queue() -> (SimulatedClock, InProcessQueue<ScanOrg>) {
        let clock = SimulatedClock::starting_at(Timestamp::UNIX_EPOCH);
        (clock.clone(), InProcessQueue::new(Arc::new(clock)))
    }

    #[tokio::test]
    async fn it_does_what_every_queue_must() {
        let clock = SimulatedClock::starting_at(Timestamp::UNIX_EPOCH);
        let make = || {
            let queue: Arc<dyn Queue<ScanOrg>> = Arc::new(InProcessQueue::new(Arc::new(clock.clone())));
            async { queue }
        };
        queue::conforms(make, async |duration| clock.advance(duration)).await;
    }

    #[tokio::test]
    async fn messages_come_in_the_order_they_were_sent_and_a_returned_one_comes_last() {
        let (_, queue) = queue();
        queue.send(&[scan_of("00oa"), scan_of("00ob"), scan_of("00oc")]).await.unwrap();
        let first = queue.receive(1, MINUTE).await.unwrap().remove(0);
        assert_eq!(first.message, scan_of("00oa"));
        queue.release(&first.receipt, Duration::ZERO).await.unwrap();
        let rest: Vec<_> = queue.receive(10, MINUTE).await.unwrap().into_iter().map(|d| d.message).collect();
        assert_eq!(rest, [scan_of("00ob"), scan_of("00oc"), scan_of("00oa")]);
    }

    #[tokio::test]
    async fn backlog_of_one_org_does_not_delay_another() {
        let (_, queue) = queue();
        queue.send(&vec![scan_of("00oa"); 10_000]).await.unwrap();
        queue.send(&[scan_of("00ob")]).await.unwrap();
        let first_two: Vec<_> = queue.receive(2, MINUTE).await.unwrap().into_iter().map(|d| d.message).collect();
        assert_eq!(first_two, [scan_of("00oa"), scan_of("00ob")]);
    }

    #[tokio::test]
    async fn a_receipt_is_stale_once_its_time_has_passed_or_it_was_used() {
        let (clock, queue) = queue();
        queue.send(&[scan_of("00oa")]).await.unwrap();
        let old = queue.receive(1, MINUTE).await.unwrap().remove(0).receipt;
        clock.advance(MINUTE);
        assert!(matches!(queue.delete(&old).await, Err(QueueError::StaleReceipt)));

        let new = queue.receive(1, MINUTE).await.unwrap().remove(0).receipt;
        assert!(matches!(queue.release(&old, Duration::ZERO).await, Err(QueueError::StaleReceipt)));
        queue.release(&new, MINUTE).await.unwrap();
        assert!(matches!(queue.delete(&new).await, Err(QueueError::StaleReceipt)), "released, so no longer held");
    }

    #[tokio::test]
    async fn a_visibility_beyond_the_calendar_hides_for_good() {
        let (clock, queue) = queue();
        queue.send(&[scan_of("00oa")]).await.unwrap();
        assert_eq!(queue.receive(1, Duration::MAX).await.unwrap().len(), 1);
        clock.advance(MINUTE);
        assert!(queue.receive(1, MINUTE).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_receive_gives_ten_at_the_most_and_one_at_the_least() {
        let (_, queue) = queue();
        queue.send(&vec![scan_of("00oa"); 30]).await.unwrap();
        assert_eq!(queue.receive(1_000, MINUTE).await.unwrap().len(), 10);
        assert_eq!(queue.receive(0, MINUTE).await.unwrap().len(), 1);
    }
}
