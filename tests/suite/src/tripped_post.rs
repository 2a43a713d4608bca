//! A transport and a queue over a [`Tripwire`]: what they were told is done, and then the end comes.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use regrant::mail::{Email, MailError, MailTransport, MessageId};
use regrant::queue::{Delivery, Message, Queue, QueueError};

use crate::tripwire::Tripwire;

/// A transport over another one.
pub struct TrippedTransport(pub Arc<dyn MailTransport>, pub Arc<Tripwire>);
/// A queue over another one. What it hands out is no write: it comes again by itself.
pub struct TrippedQueue<M>(pub Arc<dyn Queue<M>>, pub Arc<Tripwire>);

#[async_trait]
impl MailTransport for TrippedTransport {
    async fn send(&self, email: &Email) -> Result<MessageId, MailError> {
        self.1.wrote(self.0.send(email).await)
    }
}

#[async_trait]
impl<M: Message> Queue<M> for TrippedQueue<M> {
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
