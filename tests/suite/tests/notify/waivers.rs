//! Tests waivers: an app without reminders until a date, and the notification afterwards.

use std::time::Duration;

use jiff::SignedDuration;
use regrant::clock::Clock as _;
use regrant::domain::notification::{NotificationState, WhyDropped};
use regrant::domain::standing::Standing;
use regrant::usecases::notify::waive::{end_waiver, waive};

use super::fixture::{ADA, BEA, NotifyFixture, OLGA, WAITING, WEEK};

const DAY: Duration = Duration::from_hours(24);

async fn waived_for(fixture: &NotifyFixture, days: i64) {
    let (org, app) = fixture.bench.ids(WAITING).await;
    let ends_at = fixture.bench.clock.now() + SignedDuration::from_hours(24 * days);
    waive(&fixture.bench.ports, &org, &app, "merger until spring", ends_at).await.unwrap();
}

#[tokio::test]
async fn waiver_stops_requests_and_its_end_is_notified() {
    let fixture = NotifyFixture::settled().await;
    fixture.later(WEEK);
    fixture.plan().await;
    waived_for(&fixture, 3).await;
    fixture.work().await;
    fixture.digest().await;
    assert_eq!(fixture.told().await, [format!("digest {OLGA}")], "the digest still names it");
    let waived = |notification: &regrant::domain::notification::Notification| {
        matches!(notification.state, NotificationState::Dropped { why: WhyDropped::Waived, .. })
    };
    let reminders = fixture.notifications_about("reminder").await;
    assert!(reminders.len() == 2 && reminders.iter().all(waived), "{reminders:?}");

    for _ in 0..2 {
        fixture.later(DAY);
        fixture.scan().await;
        fixture.sweep().await;
    }
    assert!(fixture.told().await.is_empty());
    assert_eq!(fixture.bench.app(WAITING).await.standing(), Standing::NeedsConsent, "a waived app is still shown");

    fixture.later(DAY);
    fixture.scan().await;
    let emails = fixture.emails_to(OLGA);
    assert!(emails.iter().all(|email| email.html.contains("merger until spring")), "{emails:?}");
    assert_eq!(fixture.told().await, [format!("waiver-expired {OLGA}")]);
    fixture.scan().await;
    assert!(fixture.told().await.is_empty(), "once");
    fixture.later(WEEK);
    fixture.scan().await;
    let told = fixture.told().await;
    assert!(told.contains(&format!("reminder {ADA}")) && told.contains(&format!("reminder {BEA}")), "{told:?}");
}

#[tokio::test]
async fn revoked_waiver_releases_due_emails() {
    let fixture = NotifyFixture::settled().await;
    waived_for(&fixture, 30).await;
    fixture.later(WEEK);
    fixture.scan().await;
    fixture.digest().await;
    assert_eq!(fixture.told().await, [format!("digest {OLGA}")]);
    let (org, app) = fixture.bench.ids(WAITING).await;
    assert!(end_waiver(&fixture.bench.ports, &org, &app).await.unwrap());
    fixture.scan().await;
    assert_eq!(fixture.told().await, [format!("reminder {ADA}"), format!("reminder {BEA}")]);
}
