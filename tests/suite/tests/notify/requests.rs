//! The page that an email to an operator leads to: what the email told, as it stands now.

use std::time::Duration;

use jiff::SignedDuration;
use regrant::clock::Clock as _;
use regrant::domain::save::{ConfirmedBy, SaveOutcome};
use regrant::domain::standing::Standing;
use regrant::mail::Email;
use regrant::queue::SaveApp;
use regrant::usecases::notify::waive::waive;
use regrant::usecases::save::save;
use regrant::usecases::scan::start::Selection;
use regrant_simulators::TokenPower;
use regrant_tests::consent::Seen;
use regrant_tests::mailbox::{link, links, request};

use super::desk::{ADA, BEA, Desk, EVE, OLGA, WAITING, WEEK, contacts};

/// The tenant of the app that only has to be saved.
pub(crate) const SAVING: &str = "contosoemea";
const DAY: Duration = Duration::from_hours(24);

/// The path of the page that the last email to `reader` about a request leads to.
pub(crate) fn page_of(desk: &Desk, reader: &str, about: &str) -> String {
    let emails: Vec<Email> = desk.emails_to(reader);
    let mut of_it = emails.iter().rev().filter(|email| request(email) == about);
    of_it.find_map(|email| link(email, "/mail/request/")).unwrap()
}

/// The request of a tenant's app.
pub(crate) async fn request_of(desk: &Desk, tenant: &str) -> String {
    desk.bench.app(tenant).await.request.unwrap().id.to_string()
}

/// A desk at which an operator was told to save, and the path of the page that the email leads to.
pub(crate) async fn handed() -> (Desk, String) {
    let desk = Desk::new().await;
    desk.people_of(SAVING, contacts()).await;
    desk.work().await;
    let page = page_of(&desk, OLGA, &request_of(&desk, SAVING).await);
    (desk, page)
}

/// A desk at which the waiver of a tenant's app has ended, and the path of the page that the email about it leads to.
pub(crate) async fn waived(tenant: &str) -> (Desk, String) {
    let desk = Desk::new().await;
    desk.people_of(tenant, contacts()).await;
    desk.work().await;
    let (org, app) = desk.bench.ids(tenant).await;
    let ends_at = desk.bench.clock.now() + SignedDuration::from_hours(24);
    waive(&desk.bench.ports, &org, &app, "merger until spring", ends_at).await.unwrap();
    desk.later(DAY);
    desk.scan_of(Selection::All).await;
    let page = page_of(&desk, OLGA, &request_of(&desk, tenant).await);
    (desk, page)
}

async fn open(desk: &Desk, page: &str) -> Seen {
    let seen = desk.bench.browser().get(page).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    seen
}

#[tokio::test]
async fn a_email_to_an_operator_leads_to_a_page_that_shows_its_request() {
    let (desk, page) = handed().await;
    let app = desk.bench.app(SAVING).await;
    assert_eq!(app.standing(), Standing::NeedsSave);
    let id = app.request.unwrap().id;
    let seen = open(&desk, &page).await;
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
async fn each_email_to_an_operator_has_one_link_beside_the_one_that_mutes_and_the_digest_has_none() {
    let (desk, _) = handed().await;
    desk.later(WEEK);
    desk.scan_of(Selection::All).await;
    let mut kinds = std::collections::BTreeSet::new();
    for email in desk.emails_to(OLGA) {
        let kind = desk.notification_of(&email).await.about.name();
        let to_pages = links(&email).into_iter().filter(|link| !link.path().starts_with("/mail/mute/")).count();
        assert_eq!(to_pages, usize::from(kind != "digest"), "{kind}");
        assert_eq!(link(&email, "/mail/request/").is_some(), kind != "digest", "{kind}");
        kinds.insert(kind);
    }
    assert_eq!(Vec::from_iter(kinds), ["digest", "handed-to-operator", "reminder"]);
}

#[tokio::test]
async fn once_the_app_is_saved_the_page_says_that_nothing_is_left_to_do() {
    let (desk, page) = handed().await;
    let (org, app) = desk.bench.ids(SAVING).await;
    let id = request_of(&desk, SAVING).await;
    let saved =
        save(&desk.bench.ports, &SaveApp { org, app, session: None, confirmed_by: ConfirmedBy::Operator }).await;
    assert!(matches!(saved, Ok(SaveOutcome::Saved { .. })), "{saved:?}");
    let seen = open(&desk, &page).await;
    assert_eq!(seen.heading(), format!("Request {id}: no action needed"));
    assert!(seen.body.contains("Provisioning runs on consent.") && !seen.body.contains("regrant save"));
}

#[tokio::test]
async fn a_page_about_trouble_tells_what_to_do_until_it_is_over() {
    let desk = Desk::settled().await;
    desk.revoke_tokens_of_okta("acme");
    desk.scan().await;
    let id = request(&desk.emails_to(OLGA)[0]).to_owned();
    let page = page_of(&desk, OLGA, &id);
    let seen = open(&desk, &page).await;
    assert_eq!(seen.heading(), format!("Request {id}: Okta has rejected Regrant's credential"));
    let org = desk.bench.app(WAITING).await.identity.org_domain;
    for shown in
        ["<dt>Error</dt>", &format!("<code>regrant org add {org}</code>"), "continues for every user and group"]
    {
        assert!(seen.body.contains(shown), "{shown} in {}", seen.body);
    }

    desk.set_power("acme", TokenPower::Full);
    desk.later(Duration::from_mins(15));
    desk.scan().await;
    let seen = open(&desk, &page).await;
    assert_eq!(seen.heading(), format!("Request {id}: no action needed"));
    assert!(!seen.body.contains("regrant org add"), "{}", seen.body);
}

#[tokio::test]
async fn a_page_about_a_waiver_tells_what_its_email_told_and_not_what_was_decided_since() {
    let (desk, page) = waived(WAITING).await;
    let seen = open(&desk, &page).await;
    for shown in ["action needed", "needs-consent", "merger until spring", "regrant invite"] {
        assert!(seen.body.contains(shown), "{shown} in {}", seen.body);
    }
    let (org, app) = desk.bench.ids(WAITING).await;
    let ends_at = desk.bench.clock.now() + SignedDuration::from_hours(48);
    waive(&desk.bench.ports, &org, &app, "the acquisition of Initech", ends_at).await.unwrap();
    let seen = open(&desk, &page).await;
    assert!(seen.body.contains("No action is needed before then") && !seen.body.contains("Initech"), "{}", seen.body);
}

#[tokio::test]
async fn a_page_never_names_a_later_request_of_its_app() {
    let (desk, page) = waived(WAITING).await;
    let first = request_of(&desk, WAITING).await;
    desk.consent(&desk.page_for(ADA).await).await;
    desk.work().await;
    assert_eq!(open(&desk, &page).await.heading(), format!("Request {first}: no action needed"));

    desk.later(Duration::from_mins(1));
    desk.breaks(WAITING).await;
    desk.scan().await;
    let later = request_of(&desk, WAITING).await;
    assert_ne!(later, first);
    let seen = open(&desk, &page).await;
    assert_eq!(seen.heading(), format!("Request {first}: no action needed"));
    assert!(!seen.body.contains(&later) && !seen.body.contains("broken"), "{}", seen.body);
}
