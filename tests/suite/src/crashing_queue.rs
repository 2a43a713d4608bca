//! A mail transport and a queue that crash at a [`CrashPoint`], after the operation took effect.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use regrant::mail::{Email, MailError, MailTransport, MessageId};
use regrant::queue::{Delivery, Message, Queue, QueueError};

use crate::crash_point::CrashPoint;

/// Wraps a mail transport.
pub struct CrashingTransport(pub Arc<dyn MailTransport>, pub Arc<CrashPoint>);
/// Wraps a queue. Receiving is not a write, because the messages become visible again automatically.
pub struct CrashingQueue<M>(pub Arc<dyn Queue<M>>, pub Arc<CrashPoint>);

#[async_trait]
impl MailTransport for CrashingTransport {
    async fn send(&self, email: &Email) -> Result<MessageId, MailError> {
        self.1.wrote(self.0.send(email).await)
    }
}

#[async_trait]
impl<M: Message> Queue<M> for CrashingQueue<M> {
    async fn send(&self, messages: &[M]) -> Result<(), QueueError> {
        self.1.wrote(self.0.send(messages).await)
    }

    async fn receive(&self, max: u32, visibility: Duration) -> Result<Vec<Delivery<M>>, QueueError> {
        self.0.receive(max, visibility).await
    }

    async fn delete(&self, receipt: &str) -> Result<(), QueueError> {
        self.1.wrote(self.0.delete(receipt).await)
    }

    async fn release(&self, receipt: &str, delay: Duration) -> Result<(), QueueError> {
        self.1.wrote(self.0.release(receipt, delay).await)
    }
}
