//! What every queue adapter must do.
//!
//! Amazon SQS standard queues promise neither order nor full receives, and may accept the receipt of an earlier
//! delivery; so none of that is asked for here.

#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a conformance test fails by panicking")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::id::{OrgId, ScanId};
use crate::queue::{Delivery, Queue, ScanOrg};

const VISIBILITY: Duration = Duration::from_secs(30);

/// How often a receive may come back short before messages count as lost.
const PATIENCE: usize = 50;

/// Holds an adapter to the contract. `make` gives an empty queue, a fresh one each time; `pass_time` lets time pass on
/// the clock that the queue goes by.
pub async fn conforms<F, Fut>(make: F, pass_time: impl AsyncFn(Duration))
where
    F: Fn() -> Fut,
    Fut: Future<Output = Arc<dyn Queue<ScanOrg>>>,
{
    an_empty_queue_gives_nothing(&*make().await).await;
    every_message_is_delivered_as_it_was_sent(&*make().await).await;
    a_received_message_is_hidden_until_its_time_has_passed(&*make().await, &pass_time).await;
    a_deleted_message_does_not_come_back(&*make().await, &pass_time).await;
    a_released_message_comes_back_after_the_delay(&*make().await, &pass_time).await;
    a_receipt_that_was_never_given_is_refused(&*make().await).await;
    sending_nothing_is_fine(&*make().await).await;
}

/// A message to scan `org`.
pub fn scan_of(org: &str) -> ScanOrg {
    let scan = ScanId::try_from("scan".to_owned()).expect("the test's own scan id is an id");
    let org = OrgId::try_from(org.to_owned()).expect("the test's own org id is an id");
    ScanOrg { scan, org }
}

async fn receive(queue: &dyn Queue<ScanOrg>, wanted: usize) -> Vec<Delivery<ScanOrg>> {
    let mut deliveries = Vec::new();
    for _ in 0..PATIENCE {
        if deliveries.len() >= wanted {
            break;
        }
        let received = queue.receive(10, VISIBILITY).await.expect("messages are received");
        assert!(received.len() <= 10, "asked for 10 messages and got {}", received.len());
        deliveries.extend(received);
    }
    assert_eq!(deliveries.len(), wanted, "messages got lost, or were delivered twice while hidden");
    deliveries
}

async fn receive_one(queue: &dyn Queue<ScanOrg>) -> Delivery<ScanOrg> {
    receive(queue, 1).await.remove(0)
}

async fn nothing_is_visible(queue: &dyn Queue<ScanOrg>, when: &str) {
    let received = queue.receive(10, VISIBILITY).await.expect("an empty receive is fine");
    assert!(received.is_empty(), "{when}, and yet something was received: {received:?}");
}

async fn send(queue: &dyn Queue<ScanOrg>, messages: &[ScanOrg]) {
    queue.send(messages).await.expect("messages are sent");
}

async fn an_empty_queue_gives_nothing(queue: &dyn Queue<ScanOrg>) {
    nothing_is_visible(queue, "nothing was sent").await;
}

async fn sending_nothing_is_fine(queue: &dyn Queue<ScanOrg>) {
    send(queue, &[]).await;
    nothing_is_visible(queue, "nothing was sent").await;
}

async fn every_message_is_delivered_as_it_was_sent(queue: &dyn Queue<ScanOrg>) {
    let messages: Vec<_> = (0..25).map(|n| scan_of(&format!("00o{n:02}"))).collect();
    send(queue, &messages).await;
    let deliveries = receive(queue, messages.len()).await;
    let by_receipt: BTreeMap<_, _> = deliveries.iter().map(|d| (&d.receipt, d)).collect();
    assert_eq!(by_receipt.len(), messages.len(), "each delivery has its own receipt");
    for message in &messages {
        let delivery = deliveries.iter().find(|d| d.message == *message).expect("every message is delivered");
        assert_eq!(delivery.receive_count, 1, "a first delivery is counted as the first");
    }
}

async fn a_received_message_is_hidden_until_its_time_has_passed(
    queue: &dyn Queue<ScanOrg>,
    pass_time: &impl AsyncFn(Duration),
) {
    send(queue, &[scan_of("00oacme")]).await;
    let first = receive_one(queue).await;
    nothing_is_visible(queue, "the only message is in flight").await;
    pass_time(VISIBILITY + Duration::from_secs(1)).await;
    let second = receive_one(queue).await;
    assert_eq!(second.message, first.message, "the same work is delivered again");
    assert_eq!(second.receive_count, 2, "the second delivery is counted");
    assert_ne!(second.receipt, first.receipt, "each delivery has its own receipt");
    queue.delete(&second.receipt).await.expect("the newest receipt deletes");
}

async fn a_deleted_message_does_not_come_back(queue: &dyn Queue<ScanOrg>, pass_time: &impl AsyncFn(Duration)) {
    send(queue, &[scan_of("00oacme"), scan_of("00oglobex")]).await;
    let deliveries = receive(queue, 2).await;
    queue.delete(&deliveries[0].receipt).await.expect("a message in flight is deleted");
    pass_time(VISIBILITY + Duration::from_secs(1)).await;
    let left = receive_one(queue).await;
    assert_eq!(left.message, deliveries[1].message, "the message that was not deleted comes back, alone");
    nothing_is_visible(queue, "one message was deleted and the other is in flight").await;
}

async fn a_released_message_comes_back_after_the_delay(queue: &dyn Queue<ScanOrg>, pass_time: &impl AsyncFn(Duration)) {
    send(queue, &[scan_of("00oacme")]).await;
    let first = receive_one(queue).await;
    queue.release(&first.receipt, Duration::from_secs(5)).await.expect("a message in flight is released");
    nothing_is_visible(queue, "the delay has not passed").await;
    pass_time(Duration::from_secs(6)).await;
    let second = receive_one(queue).await;
    assert_eq!(second.receive_count, 2, "a release does not forget how often the message was received");
    queue.release(&second.receipt, Duration::ZERO).await.expect("a message in flight is released");
    assert_eq!(receive_one(queue).await.receive_count, 3, "without a delay it is there at once");
}

async fn a_receipt_that_was_never_given_is_refused(queue: &dyn Queue<ScanOrg>) {
    send(queue, &[scan_of("00oacme")]).await;
    assert!(queue.delete("no such receipt").await.is_err(), "deleting by an invented receipt");
    assert!(queue.release("no such receipt", Duration::ZERO).await.is_err(), "releasing by an invented receipt");
    assert_eq!(receive_one(queue).await.receive_count, 1, "the message is untouched");
}
