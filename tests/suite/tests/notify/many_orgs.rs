//! Tests the first scan of many orgs with the same people: their mailboxes stay usable.

use std::time::Duration;

use regrant::domain::cloud::Cloud;
use regrant::domain::contact::Contacts;
use regrant::domain::id::OrgId;
use regrant::okta::OktaCredential;
use regrant::usecases::access::orgs;
use regrant::usecases::notify::contacts::set_contacts;
use regrant::usecases::notify::mute::unmute;
use regrant::usecases::scan::start::Selection;
use regrant_simulators::{App, Connection, Org, TokenPower};
use regrant_tests::mailbox::links;
use secrecy::SecretString;

use super::fixture::{ADA, NotifyFixture, OLGA, WEEK, contacts};

const TOKEN: &str = "00manyOrgsTokenThatIsInventedAndOpensNothing";
const QUARTER: Duration = Duration::from_mins(15);

/// A fixture with `count` more orgs, each with one app that waits for a consent, one operator and one administrator.
async fn with_orgs(count: usize) -> (NotifyFixture, Vec<OrgId>) {
    let fixture = NotifyFixture::with(Contacts::default()).await;
    fixture.work().await;
    let waiting = Connection::OAuth2 { enabled: false, authorize: true };
    let mut added = Vec::new();
    for number in 0..count {
        let name = format!("customer{number:02}");
        let app = App::office365("Microsoft Office 365", &name).provisioned(waiting);
        let okta = &fixture.bench.simulation.okta;
        okta.add_org(Org::new(&name).with_token(TOKEN, TokenPower::Full).with_app(app));
        let credential = OktaCredential::ApiToken { token: SecretString::from(TOKEN) };
        let org = orgs::add(&fixture.bench.ports, &okta.org_url(&name), Cloud::Global, &credential).await.unwrap();
        let people = Contacts { escalation: Vec::new(), ..contacts() };
        let people = Contacts { administrators: people.administrators[..1].to_vec(), ..people };
        set_contacts(&fixture.bench.ports, &org.profile.id, people).await.unwrap();
        added.push(org.profile.id);
    }
    (fixture, added)
}

/// Lets time pass as a schedule does, and returns the emails of that time.
async fn pass(fixture: &NotifyFixture, quarters: u32) {
    for _ in 0..quarters {
        fixture.later(QUARTER);
        fixture.sweep().await;
    }
}

#[tokio::test]
async fn first_scan_of_40_orgs_sends_one_email_per_person() {
    let (fixture, _) = with_orgs(40).await;
    fixture.scan_of(Selection::All).await;
    assert!(fixture.told().await.is_empty(), "the first contact of an import is staggered");

    pass(&fixture, 9).await;
    let emails = fixture.emails_to(ADA);
    let [request] = emails.as_slice() else { unreachable!("{} emails to {ADA}", emails.len()) };
    assert_eq!(request.subject, "Approve Okta's access for 40 apps");
    let pages = links(request).into_iter().filter(|link| link.path().starts_with("/consent/")).count();
    assert_eq!(pages, 40, "each request has its own link");
    assert_eq!(fixture.emails_to(OLGA).len(), 0, "no digest for a week before the first scan");
    let sent = fixture.notifications_of_all().await;
    assert!(sent.iter().all(regrant::domain::notification::Notification::is_sent), "each request is recorded as sent");

    // The next Monday.
    fixture.mailbox.empty();
    fixture.later(WEEK);
    fixture.scan_of(Selection::All).await;
    pass(&fixture, 9).await;
    let told = fixture.told().await;
    assert_eq!(told, [format!("digest {OLGA}"), format!("reminder {ADA}")]);
    // Not again in this week.
    fixture.later(Duration::from_hours(24));
    fixture.scan_of(Selection::All).await;
    pass(&fixture, 3).await;
    assert!(fixture.told().await.is_empty());
}

#[tokio::test]
async fn digest_covers_every_org_of_its_reader() {
    let (fixture, orgs) = with_orgs(12).await;
    fixture.scan_of(Selection::All).await;
    pass(&fixture, 9).await;
    fixture.later(WEEK);
    // Someone else looks after one of them from now on.
    let people = Contacts { operators: vec!["otto@acme.example".parse().unwrap()], ..contacts() };
    set_contacts(&fixture.bench.ports, &orgs[0], people).await.unwrap();
    fixture.mailbox.empty();
    fixture.scan_of(Selection::All).await;
    pass(&fixture, 3).await;
    let digest = |reader: &str| {
        let emails = fixture.emails_to(reader);
        let [digest] = emails.as_slice() else { unreachable!("{} emails to {reader}", emails.len()) };
        digest.text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert!(digest(OLGA).contains("11 of 11 apps in 11 orgs need attention"), "{}", digest(OLGA));
    assert!(digest("otto@acme.example").contains("1 of 1 app in 1 org needs attention"));
    assert!(!digest(OLGA).contains("customer00") && digest("otto@acme.example").contains("customer00"));
}

#[tokio::test]
async fn muted_digest_stays_muted() {
    let (fixture, _) = with_orgs(2).await;
    fixture.scan_of(Selection::All).await;
    for week in 0..3 {
        fixture.later(WEEK);
        fixture.scan_of(Selection::All).await;
        pass(&fixture, 3).await;
        let emails = fixture.emails_to(OLGA);
        assert_eq!(emails.len(), usize::from(week == 0), "week {week}");
        if let Some(mute) = emails.first().and_then(|digest| regrant_tests::mailbox::link(digest, "/mail/mute/")) {
            fixture.bench.browser().post(&mute, &[("List-Unsubscribe", "One-Click")]).await;
        }
        fixture.mailbox.empty();
    }
    assert!(unmute(&fixture.bench.ports, &OLGA.parse().unwrap(), None).await.unwrap());
    fixture.later(WEEK);
    fixture.scan_of(Selection::All).await;
    pass(&fixture, 3).await;
    assert_eq!(fixture.emails_to(OLGA).len(), 1, "until it is unmuted");
}

#[tokio::test]
async fn stopped_worker_sends_no_second_group() {
    let (fixture, _) = with_orgs(12).await;
    fixture.scan_of(Selection::All).await;
    fixture.later(Duration::from_hours(3));
    let ports = &fixture.bench.ports;
    // The transport accepts the email; then the worker stops before it can record more than the leader.
    fixture.sweep().await;
    let sent = fixture.notifications_of_all().await;
    let leader = sent.iter().find(|one| one.shares_email_of.is_none() && one.is_sent()).unwrap();
    for one in sent.iter().filter(|one| one.shares_email_of.is_some()) {
        let since = regrant::clock::Clock::now(&fixture.bench.clock);
        let state = regrant::domain::notification::NotificationState::Sending { since, attempt: 1 };
        let stuck = regrant::domain::notification::Notification { state, ..one.clone() };
        assert!(ports.ledger.update_notification(&stuck).await.unwrap());
        assert_eq!(one.shares_email_of.as_ref().unwrap().id, leader.id);
    }
    assert_eq!(fixture.mailbox.empty().len(), 1);
    pass(&fixture, 3).await;
    assert!(fixture.mailbox.empty().is_empty(), "the others were in the leader's email");
    let sent = fixture.notifications_of_all().await;
    assert!(sent.iter().all(regrant::domain::notification::Notification::is_sent), "{sent:?}");
}
