//! Mute: one click of one reader, and what comes again does not come again to that reader.

use regrant::domain::notification::{NotificationState, WhyDropped};
use regrant_tests::mailbox::{header, link};

use super::desk::{ADA, BEA, Desk, EVE, OLGA, WEEK};

/// What a mail program sends for its user (RFC 8058 section 3.1).
const ONE_CLICK: [(&str, &str); 1] = [("List-Unsubscribe", "One-Click")];

/// A desk a week later, when both administrators were reminded.
async fn reminded() -> Desk {
    let desk = Desk::settled().await;
    desk.later(WEEK);
    desk.scan().await;
    desk
}

fn mute_link(desk: &Desk, reader: &str) -> String {
    desk.emails_to(reader).iter().find_map(|email| link(email, "/mail/mute/")).unwrap()
}

#[tokio::test]
async fn one_click_ends_the_reminders_of_one_reader_and_the_link_to_the_page_still_works() {
    let desk = reminded().await;
    let (mute, page) = (mute_link(&desk, ADA), desk.page_for(ADA).await);
    assert_eq!(desk.told().await, [format!("digest {OLGA}"), format!("reminder {ADA}"), format!("reminder {BEA}")]);
    // A mail program: no cookie, and from nowhere that a browser would call our own site.
    let mut program = desk.bench.browser();
    program.fetch_site = "cross-site";
    for _ in 0..2 {
        let muted = program.post(&mute, &ONE_CLICK).await;
        assert_eq!((muted.status.as_u16(), muted.heading().as_str()), (200, "Reminders are muted"));
    }
    let opened = desk.bench.browser().get(&page).await;
    assert!(opened.body.contains("Continue to Microsoft sign-in"), "{}", opened.body);

    desk.later(WEEK);
    desk.scan().await;
    let told = desk.told().await;
    assert_eq!(told, [format!("digest {OLGA}"), format!("reminder {BEA}"), format!("reminder {EVE}")]);
    let muted = desk.notifications_about("reminder").await.into_iter().filter(|notification| {
        let why = matches!(notification.state, NotificationState::Dropped { why: WhyDropped::Muted, .. });
        why && notification.address().unwrap().as_str() == ADA
    });
    assert_eq!(muted.count(), 1, "it was due, and is kept as not sent");
}

#[tokio::test]
async fn whoever_muted_still_hears_that_it_is_done() {
    let desk = reminded().await;
    let (mute, page) = (mute_link(&desk, ADA), desk.page_for(BEA).await);
    desk.mailbox.empty();
    desk.bench.browser().post(&mute, &ONE_CLICK).await;
    desk.consent(&page).await;
    desk.work().await;
    assert_eq!(desk.told().await, [format!("done {ADA}"), format!("done {BEA}"), format!("done {OLGA}")]);
}

#[tokio::test]
async fn a_link_that_was_bent_mutes_nobody() {
    let desk = reminded().await;
    let mute = mute_link(&desk, ADA);
    let bent = [mute.replace("/mail/mute/", "/mail/mute/x"), format!("{mute}x"), mute[..mute.len() - 4].to_owned()];
    for path in bent {
        for answer in [desk.bench.browser().post(&path, &ONE_CLICK).await, desk.bench.browser().get(&path).await] {
            assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
        }
    }
    let request = desk.bench.app(super::desk::WAITING).await.request.unwrap().id;
    assert!(!desk.bench.ports.ledger.is_muted(&request, &ADA.parse().unwrap()).await.unwrap());
}

#[tokio::test]
async fn only_what_comes_again_offers_to_be_muted() {
    let desk = Desk::new().await;
    desk.work().await;
    desk.later(WEEK);
    desk.scan().await;
    for email in desk.mailbox.emails() {
        let kind = desk.notification_of(&email).await.about.name();
        let comes_again = matches!(kind, "reminder" | "digest");
        assert_eq!(header(&email, "List-Unsubscribe").is_some(), comes_again, "{kind}");
        let one_click = header(&email, "List-Unsubscribe-Post") == Some("List-Unsubscribe=One-Click");
        assert_eq!(one_click, comes_again, "{kind}");
        assert_eq!(link(&email, "/mail/mute/").is_some(), comes_again, "{kind}");
    }
}
