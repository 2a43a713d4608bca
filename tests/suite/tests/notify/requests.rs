//! Tests the request page that operator emails link to, with the current state of the request.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::SignedDuration;
use regrant::clock::Clock as _;
use regrant::domain::save::SaveOutcome;
use regrant::domain::standing::Standing;
use regrant::mail::Email;
use regrant::queue::SaveApp;
use regrant::usecases::notify::waive::waive;
use regrant::usecases::save::save;
use regrant::usecases::scan::start::Selection;
use regrant_simulators::TokenPower;
use regrant_tests::consent::Seen;
use regrant_tests::mailbox::{link, links, request};

use super::fixture::{ADA, BEA, EVE, NotifyFixture, OLGA, WAITING, WEEK, contacts};

/// The tenant of the app that needs only a save.
pub(crate) const SAVING: &str = "contosoemea";
const DAY: Duration = Duration::from_hours(24);

/// The path of the page linked in the last email to `reader` about a request.
pub(crate) fn page_of(fixture: &NotifyFixture, reader: &str, about: &str) -> String {
    let emails: Vec<Email> = fixture.emails_to(reader);
    emails.iter().rev().find_map(|email| page_in(email, about)).unwrap()
}

/// The path of the page of a request in an email, which may be about several.
fn page_in(email: &Email, about: &str) -> Option<String> {
    if request(email) == about && links(email).len() <= 2 {
        return link(email, "/mail/request/");
    }
    let (_, after) = email.text.split_once(about)?;
    let url = after.lines().find(|line| line.starts_with("https://") && line.contains("/mail/request/"))?;
    Some(url::Url::parse(url).unwrap().path().to_owned())
}

/// The request id of a tenant's app.
pub(crate) async fn request_of(fixture: &NotifyFixture, tenant: &str) -> String {
    fixture.bench.app(tenant).await.request.unwrap().id.to_string()
}

/// A fixture after an email that asks an operator to save, and the path of its page.
pub(crate) async fn handed() -> (NotifyFixture, String) {
    let fixture = NotifyFixture::new().await;
    fixture.people_of(SAVING, contacts()).await;
    fixture.work().await;
    let page = page_of(&fixture, OLGA, &request_of(&fixture, SAVING).await);
    (fixture, page)
}

/// A fixture after an email about an ended waiver, and the path of its page.
pub(crate) async fn waived(tenant: &str) -> (NotifyFixture, String) {
    let fixture = NotifyFixture::new().await;
    fixture.people_of(tenant, contacts()).await;
    fixture.work().await;
    let (org, app) = fixture.bench.ids(tenant).await;
    let ends_at = fixture.bench.clock.now() + SignedDuration::from_hours(24);
    waive(&fixture.bench.ports, &org, &app, "merger until spring", ends_at).await.unwrap();
    fixture.later(DAY);
    fixture.scan_of(Selection::All).await;
    let page = page_of(&fixture, OLGA, &request_of(&fixture, tenant).await);
    (fixture, page)
}

async fn open(fixture: &NotifyFixture, page: &str) -> Seen {
    let seen = fixture.bench.browser().get(page).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    seen
}

#[tokio::test]
async fn operator_email_links_to_its_request_page() {
    let (fixture, page) = handed().await;
    let app = fixture.bench.app(SAVING).await;
    assert_eq!(app.standing(), Standing::NeedsSave);
    let id = app.request.unwrap().id;
    let seen = open(&fixture, &page).await;
    assert_eq!(seen.heading(), format!("Request {id}: action needed"));
    let command = format!("regrant save {} {}", app.identity.org_domain, app.identity.app);
    for shown in
        ["Compare this page", "Office 365 EMEA", "contosoemea.onmicrosoft.com", "needs-save", "Save.", &command]
    {
        assert!(seen.body.contains(shown), "{shown} in {}", seen.body);
    }
    for hidden in [ADA, BEA, OLGA, EVE, "Office 365 Government", "Office 365 (user name and password)", "<form"] {
        assert!(!seen.body.contains(hidden), "{hidden} in {}", seen.body);
    }
    assert_eq!(seen.headers["cache-control"], "no-store");
    assert!(seen.body.contains("noindex") && !seen.headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn operator_emails_link_each_request_and_digest_none() {
    let (fixture, _) = handed().await;
    fixture.later(WEEK);
    fixture.scan_of(Selection::All).await;
    fixture.digest().await;
    let mut kinds = BTreeSet::new();
    for email in fixture.emails_to(OLGA) {
        let kind = fixture.notification_of(&email).await.about.name();
        let to_pages = links(&email).into_iter().filter(|link| !link.path().starts_with("/mail/mute/")).count();
        // Several apps of this org wait for an operator and share an email, with a link to the page of each request.
        let words = email.text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        let requests: BTreeSet<&str> = words.filter(|word| word.starts_with("RG-")).collect();
        assert_eq!(to_pages, if kind == "digest" { 0 } else { requests.len() }, "{kind}: {requests:?}");
        assert_eq!(link(&email, "/mail/request/").is_some(), kind != "digest", "{kind}");
        kinds.insert(kind);
    }
    assert_eq!(Vec::from_iter(kinds), ["digest", "handed-to-operator", "reminder"]);
}

#[tokio::test]
async fn request_page_shows_completion_after_save() {
    let (fixture, page) = handed().await;
    let (org, app) = fixture.bench.ids(SAVING).await;
    let id = request_of(&fixture, SAVING).await;
    let saved = save(&fixture.bench.ports, &SaveApp::by_operator(org, app)).await;
    assert!(matches!(saved, Ok(SaveOutcome::Saved { .. })), "{saved:?}");
    let seen = open(&fixture, &page).await;
    assert_eq!(seen.heading(), format!("Request {id}: no action needed"));
    assert!(seen.body.contains("Provisioning runs on consent.") && !seen.body.contains("regrant save"));
}

#[tokio::test]
async fn access_problem_page_shows_steps_until_solved() {
    let fixture = NotifyFixture::settled().await;
    fixture.revoke_tokens_of_okta("acme");
    fixture.scan().await;
    let id = request(&fixture.emails_to(OLGA)[0]).to_owned();
    let page = page_of(&fixture, OLGA, &id);
    let seen = open(&fixture, &page).await;
    assert_eq!(seen.heading(), format!("Request {id}: Okta has rejected Regrant's credential"));
    let org = fixture.bench.app(WAITING).await.identity.org_domain;
    for shown in
        ["<dt>Error</dt>", &format!("<code>regrant org add {org}</code>"), "continues for every user and group"]
    {
        assert!(seen.body.contains(shown), "{shown} in {}", seen.body);
    }

    fixture.set_power("acme", TokenPower::Full);
    fixture.later(Duration::from_mins(15));
    fixture.scan().await;
    let seen = open(&fixture, &page).await;
    assert_eq!(seen.heading(), format!("Request {id}: no action needed"));
    assert!(!seen.body.contains("regrant org add"), "{}", seen.body);
}

#[tokio::test]
async fn waiver_page_shows_content_of_its_email() {
    let (fixture, page) = waived(WAITING).await;
    let seen = open(&fixture, &page).await;
    for shown in ["action needed", "needs-consent", "merger until spring", "regrant invite"] {
        assert!(seen.body.contains(shown), "{shown} in {}", seen.body);
    }
    let (org, app) = fixture.bench.ids(WAITING).await;
    let ends_at = fixture.bench.clock.now() + SignedDuration::from_hours(48);
    waive(&fixture.bench.ports, &org, &app, "the acquisition of Initech", ends_at).await.unwrap();
    let seen = open(&fixture, &page).await;
    assert!(seen.body.contains("No action is needed before then") && !seen.body.contains("Initech"), "{}", seen.body);
}

#[tokio::test]
async fn request_page_never_shows_later_request() {
    let (fixture, page) = waived(WAITING).await;
    let first = request_of(&fixture, WAITING).await;
    fixture.consent(&fixture.page_for(ADA).await).await;
    fixture.work().await;
    assert_eq!(open(&fixture, &page).await.heading(), format!("Request {first}: no action needed"));

    fixture.later(Duration::from_mins(1));
    fixture.breaks(WAITING).await;
    fixture.scan().await;
    let later = request_of(&fixture, WAITING).await;
    assert_ne!(later, first);
    let seen = open(&fixture, &page).await;
    assert_eq!(seen.heading(), format!("Request {first}: no action needed"));
    assert!(!seen.body.contains(&later) && !seen.body.contains("broken"), "{}", seen.body);
}
