//! Tests completion: after a consent everyone who was asked is notified, and reminders stop.

use regrant::domain::notification::{NotificationState, WhyDropped};
use regrant::domain::standing::Standing;
use regrant_simulators::LogEntry;
use regrant_tests::mailbox::request;

use super::fixture::{ADA, BEA, NotifyFixture, OLGA, USER, WAITING, WEEK};

#[tokio::test]
async fn completion_email_lists_failed_tasks() {
    let fixture = NotifyFixture::new().await;
    fixture.work().await;
    let asked_for = fixture.bench.app(WAITING).await.request.unwrap().id;
    let page = fixture.page_for(ADA).await;
    fixture.mailbox.empty();
    let (_, app) = fixture.bench.ids(WAITING).await;
    fixture.log(LogEntry::profile_push_failed(app.as_str(), USER, "AADSTS50079: multi-factor"));
    fixture.log(LogEntry::profile_push_failed(app.as_str(), "cid@acme.example", "licence-42"));
    fixture.scan().await;
    assert!(fixture.told().await.is_empty(), "the completion email lists the failed tasks");

    fixture.consent(&page).await;
    assert_eq!(fixture.bench.app(WAITING).await.standing(), Standing::Consented);
    assert!(fixture.told().await.is_empty());
    fixture.work().await;
    for email in fixture.mailbox.emails() {
        assert_eq!(request(&email), asked_for.as_str());
        assert!(email.text.contains("licence-42") && email.html.contains("licence-42"), "{}", email.text);
        assert!(email.text.contains("AADSTS50079") && email.text.contains("regrant failed "), "{}", email.text);
        for user in [USER, "cid@acme.example"] {
            assert!(!email.text.contains(user) && !email.html.contains(user), "{user} in {}", email.text);
        }
    }
    assert_eq!(fixture.told().await, [format!("done {ADA}"), format!("done {BEA}"), format!("done {OLGA}")]);
    fixture.scan().await;
    fixture.sweep().await;
    assert!(fixture.told().await.is_empty(), "once");
}

#[tokio::test]
async fn queued_reminder_is_dropped_after_consent() {
    let fixture = NotifyFixture::new().await;
    fixture.work().await;
    let page = fixture.page_for(ADA).await;
    fixture.mailbox.empty();
    fixture.later(WEEK);
    fixture.plan().await;
    let queued = fixture.notifications_about("reminder").await;
    assert_eq!(queued.len(), 2, "{queued:?}");
    assert!(queued.iter().all(|notification| notification.state == NotificationState::Open));

    fixture.consent(&page).await;
    fixture.work().await;
    let dropped = |notification: &regrant::domain::notification::Notification| {
        matches!(notification.state, NotificationState::Dropped { why: WhyDropped::Superseded, .. })
    };
    assert!(fixture.notifications_about("reminder").await.iter().all(dropped));
    let told = fixture.told().await;
    assert!(told.iter().all(|told| !told.starts_with("reminder")), "{told:?}");
    assert_eq!(told.iter().filter(|told| told.starts_with("done")).count(), 3, "{told:?}");

    for _ in 0..10 {
        fixture.later(WEEK);
        fixture.plan().await;
        fixture.sweep().await;
    }
    let told = fixture.told().await;
    assert!(told.iter().all(|told| told.starts_with("digest")), "{told:?}");
}
