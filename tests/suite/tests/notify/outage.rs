//! Tests a mail transport outage of any length: one message waits per email, none is lost, and each email is sent once
//! afterwards.

use std::sync::Arc;
use std::time::Duration;

use regrant::clock::Clock as _;
use regrant::domain::notification::{Delivery, Notification, NotificationState};
use regrant::embedded::in_process_queue::InProcessQueue;
use regrant::queue::Disposition;
use regrant::usecases::notify::delivery::record_delivery;
use regrant::usecases::notify::send::{LOST_AFTER, send};

use super::fixture::{ADA, BEA, NotifyFixture};

/// The interval of the sweep schedule in AWS.
const QUARTER: Duration = Duration::from_mins(15);
/// The delay of a notification after its first attempt.
const FIRST_PAUSE: Duration = Duration::from_secs(30);

/// A fixture with two emails that its transport rejected temporarily.
async fn out() -> NotifyFixture {
    let fixture = NotifyFixture::new().await;
    fixture.mailbox.shut(true);
    fixture.work().await;
    assert_eq!(attempts(&fixture).await, [1; 2]);
    fixture
}

/// The attempts of each waiting notification; 0 for one that is not waiting.
async fn attempts(fixture: &NotifyFixture) -> Vec<u32> {
    let attempt = |notification: &Notification| match notification.state {
        NotificationState::Waiting { attempt, .. } => attempt,
        _ => 0,
    };
    fixture.notifications().await.iter().map(attempt).collect()
}

/// Ends the outage and checks that each email is sent once.
async fn each_goes_out_once(fixture: &NotifyFixture) {
    fixture.mailbox.shut(false);
    fixture.later(QUARTER);
    assert_eq!(fixture.sweep().await, 0, "each has its message");
    assert_eq!(fixture.told().await, [format!("invitation {ADA}"), format!("invitation {BEA}")]);
    fixture.later(QUARTER);
    assert_eq!(fixture.sweep().await, 0, "nothing is left");
    assert!(fixture.told().await.is_empty());
}

#[tokio::test]
async fn day_without_mail_transport_queues_no_duplicates() {
    let fixture = out().await;
    for quarter in 1..=96 {
        fixture.later(QUARTER);
        assert_eq!(fixture.sweep().await, 0, "each has its message, quarter {quarter}");
        assert_eq!(attempts(&fixture).await, [quarter + 1; 2], "and is tried by it");
    }
    each_goes_out_once(&fixture).await;
}

#[tokio::test]
async fn lost_message_is_queued_again_when_overdue() {
    let mut fixture = out().await;
    fixture.bench.ports.queues.notifications = Arc::new(InProcessQueue::new(Arc::new(fixture.bench.clock.clone())));
    fixture.later(LOST_AFTER.unsigned_abs());
    assert_eq!(fixture.sweep().await, 0, "it may still come");
    fixture.later(FIRST_PAUSE);
    assert_eq!(fixture.sweep().await, 2, "the lost messages are queued again");
    assert_eq!(attempts(&fixture).await, [2; 2], "attempts are counted on");
    each_goes_out_once(&fixture).await;
}

#[tokio::test]
async fn copies_of_waiting_message_are_dropped() {
    let fixture = out().await;
    for notification in fixture.notifications().await {
        for _ in 0..3 {
            let next = send(&fixture.bench.ports, &notification.request, &notification.id).await.unwrap();
            assert_eq!(next, Disposition::Done, "its own message comes later");
        }
    }
    assert_eq!(attempts(&fixture).await, [1; 2], "and none of them was an attempt");
    fixture.later(FIRST_PAUSE);
    fixture.work().await;
    assert_eq!(attempts(&fixture).await, [2; 2]);
    each_goes_out_once(&fixture).await;
}

#[tokio::test]
async fn accepted_email_is_not_resent() {
    let fixture = out().await;
    let taken = Delivery::Accepted { at: fixture.bench.clock.now() };
    for notification in fixture.notifications().await {
        record_delivery(&fixture.bench.ports, &notification.request, &notification.id, &taken).await.unwrap();
    }
    fixture.mailbox.shut(false);
    fixture.later(QUARTER);
    fixture.sweep().await;
    assert!(fixture.told().await.is_empty());
    let notifications = fixture.notifications().await;
    assert!(notifications.iter().all(Notification::is_sent), "{notifications:?}");
}
