//! The end: once somebody has consented, everybody who was asked hears of it, and nobody is reminded any more.

use regrant::domain::notice::{NoticeState, WhyDropped};
use regrant::domain::standing::Standing;
use regrant_simulators::LogEntry;
use regrant_tests::letterbox::request;

use super::desk::{ADA, BEA, Desk, OLGA, USER, WAITING, WEEK};

#[tokio::test]
async fn everybody_who_was_asked_hears_that_it_is_done_with_the_work_that_failed_meanwhile() {
    let desk = Desk::new().await;
    desk.work().await;
    let asked_for = desk.bench.app(WAITING).await.request.unwrap().id;
    let page = desk.page_for(ADA).await;
    desk.letterbox.empty();
    let (_, app) = desk.bench.ids(WAITING).await;
    desk.log(LogEntry::profile_push_failed(app.as_str(), USER, "AADSTS50079: multi-factor"));
    desk.log(LogEntry::profile_push_failed(app.as_str(), "cid@acme.example", "licence-42"));
    desk.scan().await;
    assert!(desk.told().await.is_empty(), "the work that failed is told with the end");

    desk.consent(&page).await;
    assert_eq!(desk.bench.app(WAITING).await.standing(), Standing::Consented);
    assert!(desk.told().await.is_empty());
    desk.work().await;
    for letter in desk.letterbox.letters() {
        assert_eq!(request(&letter), asked_for.as_str());
        for told in [USER, "cid@acme.example", "licence-42"] {
            assert!(letter.text.contains(told) && letter.html.contains(told), "{told} in {}", letter.text);
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
    desk.letterbox.empty();
    desk.later(WEEK);
    desk.plan().await;
    let queued = desk.notices_about("reminder").await;
    assert_eq!(queued.len(), 2, "{queued:?}");
    assert!(queued.iter().all(|notice| notice.state == NoticeState::Open));

    desk.consent(&page).await;
    desk.work().await;
    let dropped = |notice: &regrant::domain::notice::Notice| {
        matches!(notice.state, NoticeState::Dropped { why: WhyDropped::Overtaken, .. })
    };
    assert!(desk.notices_about("reminder").await.iter().all(dropped));
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
