//! The queue in Amazon SQS: a standard queue, with a dead-letter queue behind it. Each message has a group, which makes it a
//! fair queue (Amazon SQS developer guide, "Amazon SQS fair queues"): a backlog of one org does not delay the others.

use std::marker::PhantomData;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::types::{MessageSystemAttributeName, SendMessageBatchRequestEntry};
use backon::{BackoffBuilder as _, ExponentialBuilder};

use crate::aws::error::{code, reason};
use crate::queue::{Delivery, Message, Queue, QueueError};

/// How many messages one call sends or gives (SQS quotas).
const MOST_AT_ONCE: usize = 10;
/// The longest a message can be hidden (SQS quotas).
const LONGEST: Duration = Duration::from_hours(12);
/// How often messages that SQS did not accept are resent.
const TRIES: usize = 4;

/// A queue in Amazon SQS.
#[derive(Debug, Clone)]
pub struct SqsQueue<M> {
    client: Client,
    url: String,
    carries: PhantomData<fn() -> M>,
}

impl<M: Message> SqsQueue<M> {
    /// The queue at `url`.
    pub fn new(client: Client, url: impl Into<String>) -> Self {
        Self { client, url: url.into(), carries: PhantomData }
    }

    /// Sends at most ten messages. SQS accepts or rejects each one; rejected ones are resent.
    async fn send_some(&self, messages: &[M]) -> Result<(), QueueError> {
        let action = "send messages";
        let mut left = Vec::with_capacity(messages.len());
        for (number, message) in messages.iter().enumerate() {
            let body = serde_json::to_string(message).map_err(|error| failed(action, error.to_string()))?;
            let entry = SendMessageBatchRequestEntry::builder()
                .id(number.to_string())
                .message_body(body)
                .message_group_id(message.group())
                .build();
            left.push(entry.map_err(|error| failed(action, error.to_string()))?);
        }
        let mut pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(100))
            .with_max_times(TRIES)
            .with_jitter()
            .build();
        loop {
            let request = self.client.send_message_batch().queue_url(&self.url).set_entries(Some(left.clone()));
            let answer = request.send().await.map_err(|error| refused(action, &error))?;
            left.retain(|entry| answer.failed.iter().any(|failed| failed.id == entry.id));
            let Some(first) = answer.failed.first() else { return Ok(()) };
            let again = answer.failed.iter().all(|failed| !failed.sender_fault);
            match pauses.next().filter(|_| again) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(failed(action, format!("{} was not taken: {}", first.id, first.code))),
            }
        }
    }
}

#[async_trait]
impl<M: Message> Queue<M> for SqsQueue<M> {
    async fn send(&self, messages: &[M]) -> Result<(), QueueError> {
        for some in messages.chunks(MOST_AT_ONCE) {
            self.send_some(some).await?;
        }
        Ok(())
    }

    async fn receive(&self, max: u32, visibility: Duration) -> Result<Vec<Delivery<M>>, QueueError> {
        let request = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(max.clamp(1, 10).cast_signed())
            .visibility_timeout(seconds(visibility))
            .message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount);
        let answer = request.send().await.map_err(|error| refused("receive messages", &error))?;
        let mut deliveries = Vec::new();
        for message in answer.messages.unwrap_or_default() {
            let counted = message.attributes.as_ref();
            let counted = counted.and_then(|all| all.get(&MessageSystemAttributeName::ApproximateReceiveCount));
            let receive_count = counted.and_then(|count| count.parse().ok()).unwrap_or(1);
            let body = message.body.as_deref().unwrap_or_default();
            if let (Ok(message), Some(receipt)) = (serde_json::from_str(body), message.receipt_handle) {
                deliveries.push(Delivery { message, receipt, receive_count });
            } else {
                // It stays hidden, comes back, and goes to the dead-letter queue in the end.
                tracing::error!("a message of the queue cannot be read; it is left to the dead-letter queue");
            }
        }
        Ok(deliveries)
    }

    async fn delete(&self, receipt: &str) -> Result<(), QueueError> {
        let request = self.client.delete_message().queue_url(&self.url).receipt_handle(receipt);
        request.send().await.map(drop).map_err(|error| refused("delete a message", &error))
    }

    async fn release(&self, receipt: &str, delay: Duration) -> Result<(), QueueError> {
        let request = self
            .client
            .change_message_visibility()
            .queue_url(&self.url)
            .receipt_handle(receipt)
            .visibility_timeout(seconds(delay));
        request.send().await.map(drop).map_err(|error| refused("give a message back", &error))
    }
}

/// Whole seconds, as SQS counts; a part of one counts as one.
fn seconds(duration: Duration) -> i32 {
    let whole = duration.min(LONGEST).as_millis().div_ceil(1_000);
    i32::try_from(whole).unwrap_or(i32::MAX)
}

fn refused<E: ProvideErrorMetadata, R>(action: &'static str, error: &SdkError<E, R>) -> QueueError {
    let stale = ["ReceiptHandleIsInvalid", "MessageNotInflight", "InvalidParameterValue"];
    match code(error) {
        Some(code) if stale.iter().any(|stale| code.ends_with(stale)) => QueueError::StaleReceipt,
        _ => failed(action, reason(error)),
    }
}

fn failed(action: &'static str, reason: String) -> QueueError {
    QueueError::Service { action, reason }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
mod tests {
    use std::sync::Arc;

    use aws_sdk_sqs::operation::send_message_batch::SendMessageBatchOutput;
    use aws_sdk_sqs::types::{BatchResultErrorEntry, SendMessageBatchResultEntry};
    use aws_smithy_mocks::{RuleMode, mock, mock_client};
    use parking_lot::Mutex;

    use super::*;
    use crate::testing::queue::scan_of;

    fn not_taken(id: &str, sender_fault: bool) -> SendMessageBatchOutput {
        let failed = BatchResultErrorEntry::builder().id(id).code("InternalError").sender_fault(sender_fault);
        let taken: Option<Vec<SendMessageBatchResultEntry>> = Some(Vec::new());
        SendMessageBatchOutput::builder().set_successful(taken).failed(failed.build().unwrap()).build().unwrap()
    }

    fn all_taken() -> SendMessageBatchOutput {
        SendMessageBatchOutput::builder().set_successful(Some(Vec::new())).set_failed(Some(Vec::new())).build().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_batch_did_not_take_is_sent_again_and_nothing_else() {
        let sent = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&sent);
        let batches = mock!(Client::send_message_batch)
            .match_requests(move |request| {
                seen.lock().push(request.entries().len());
                true
            })
            .sequence()
            .output(|| not_taken("1", false))
            .times(2)
            .output(all_taken)
            .build();
        let queue = SqsQueue::new(mock_client!(aws_sdk_sqs, [&batches]), "https://queue.example");
        queue.send(&["a", "b", "c"].map(scan_of)).await.unwrap();
        assert_eq!(*sent.lock(), [3, 1, 1]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_never_taken_is_told() {
        for (sender_fault, calls) in [(true, 1), (false, 1 + TRIES)] {
            let batches = mock!(Client::send_message_batch).then_output(move || not_taken("0", sender_fault));
            let queue =
                SqsQueue::new(mock_client!(aws_sdk_sqs, RuleMode::MatchAny, [&batches]), "https://queue.example");
            let told = queue.send(&[scan_of("a")]).await.unwrap_err().to_string();
            assert!(told.contains("was not taken: InternalError"), "{told}");
            assert_eq!(batches.num_calls(), calls);
        }
    }
}
