//! Tests consent requests by email, and how a reader verifies that an email is genuine.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::SignedDuration;
use regrant::clock::Clock as _;
use regrant::domain::contact::Contacts;
use regrant::ledger::PageRequest;
use regrant::usecases::notify::waive::waive;
use regrant::usecases::scan::start::Selection;
use regrant_tests::mailbox::request;

use super::fixture::{ADA, BEA, NotifyFixture, OLGA, RUNNING, WAITING, WEEK, contacts};

#[tokio::test]
async fn each_administrator_gets_one_request_link() {
    let fixture = NotifyFixture::new().await;
    fixture.work().await;
    let request_of_the_app = fixture.bench.app(WAITING).await.request.unwrap().id.to_string();
    let mut pages = BTreeSet::new();
    for reader in [ADA, BEA] {
        let emails = fixture.emails_to(reader);
        let [email] = emails.as_slice() else { unreachable!("one email to {reader}: {emails:?}") };
        assert_eq!(request(email), request_of_the_app);
        assert!(email.text.contains(&request_of_the_app) && email.html.contains(&request_of_the_app));
        pages.insert(fixture.page_for(reader).await);
    }
    assert_eq!(pages.len(), 1, "all readers of a matter have one link");
    let page = fixture.bench.browser().get(pages.first().unwrap()).await;
    assert_eq!((page.status.as_u16(), page.heading().as_str()), (200, "Approve Okta's access to Microsoft 365"));
    assert!(page.body.contains(&request_of_the_app), "{}", page.body);
    let told = fixture.told().await;
    assert_eq!(told, [format!("invitation {ADA}"), format!("invitation {BEA}")]);
}

#[tokio::test]
async fn email_states_assigned_users_and_groups() {
    let fixture = NotifyFixture::new().await;
    fixture.work().await;
    let emails = fixture.emails_to(ADA);
    let [email] = emails.as_slice() else { unreachable!("one email to {ADA}: {emails:?}") };
    let text = email.text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("This affects 12 users and 3 groups."), "{text}");
}

#[tokio::test]
async fn unchanged_scans_send_no_emails() {
    let fixture = NotifyFixture::settled().await;
    for _ in 0..3 {
        fixture.scan().await;
        fixture.sweep().await;
        fixture.later(Duration::from_hours(1));
    }
    assert!(fixture.told().await.is_empty());
}

#[tokio::test]
async fn no_email_is_created_without_sender() {
    let mut fixture = NotifyFixture::new().await;
    let mut settings = regrant::settings::Settings::clone(&fixture.bench.ports.settings);
    settings.mail.sender = None;
    fixture.bench.ports.settings = std::sync::Arc::new(settings);
    fixture.work().await;
    fixture.scan().await;
    assert!(fixture.told().await.is_empty() && fixture.notifications().await.is_empty());
}

/// Every known request: of apps, of access problems and of digests.
async fn known_requests(fixture: &NotifyFixture, known: &mut BTreeSet<String>) {
    let digests = fixture.notifications_of_all().await.into_iter().filter(|one| one.about.name() == "digest");
    known.extend(digests.map(|digest| digest.request.to_string()));
    known.extend(fixture.apps().await.into_iter().filter_map(|app| Some(app.request?.id.to_string())));
    let ledger = &fixture.bench.ports.ledger;
    for org in ledger.orgs(PageRequest::first(100)).await.unwrap().items {
        let Some(watch) = ledger.org_watch(&org.id).await.unwrap() else { continue };
        known.extend(watch.problems.iter().map(|problem| problem.request.to_string()));
    }
}

/// Several months in which emails of every kind are sent.
async fn emails_of_every_kind(fixture: &NotifyFixture) -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    let everything = || Selection::All;
    fixture.people_of("contosoemea", contacts()).await;
    fixture.people_of("initech", Contacts { administrators: Vec::new(), ..contacts() }).await;
    fixture.work().await;
    known_requests(fixture, &mut known).await;

    fixture.breaks(RUNNING).await;
    fixture.revoke_tokens_of_okta("initech");
    fixture.scan_of(everything()).await;
    known_requests(fixture, &mut known).await;

    let (org, app) = fixture.bench.ids(WAITING).await;
    let ends_at = fixture.bench.clock.now() + SignedDuration::from_hours(8 * 24);
    waive(&fixture.bench.ports, &org, &app, "merger until spring", ends_at).await.unwrap();
    fixture.later(WEEK + Duration::from_hours(25));
    fixture.scan_of(everything()).await;
    fixture.digest().await;
    known_requests(fixture, &mut known).await;

    let page = fixture.page_for(ADA).await;
    fixture.consent(&page).await;
    fixture.work().await;
    known_requests(fixture, &mut known).await;
    known
}

#[tokio::test]
async fn every_email_names_a_known_request() {
    let fixture = NotifyFixture::new().await;
    let known = emails_of_every_kind(&fixture).await;
    let mut kinds = BTreeSet::new();
    for email in fixture.mailbox.emails() {
        let named = request(&email);
        assert!(known.contains(named), "{named} of {:?} is not among {known:?}", email.subject);
        assert!(email.text.contains(named) && email.html.contains(named), "{:?}", email.subject);
        let notification = fixture.notification_of(&email).await;
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
async fn emails_contain_no_other_readers_links() {
    let fixture = NotifyFixture::new().await;
    emails_of_every_kind(&fixture).await;
    for email in fixture.mailbox.emails() {
        let to = email.to.bare();
        for other in [ADA, BEA, OLGA].into_iter().filter(|other| *other != to) {
            let shown = format!("{} {} {:?}", email.text, email.html, email.headers);
            assert!(!shown.contains(other), "{other} in the email to {to}: {:?}", email.subject);
        }
    }
}
