//! Null adapters of the ports that a function does not use. A function that uses one all the same was put together wrongly:
//! the error names the port, and the work stays queued.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;

use crate::domain::id::NotificationId;
use crate::domain::transcript::Transcript;
use crate::hooks::tickets::TicketChange;
use crate::hooks::{Hook, HookCaller, HookError};
use crate::mail::{Email, MailError, MailTransport, MessageId};
use crate::okta::{AerialAccount, Okta, OktaCredential, OktaError, OktaOrg, OrgUrl, ResolvedOrg};
use crate::queue::{Delivery, Message, Queue, QueueError};

/// The queue of a function that puts nothing into it, by the variable that would name it.
pub(super) struct NoQueue(pub(super) &'static str);

impl NoQueue {
    fn refuse<T>(&self, action: &'static str) -> Result<T, QueueError> {
        Err(QueueError::Service { action, reason: format!("{} is not set for this function", self.0) })
    }
}

#[async_trait]
impl<M: Message> Queue<M> for NoQueue {
    async fn send(&self, messages: &[M]) -> Result<(), QueueError> {
        if messages.is_empty() { Ok(()) } else { self.refuse("send messages") }
    }

    async fn receive(&self, _: u32, _: Duration) -> Result<Vec<Delivery<M>>, QueueError> {
        self.refuse("receive messages")
    }

    async fn delete(&self, _: &str) -> Result<(), QueueError> {
        self.refuse("delete a message")
    }

    async fn release(&self, _: &str, _: Duration) -> Result<(), QueueError> {
        self.refuse("give a message back")
    }
}

/// Okta, of a function that does not call it.
pub(super) struct NoOkta;

#[async_trait]
impl Okta for NoOkta {
    async fn resolve(&self, _: &OrgUrl) -> Result<ResolvedOrg, OktaError> {
        Err(OktaError::Credential("this function does not call Okta".to_owned()))
    }

    async fn record_visit(&self, _: &OrgUrl, _: &OktaCredential) -> Result<Transcript, OktaError> {
        Err(OktaError::Credential("this function does not call Okta".to_owned()))
    }

    async fn aerial_orgs(&self, _: &AerialAccount, _: &OktaCredential) -> Result<Vec<serde_json::Value>, OktaError> {
        Err(OktaError::Credential("this function does not call Okta".to_owned()))
    }

    fn open(&self, _: &OrgUrl, _: &OktaCredential) -> Result<Box<dyn OktaOrg>, OktaError> {
        Err(OktaError::Credential("this function does not call Okta".to_owned()))
    }
}

/// Emails, of a function that sends none.
pub(super) struct NoEmails;

#[async_trait]
impl MailTransport for NoEmails {
    async fn send(&self, _: &Email) -> Result<MessageId, MailError> {
        Err(MailError::NotNow { reason: "this function sends no emails".to_owned() })
    }
}

/// Hooks, of a function that calls none.
pub(super) struct NoHooks;

#[async_trait]
impl HookCaller for NoHooks {
    async fn call(&self, _: &Hook, _: &NotificationId, _: Timestamp, _: &Value) -> Result<(), HookError> {
        Err(HookError::NotNow("this function calls no hooks".to_owned()))
    }

    async fn update_ticket(&self, _: &Hook, _: &TicketChange) -> Result<Option<String>, HookError> {
        Err(HookError::NotNow("this function calls no hooks".to_owned()))
    }

    async fn check_tickets(&self, _: &Hook) -> Result<(), HookError> {
        Err(HookError::NotNow("this function calls no hooks".to_owned()))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
mod tests {
    use super::*;
    use crate::http::loopback::LoopbackPolicy;
    use crate::queue::ScanOrg;
    use crate::testing::queue::scan_of;

    #[tokio::test]
    async fn what_a_function_has_no_part_in_is_refused_by_name() {
        let queue = NoQueue("REGRANT_SCAN_QUEUE_URL");
        assert!(Queue::<ScanOrg>::send(&queue, &[]).await.is_ok(), "sending nothing succeeds");
        let refused = queue.send(&[scan_of("00oacme")]).await.unwrap_err().to_string();
        assert!(refused.contains("REGRANT_SCAN_QUEUE_URL is not set for this function"), "{refused}");
        let (url, _) = OrgUrl::parse("https://acme.okta.com", LoopbackPolicy::Refuse).unwrap();
        assert_eq!(NoOkta.resolve(&url).await.unwrap_err().to_string(), "this function does not call Okta");
    }
}
