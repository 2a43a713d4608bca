//! The end: once somebody has consented, everybody who was asked hears of it, and nobody is reminded any more.

use regrant::domain::notification::{NotificationState, WhyDropped};
use regrant::domain::standing::Standing;
use regrant_simulators::LogEntry;
use regrant_tests::mailbox::request;

use super::desk::{ADA, BEA, Desk, OLGA, USER, WAITING, WEEK};

#[tokio::test]
async fn everybody_who_was_asked_hears_that_it_is_done_with_the_work_that_failed_meanwhile() {
    let desk = Desk::new().await;
    desk.work().await;
    let asked_for = desk.bench.app(WAITING).await.request.unwrap().id;
    let page = desk.page_for(ADA).await;
    desk.mailbox.empty();
    let (_, app) = desk.bench.ids(WAITING).await;
    desk.log(LogEntry::profile_push_failed(app.as_str(), USER, "AADSTS50079: multi-factor"));
    desk.log(LogEntry::profile_push_failed(app.as_str(), "cid@acme.example", "licence-42"));
    desk.scan().await;
    assert!(desk.told().await.is_empty(), "the work that failed is told with the end");

    desk.consent(&page).await;
    assert_eq!(desk.bench.app(WAITING).await.standing(), Standing::Consented);
    assert!(desk.told().await.is_empty());
    desk.work().await;
    for email in desk.mailbox.emails() {
        assert_eq!(request(&email), asked_for.as_str());
        for told in [USER, "cid@acme.example", "licence-42"] {
            assert!(email.text.contains(told) && email.html.contains(told), "{told} in {}", email.text);
        }
    }
    assert_eq!(desk.told().await, [format!("done {ADA}"), format!("done {BEA}"), format!("done {OLGA}")]);
    desk.scan().await;
    desk.sweep().await;
    assert!(desk.told().await.is_empty(), "once");
}

#[tokio::test]
async fn a_reminder_that_was_queued_already_is_not_sent_once_somebody_has_consented() {
    let desk = Desk::new().await;
    desk.work().await;
    let page = desk.page_for(ADA).await;
    desk.mailbox.empty();
    desk.later(WEEK);
    desk.plan().await;
    let queued = desk.notifications_about("reminder").await;
    assert_eq!(queued.len(), 2, "{queued:?}");
    assert!(queued.iter().all(|notification| notification.state == NotificationState::Open));

    desk.consent(&page).await;
    desk.work().await;
    let dropped = |notification: &regrant::domain::notification::Notification| {
        matches!(notification.state, NotificationState::Dropped { why: WhyDropped::Superseded, .. })
    };
    assert!(desk.notifications_about("reminder").await.iter().all(dropped));
    let told = desk.told().await;
    assert!(told.iter().all(|told| !told.starts_with("reminder")), "{told:?}");
    assert_eq!(told.iter().filter(|told| told.starts_with("done")).count(), 3, "{told:?}");

    for _ in 0..10 {
        desk.later(WEEK);
        desk.plan().await;
        desk.sweep().await;
    }
    let told = desk.told().await;
    assert!(told.iter().all(|told| told.starts_with("digest")), "{told:?}");
}
