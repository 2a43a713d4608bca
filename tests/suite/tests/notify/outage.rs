//! A transport that is out: however long that is, one message waits for each email, none is lost, and each goes out once
//! when the transport is back.

use std::sync::Arc;
use std::time::Duration;

use regrant::clock::Clock as _;
use regrant::domain::notification::{Delivery, Notification, NotificationState};
use regrant::embedded::in_process_queue::InProcessQueue;
use regrant::queue::Disposition;
use regrant::usecases::notify::delivery::record_delivery;
use regrant::usecases::notify::send::{LOST_AFTER, send};

use super::desk::{ADA, BEA, Desk, OLGA};

/// How often the schedule in AWS sweeps.
const QUARTER: Duration = Duration::from_mins(15);
/// How long a notification waits after its first attempt.
const FIRST_PAUSE: Duration = Duration::from_secs(30);

/// A desk with three emails that its transport did not take.
async fn out() -> Desk {
    let desk = Desk::new().await;
    desk.mailbox.shut(true);
    desk.work().await;
    assert_eq!(attempts(&desk).await, [1; 3]);
    desk
}

/// How many attempts were made for each notification that waits; 0 for one that does not.
async fn attempts(desk: &Desk) -> Vec<u32> {
    let attempt = |notification: &Notification| match notification.state {
        NotificationState::Waiting { attempt, .. } => attempt,
        _ => 0,
    };
    desk.notifications().await.iter().map(attempt).collect()
}

/// The transport is back, and each email goes out once.
async fn each_goes_out_once(desk: &Desk) {
    desk.mailbox.shut(false);
    desk.later(QUARTER);
    assert_eq!(desk.sweep().await, 0, "each has its message");
    assert_eq!(desk.told().await, [format!("digest {OLGA}"), format!("invitation {ADA}"), format!("invitation {BEA}")]);
    desk.later(QUARTER);
    assert_eq!(desk.sweep().await, 0, "nothing is left");
    assert!(desk.told().await.is_empty());
}

#[tokio::test]
async fn in_a_day_without_a_carrier_no_second_message_comes_to_wait() {
    let desk = out().await;
    for quarter in 1..=96 {
        desk.later(QUARTER);
        assert_eq!(desk.sweep().await, 0, "each has its message, quarter {quarter}");
        assert_eq!(attempts(&desk).await, [quarter + 1; 3], "and is tried by it");
    }
    each_goes_out_once(&desk).await;
}

#[tokio::test]
async fn a_message_that_is_lost_meanwhile_is_missed_once_its_time_is_well_over() {
    let mut desk = out().await;
    desk.bench.ports.queues.notifications = Arc::new(InProcessQueue::new(Arc::new(desk.bench.clock.clone())));
    desk.later(LOST_AFTER.unsigned_abs());
    assert_eq!(desk.sweep().await, 0, "it may still come");
    desk.later(FIRST_PAUSE);
    assert_eq!(desk.sweep().await, 3, "it does not come any more");
    assert_eq!(attempts(&desk).await, [2; 3], "attempts are counted on");
    each_goes_out_once(&desk).await;
}

#[tokio::test]
async fn copies_of_a_message_end_while_its_notification_waits() {
    let desk = out().await;
    for notification in desk.notifications().await {
        for _ in 0..3 {
            let next = send(&desk.bench.ports, &notification.request, &notification.id).await.unwrap();
            assert_eq!(next, Disposition::Done, "its own message comes later");
        }
    }
    assert_eq!(attempts(&desk).await, [1; 3], "and none of them was an attempt");
    desk.later(FIRST_PAUSE);
    desk.work().await;
    assert_eq!(attempts(&desk).await, [2; 3]);
    each_goes_out_once(&desk).await;
}

#[tokio::test]
async fn a_email_that_its_carrier_took_whatever_it_answered_is_not_sent_again() {
    let desk = out().await;
    let taken = Delivery::Accepted { at: desk.bench.clock.now() };
    for notification in desk.notifications().await {
        record_delivery(&desk.bench.ports, &notification.request, &notification.id, &taken).await.unwrap();
    }
    desk.mailbox.shut(false);
    desk.later(QUARTER);
    desk.sweep().await;
    assert!(desk.told().await.is_empty());
    let notifications = desk.notifications().await;
    assert!(notifications.iter().all(Notification::is_sent), "{notifications:?}");
}
