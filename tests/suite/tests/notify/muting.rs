//! Tests muting: one click stops recurring emails to that reader.

use regrant::domain::notification::{NotificationState, WhyDropped};
use regrant_tests::mailbox::{header, link};

use super::fixture::{ADA, BEA, EVE, NotifyFixture, OLGA, WEEK};

/// A mail client's one-click request (RFC 8058 section 3.1).
const ONE_CLICK: [(&str, &str); 1] = [("List-Unsubscribe", "One-Click")];

/// A fixture a week later, after reminders to both administrators.
async fn reminded() -> NotifyFixture {
    let fixture = NotifyFixture::settled().await;
    fixture.later(WEEK);
    fixture.scan().await;
    fixture
}

fn mute_link(fixture: &NotifyFixture, reader: &str) -> String {
    fixture.emails_to(reader).iter().find_map(|email| link(email, "/mail/mute/")).unwrap()
}

#[tokio::test]
async fn one_click_mutes_one_reader_only() {
    let fixture = reminded().await;
    let (mute, page) = (mute_link(&fixture, ADA), fixture.page_for(ADA).await);
    assert_eq!(fixture.told().await, [format!("reminder {ADA}"), format!("reminder {BEA}")]);
    // A mail client sends no cookie and no same-site header.
    let mut program = fixture.bench.browser();
    program.fetch_site = "cross-site";
    for _ in 0..2 {
        let muted = program.post(&mute, &ONE_CLICK).await;
        assert_eq!((muted.status.as_u16(), muted.heading().as_str()), (200, "Reminders are muted"));
    }
    let opened = fixture.bench.browser().get(&page).await;
    assert!(opened.body.contains("Continue to Microsoft sign-in"), "{}", opened.body);

    fixture.later(WEEK);
    fixture.scan().await;
    let told = fixture.told().await;
    assert_eq!(told, [format!("reminder {BEA}"), format!("reminder {EVE}")]);
    let muted = fixture.notifications_about("reminder").await.into_iter().filter(|notification| {
        let why = matches!(notification.state, NotificationState::Dropped { why: WhyDropped::Muted, .. });
        why && notification.address().unwrap().as_str() == ADA
    });
    assert_eq!(muted.count(), 1, "it was due, and is kept as not sent");
}

#[tokio::test]
async fn muted_reader_gets_completion_email() {
    let fixture = reminded().await;
    let (mute, page) = (mute_link(&fixture, ADA), fixture.page_for(BEA).await);
    fixture.mailbox.empty();
    fixture.bench.browser().post(&mute, &ONE_CLICK).await;
    fixture.consent(&page).await;
    fixture.work().await;
    assert_eq!(fixture.told().await, [format!("done {ADA}"), format!("done {BEA}"), format!("done {OLGA}")]);
}

#[tokio::test]
async fn modified_mute_link_mutes_no_one() {
    let fixture = reminded().await;
    let mute = mute_link(&fixture, ADA);
    let bent = [mute.replace("/mail/mute/", "/mail/mute/x"), format!("{mute}x"), mute[..mute.len() - 4].to_owned()];
    for path in bent {
        for answer in [fixture.bench.browser().post(&path, &ONE_CLICK).await, fixture.bench.browser().get(&path).await]
        {
            assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
        }
    }
    let request = fixture.bench.app(super::fixture::WAITING).await.request.unwrap().id;
    assert!(!fixture.bench.ports.ledger.is_muted(&request, &ADA.parse().unwrap()).await.unwrap());
}

#[tokio::test]
async fn only_recurring_emails_offer_muting() {
    let fixture = NotifyFixture::new().await;
    fixture.work().await;
    fixture.later(WEEK);
    fixture.scan().await;
    fixture.digest().await;
    for email in fixture.mailbox.emails() {
        let kind = fixture.notification_of(&email).await.about.name();
        let comes_again = matches!(kind, "reminder" | "digest");
        assert_eq!(header(&email, "List-Unsubscribe").is_some(), comes_again, "{kind}");
        let one_click = header(&email, "List-Unsubscribe-Post") == Some("List-Unsubscribe=One-Click");
        assert_eq!(one_click, comes_again, "{kind}");
        assert_eq!(link(&email, "/mail/mute/").is_some(), comes_again, "{kind}");
    }
}
