//! A queue that remembers every message it was given, delivers each as often as it is told, and again whenever it is asked
//! to: "at least once" taken at its word.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use regrant::queue::{Delivery, Message, Queue, QueueError};

/// A queue over another one.
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

    /// How many messages it was given.
    pub fn sent(&self) -> usize {
        self.sent.lock().len()
    }

    /// Delivers every message that it was ever given once more, `times` over. Gives how many that are.
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
