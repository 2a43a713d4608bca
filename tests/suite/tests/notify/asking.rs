//! Asking for a consent, and how a reader finds out that an email is real.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::SignedDuration;
use regrant::clock::Clock as _;
use regrant::domain::contact::Contacts;
use regrant::ledger::PageRequest;
use regrant::usecases::notify::waive::waive;
use regrant::usecases::scan::start::Selection;
use regrant_tests::mailbox::request;

use super::desk::{ADA, BEA, Desk, OLGA, RUNNING, WAITING, WEEK, contacts};

#[tokio::test]
async fn each_administrator_is_asked_once_and_the_link_opens_the_page_of_the_same_request() {
    let desk = Desk::new().await;
    desk.work().await;
    let request_of_the_app = desk.bench.app(WAITING).await.request.unwrap().id.to_string();
    let mut pages = BTreeSet::new();
    for reader in [ADA, BEA] {
        let emails = desk.emails_to(reader);
        let [email] = emails.as_slice() else { unreachable!("one email to {reader}: {emails:?}") };
        assert_eq!(request(email), request_of_the_app);
        assert!(email.text.contains(&request_of_the_app) && email.html.contains(&request_of_the_app));
        pages.insert(desk.page_for(reader).await);
    }
    assert_eq!(pages.len(), 1, "all readers of a matter have one link");
    let page = desk.bench.browser().get(pages.first().unwrap()).await;
    assert_eq!((page.status.as_u16(), page.heading().as_str()), (200, "Approve Okta's access to Microsoft 365"));
    assert!(page.body.contains(&request_of_the_app), "{}", page.body);
    let told = desk.told().await;
    assert_eq!(told, [format!("digest {OLGA}"), format!("invitation {ADA}"), format!("invitation {BEA}")]);
}

#[tokio::test]
async fn a_email_says_how_many_users_and_groups_are_assigned_in_okta() {
    let desk = Desk::new().await;
    desk.work().await;
    let emails = desk.emails_to(ADA);
    let [email] = emails.as_slice() else { unreachable!("one email to {ADA}: {emails:?}") };
    let text = email.text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("This affects 12 users and 3 groups."), "{text}");
}

#[tokio::test]
async fn scans_that_find_the_same_tell_nobody_again() {
    let desk = Desk::settled().await;
    for _ in 0..3 {
        desk.scan().await;
        desk.sweep().await;
        desk.later(Duration::from_hours(1));
    }
    assert!(desk.told().await.is_empty());
}

#[tokio::test]
async fn where_nobody_is_named_to_send_emails_none_is_made() {
    let mut desk = Desk::new().await;
    let mut settings = regrant::settings::Settings::clone(&desk.bench.ports.settings);
    settings.mail.sender = None;
    desk.bench.ports.settings = std::sync::Arc::new(settings);
    desk.work().await;
    desk.scan().await;
    assert!(desk.told().await.is_empty() && desk.notifications().await.is_empty());
}

/// Every request that Regrant itself can name: of apps, of troubles, and of digests.
async fn known_requests(desk: &Desk, known: &mut BTreeSet<String>) {
    known.extend(desk.apps().await.into_iter().filter_map(|app| Some(app.request?.id.to_string())));
    let ledger = &desk.bench.ports.ledger;
    for org in ledger.orgs(PageRequest::first(100)).await.unwrap().items {
        let Some(watch) = ledger.org_watch(&org.id).await.unwrap() else { continue };
        known.extend(watch.problems.iter().map(|problem| problem.request.to_string()));
        known.extend(watch.digest.map(|made| made.request.to_string()));
    }
}

/// A run of months in which emails of every kind are written.
async fn emails_of_every_kind(desk: &Desk) -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    let everything = || Selection::All;
    desk.people_of("contosoemea", contacts()).await;
    desk.people_of("initech", Contacts { administrators: Vec::new(), ..contacts() }).await;
    desk.work().await;
    known_requests(desk, &mut known).await;

    desk.breaks(RUNNING).await;
    desk.revoke_tokens_of_okta("initech");
    desk.scan_of(everything()).await;
    known_requests(desk, &mut known).await;

    let (org, app) = desk.bench.ids(WAITING).await;
    let ends_at = desk.bench.clock.now() + SignedDuration::from_hours(8 * 24);
    waive(&desk.bench.ports, &org, &app, "merger until spring", ends_at).await.unwrap();
    desk.later(WEEK + Duration::from_hours(25));
    desk.scan_of(everything()).await;
    known_requests(desk, &mut known).await;

    let page = desk.page_for(ADA).await;
    desk.consent(&page).await;
    desk.work().await;
    known_requests(desk, &mut known).await;
    known
}

#[tokio::test]
async fn every_email_names_a_request_that_regrant_itself_knows() {
    let desk = Desk::new().await;
    let known = emails_of_every_kind(&desk).await;
    let mut kinds = BTreeSet::new();
    for email in desk.mailbox.emails() {
        let named = request(&email);
        assert!(known.contains(named), "{named} of {:?} is not among {known:?}", email.subject);
        assert!(email.text.contains(named) && email.html.contains(named), "{:?}", email.subject);
        let notification = desk.notification_of(&email).await;
        assert!(notification.is_sent(), "{notification:?}");
        assert_eq!(notification.request.as_str(), named);
        assert_eq!(notification.address().unwrap().as_str(), email.to.bare());
        kinds.insert(notification.about.name());
    }
    let expected = [
        "access-problem",
        "digest",
        "done",
        "handed-to-operator",
        "invitation",
        "reminder",
        "urgent",
        "waiver-expired",
    ];
    assert_eq!(kinds, BTreeSet::from(expected), "a kind that was not written was not looked at");
}

#[tokio::test]
async fn no_email_holds_what_only_another_reader_should_have() {
    let desk = Desk::new().await;
    emails_of_every_kind(&desk).await;
    for email in desk.mailbox.emails() {
        let to = email.to.bare();
        for other in [ADA, BEA, OLGA].into_iter().filter(|other| *other != to) {
            let shown = format!("{} {} {:?}", email.text, email.html, email.headers);
            assert!(!shown.contains(other), "{other} in the email to {to}: {:?}", email.subject);
        }
    }
}
