//! A batch of a queue, of which each message succeeds, waits or fails alone.
//!
//! SQS deletes what the answer does not name, and hands out again what it names once its time is over. That time is set
//! for each message: short for work that only has to wait, so that it does not wait for the queue's own long timeout.

use std::time::Duration;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use jiff::Timestamp;
use lambda_runtime::Context;

use crate::queue::{Disposition, Message, Queue};

/// Kept of an invocation's time for giving messages back and for the answer.
const RESERVE: Duration = Duration::from_secs(3);
/// Tells a duration from a point in time: no function runs for longer (Lambda: at most fifteen minutes), and no current
/// timestamp is smaller.
const A_DAY: Duration = Duration::from_hours(24);
/// How long until a message that could not be read, or whose time was over, is handed out again.
const SOON: Duration = Duration::from_secs(1);

/// A message of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received<M> {
    /// The message.
    pub message: M,
    /// How often the message has been received, including this time.
    pub receive_count: u32,
}

/// How long an invocation may still work: the time until its deadline, minus the time to release messages.
fn time_to_work(context: &Context, now: Timestamp) -> Duration {
    let deadline = Duration::from_millis(context.deadline);
    let now = Duration::from_millis(u64::try_from(now.as_millisecond()).unwrap_or_default());
    // `cargo lambda watch` says how long there is where Lambda says until when; taken for a time of 1970 it would leave
    // nothing, and no message would ever be worked on under it.
    let left = if deadline < A_DAY { deadline } else { deadline.saturating_sub(now) };
    left.saturating_sub(RESERVE)
}

/// Works on the messages of a batch concurrently (a batch has at most ten). Messages that have to wait, and those that are not
/// done when the invocation's time is over, are released to `queue`. The response names them and the failed ones, so that SQS
/// keeps them (partial batch responses, `ReportBatchItemFailures`).
pub async fn each_message<M, W, F>(
    batch: SqsEvent,
    context: &Context,
    now: Timestamp,
    queue: &dyn Queue<M>,
    work: W,
) -> SqsBatchResponse
where
    M: Message,
    W: Fn(Received<M>) -> F,
    F: Future<Output = Disposition> + Send + 'static,
{
    let ends = tokio::time::Instant::now() + time_to_work(context, now).min(Duration::from_hours(1));
    let working: Vec<_> = batch
        .records
        .into_iter()
        // A task each, so that a defect in one does not take the others with it.
        .map(|record| (read(&record).map(|received| tokio::spawn(work(received))), record))
        .collect();
    let mut response = SqsBatchResponse::default();
    for (task, record) in working {
        let next = match task {
            None => Disposition::Retry { after: SOON },
            Some(mut task) => match tokio::time::timeout_at(ends, &mut task).await {
                Ok(Ok(next)) => next,
                Ok(Err(defect)) => {
                    tracing::error!(%defect, "the work of a message stopped half-way; it comes again");
                    Disposition::Retry { after: SOON }
                }
                Err(_) => {
                    task.abort();
                    tracing::warn!("the invocation's time is over; a message goes back");
                    Disposition::Retry { after: SOON }
                }
            },
        };
        if let Disposition::Retry { after } = next {
            release(queue, &record, after).await;
            response.batch_item_failures.push(failure(record.message_id));
        }
    }
    response
}

fn read<M: Message>(record: &SqsMessage) -> Option<Received<M>> {
    let counted = record.attributes.get("ApproximateReceiveCount").and_then(|count| count.parse().ok());
    // The parser's own error could quote the message.
    let Ok(message) = serde_json::from_str(record.body.as_deref().unwrap_or_default()) else {
        tracing::error!(message = record.message_id, "a message cannot be read; it goes to the dead-letter queue");
        return None;
    };
    Some(Received { message, receive_count: counted.unwrap_or(1) })
}

async fn release<M: Message>(queue: &dyn Queue<M>, record: &SqsMessage, after: Duration) {
    let receipt = record.receipt_handle.as_deref().unwrap_or_default();
    if let Err(error) = queue.release(receipt, after).await {
        // It is named in the answer all the same, and seen again when the queue's own timeout is over.
        tracing::warn!(%error, message = record.message_id, "a message comes back late");
    }
}

fn failure(id: Option<String>) -> BatchItemFailure {
    let mut failure = BatchItemFailure::default();
    failure.item_identifier = id.unwrap_or_default();
    failure
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot set itself up has failed")]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::clock::SimulatedClock;
    use crate::embedded::in_process_queue::InProcessQueue;
    use crate::queue::ScanOrg;
    use crate::testing::queue::scan_of;

    fn context(left: Duration) -> Context {
        let mut context = Context::default();
        context.deadline = u64::try_from((left + RESERVE).as_millis()).unwrap();
        context
    }

    /// A queue with these messages in flight, and the batch that SQS makes of them, with one unreadable message.
    async fn in_flight(clock: &SimulatedClock, orgs: &[&str]) -> (InProcessQueue<ScanOrg>, SqsEvent) {
        let queue = InProcessQueue::new(Arc::new(clock.clone()));
        queue.send(&orgs.iter().map(|org| scan_of(org)).collect::<Vec<_>>()).await.unwrap();
        let deliveries = queue.receive(10, Duration::from_hours(1)).await.unwrap();
        let record = |id: &str, receipt: &str, body: String| {
            json!({
                "messageId": id, "receiptHandle": receipt, "body": body, "attributes": {"ApproximateReceiveCount": "2"},
                "messageAttributes": {}, "eventSource": "aws:sqs"
            })
        };
        let readable = deliveries.iter().map(|delivery| {
            record(delivery.message.org.as_str(), &delivery.receipt, serde_json::to_string(&delivery.message).unwrap())
        });
        let unreadable = record("unreadable", "gone", "no work at all".to_owned());
        let records: Vec<_> = readable.chain([unreadable]).collect();
        (queue, serde_json::from_value(json!({ "Records": records })).unwrap())
    }

    fn named(response: &SqsBatchResponse) -> Vec<&str> {
        let mut named: Vec<_> =
            response.batch_item_failures.iter().map(|failure| failure.item_identifier.as_str()).collect();
        named.sort_unstable();
        named
    }

    fn org_of(received: &Received<ScanOrg>) -> String {
        received.message.org.to_string()
    }

    #[tokio::test]
    async fn each_message_is_done_waits_or_fails_alone() {
        let clock = SimulatedClock::starting_at(Timestamp::UNIX_EPOCH);
        let (queue, batch) = in_flight(&clock, &["done", "waits", "breaks"]).await;
        let context = context(Duration::from_mins(1));
        let answer =
            each_message(batch, &context, clock_now(&clock), &queue, |received: Received<ScanOrg>| async move {
                assert_eq!(received.receive_count, 2, "the work hears how often it was received");
                match org_of(&received).as_str() {
                    "done" => Disposition::Done,
                    "waits" => Disposition::Retry { after: Duration::from_mins(1) },
                    _ => panic!("a defect in the work of one message"),
                }
            })
            .await;
        assert_eq!(named(&answer), ["breaks", "unreadable", "waits"]);
        clock.advance(Duration::from_secs(2));
        let soon = queue.receive(10, Duration::from_hours(1)).await.unwrap();
        assert_eq!(soon.iter().map(|delivery| &delivery.message).collect::<Vec<_>>(), [&scan_of("breaks")]);
        clock.advance(Duration::from_mins(1));
        let later = queue.receive(10, Duration::from_hours(1)).await.unwrap();
        assert_eq!(later.iter().map(|delivery| &delivery.message).collect::<Vec<_>>(), [&scan_of("waits")]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_end_in_time_goes_back() {
        let clock = SimulatedClock::starting_at(Timestamp::UNIX_EPOCH);
        let (queue, batch) = in_flight(&clock, &["endless", "quick"]).await;
        let context = context(Duration::from_secs(20));
        let answer =
            each_message(batch, &context, clock_now(&clock), &queue, |received: Received<ScanOrg>| async move {
                if org_of(&received) == "endless" {
                    std::future::pending::<()>().await;
                }
                Disposition::Done
            })
            .await;
        assert_eq!(named(&answer), ["endless", "unreadable"]);
        clock.advance(Duration::from_secs(2));
        assert_eq!(queue.receive(10, Duration::from_hours(1)).await.unwrap().len(), 1, "it is handed out again soon");
    }

    #[test]
    fn a_deadline_is_a_point_in_time_and_where_it_cannot_be_one_how_long_there_is() {
        let now = Timestamp::from_second(1_772_442_000).unwrap();
        let millis = |deadline: u64| {
            let mut context = Context::default();
            context.deadline = deadline;
            time_to_work(&context, now).as_millis()
        };
        assert_eq!(millis(1_772_442_010_000), 7_000, "ten seconds, but for the reserve");
        assert_eq!(millis(1_772_442_001_000), 0, "less than the reserve");
        assert_eq!(millis(1_772_441_999_000), 0, "over");
        assert_eq!(millis(600_000), 597_000, "ten minutes, as cargo-lambda says it");
    }

    fn clock_now(clock: &SimulatedClock) -> Timestamp {
        use crate::clock::Clock as _;
        clock.now()
    }
}
