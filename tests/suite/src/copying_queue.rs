//! A queue that delivers each message several times and can redeliver all of them, to test at-least-once delivery.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use regrant::queue::{Delivery, Message, Queue, QueueError};

/// Wraps a queue.
pub struct CopyingQueue<M> {
    inner: Arc<dyn Queue<M>>,
    copies: usize,
    sent: Mutex<Vec<M>>,
}

impl<M: Message> CopyingQueue<M> {
    /// Delivers each message `copies` times.
    pub fn over(inner: Arc<dyn Queue<M>>, copies: usize) -> Arc<Self> {
        Arc::new(Self { inner, copies, sent: Mutex::default() })
    }

    /// The number of messages sent to it.
    pub fn sent(&self) -> usize {
        self.sent.lock().len()
    }

    /// Redelivers every message ever sent to it, `times` times. Returns the number of deliveries.
    pub async fn deliver_again(&self, times: usize) -> Result<usize, QueueError> {
        let all = self.sent.lock().clone();
        for _ in 0..times {
            self.inner.send(&all).await?;
        }
        Ok(all.len() * times)
    }
}

#[async_trait]
impl<M: Message> Queue<M> for CopyingQueue<M> {
    async fn send(&self, messages: &[M]) -> Result<(), QueueError> {
        self.sent.lock().extend_from_slice(messages);
        for _ in 0..self.copies {
            self.inner.send(messages).await?;
        }
        Ok(())
    }

    async fn receive(&self, max: u32, visibility: Duration) -> Result<Vec<Delivery<M>>, QueueError> {
        self.inner.receive(max, visibility).await
    }

    async fn delete(&self, receipt: &str) -> Result<(), QueueError> {
        self.inner.delete(receipt).await
    }

    async fn release(&self, receipt: &str, delay: Duration) -> Result<(), QueueError> {
        self.inner.release(receipt, delay).await
    }
}
