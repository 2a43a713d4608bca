//! A transport and a queue over a [`CrashPoint`]: what they were told is done, and then the end comes.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use regrant::mail::{Email, MailError, MailTransport, MessageId};
use regrant::queue::{Delivery, Message, Queue, QueueError};

use crate::crash_point::CrashPoint;

/// A transport over another one.
pub struct CrashingTransport(pub Arc<dyn MailTransport>, pub Arc<CrashPoint>);
/// A queue over another one. What it hands out is no write: it comes again by itself.
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
