//! Waivers: an app that is left as it is for a while, and what follows when the while is over.

use std::time::Duration;

use jiff::SignedDuration;
use regrant::clock::Clock as _;
use regrant::domain::notification::{NotificationState, WhyDropped};
use regrant::domain::standing::Standing;
use regrant::usecases::notify::waive::{end_waiver, waive};

use super::desk::{ADA, BEA, Desk, OLGA, WAITING, WEEK};

const DAY: Duration = Duration::from_hours(24);

async fn waived_for(desk: &Desk, days: i64) {
    let (org, app) = desk.bench.ids(WAITING).await;
    let ends_at = desk.bench.clock.now() + SignedDuration::from_hours(24 * days);
    waive(&desk.bench.ports, &org, &app, "merger until spring", ends_at).await.unwrap();
}

#[tokio::test]
async fn a_waiver_silences_what_asks_even_what_is_queued_and_its_end_is_told() {
    let desk = Desk::settled().await;
    desk.later(WEEK);
    desk.plan().await;
    waived_for(&desk, 3).await;
    desk.work().await;
    assert_eq!(desk.told().await, [format!("digest {OLGA}")], "the digest still names it");
    let waived = |notification: &regrant::domain::notification::Notification| {
        matches!(notification.state, NotificationState::Dropped { why: WhyDropped::Waived, .. })
    };
    let reminders = desk.notifications_about("reminder").await;
    assert!(reminders.len() == 2 && reminders.iter().all(waived), "{reminders:?}");

    for _ in 0..2 {
        desk.later(DAY);
        desk.scan().await;
        desk.sweep().await;
    }
    assert!(desk.told().await.is_empty());
    assert_eq!(desk.bench.app(WAITING).await.standing(), Standing::NeedsConsent, "what is waived is still shown");

    desk.later(DAY);
    desk.scan().await;
    let emails = desk.emails_to(OLGA);
    assert!(emails.iter().all(|email| email.html.contains("merger until spring")), "{emails:?}");
    assert_eq!(desk.told().await, [format!("waiver-expired {OLGA}")]);
    desk.scan().await;
    assert!(desk.told().await.is_empty(), "once");
    desk.later(WEEK);
    desk.scan().await;
    let told = desk.told().await;
    assert!(told.contains(&format!("reminder {ADA}")) && told.contains(&format!("reminder {BEA}")), "{told:?}");
}

#[tokio::test]
async fn a_waiver_that_is_taken_back_lets_what_is_due_go_out_at_once() {
    let desk = Desk::settled().await;
    waived_for(&desk, 30).await;
    desk.later(WEEK);
    desk.scan().await;
    assert_eq!(desk.told().await, [format!("digest {OLGA}")]);
    let (org, app) = desk.bench.ids(WAITING).await;
    assert!(end_waiver(&desk.bench.ports, &org, &app).await.unwrap());
    desk.scan().await;
    assert_eq!(desk.told().await, [format!("reminder {ADA}"), format!("reminder {BEA}")]);
}
