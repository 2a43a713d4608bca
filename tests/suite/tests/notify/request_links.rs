//! Links to the pages of requests that are forged, made for something else, ended, or opened by machines.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::body::Body;
use regrant::domain::contact::Contacts;
use regrant::keyring::{Keyring, SignedRequest};
use regrant::randomness::SystemRandomness;
use regrant::usecases::access::keys::rotate_keys;
use regrant::usecases::access::orgs;
use regrant_tests::mailbox::link;

use super::desk::{ADA, BEA, Desk, OLGA, WEEK, contacts};
use super::requests::{SAVING, handed, request_of, waived};
use super::scanners::everything;

const FORGED: &str = "This link does not work";

/// The token of a link.
fn token(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

/// Sees that a path shows nothing, whoever asks.
async fn is_forged(desk: &Desk, path: &str) {
    let seen = desk.bench.browser().get(path).await;
    assert_eq!((seen.status.as_u16(), seen.heading().as_str()), (404, FORGED), "{path}");
    assert!(!seen.body.contains("RG-") && !seen.body.contains("needs-save"), "{}", seen.body);
}

#[tokio::test]
async fn a_link_that_was_bent_or_made_elsewhere_shows_nothing() {
    let (desk, page) = handed().await;
    let email = desk.emails_to(OLGA).into_iter().find(|email| link(email, "/mail/request/").is_some()).unwrap();
    let notification = desk.notification_of(&email).await;
    let signed =
        SignedRequest { request: notification.request, notification: notification.id, ends_at: jiff::Timestamp::MAX };
    let elsewhere = Keyring::new(&SystemRandomness).sign_request(&signed).unwrap();
    let mut bent = page.clone();
    let middle = bent.len() / 2;
    let other = if &bent[middle..=middle] == "A" { "B" } else { "A" };
    bent.replace_range(middle..=middle, other);
    let unsigned = page[..=page.rfind('.').unwrap()].to_owned();
    for path in [format!("/mail/request/{elsewhere}"), format!("{page}x"), bent, unsigned] {
        is_forged(&desk, &path).await;
    }
    for nonsense in ["x", "a.b.c", "%00", "%F0%9F%92%A9", &"a".repeat(3_000)] {
        is_forged(&desk, &format!("/mail/request/{nonsense}")).await;
    }
}

#[tokio::test]
async fn a_link_for_one_purpose_serves_no_other() {
    let (desk, page) = handed().await;
    desk.later(WEEK);
    desk.scan().await;
    let mute = desk.emails_to(ADA).iter().find_map(|email| link(email, "/mail/mute/")).unwrap();
    let invitation = desk.page_for(ADA).await;
    for other in [&mute, &invitation] {
        is_forged(&desk, &format!("/mail/request/{}", token(other))).await;
    }
    let before = everything(&desk, &BTreeSet::new()).await;
    for path in [format!("/mail/mute/{}", token(&page)), format!("/consent/{}", token(&page))] {
        is_forged(&desk, &path).await;
        let sent = desk.bench.browser().post(&path, &[("List-Unsubscribe", "One-Click")]).await;
        assert_eq!((sent.status.as_u16(), sent.heading().as_str()), (404, FORGED), "{path}");
    }
    let request = request_of(&desk, SAVING).await.parse().unwrap();
    assert!(!desk.bench.ports.ledger.is_muted(&request, &OLGA.parse().unwrap()).await.unwrap());
    assert_eq!(everything(&desk, &BTreeSet::new()).await, before);
}

#[tokio::test]
async fn a_program_that_opens_the_link_changes_nothing() {
    let (desk, page) = handed().await;
    let (org, _) = desk.bench.ids(SAVING).await;
    let notifications = || desk.bench.ports.ledger.notifications(&org, regrant::ledger::PageRequest::first(100));
    let before = (everything(&desk, &BTreeSet::new()).await, notifications().await.unwrap().items);
    for method in ["GET", "HEAD", "GET", "HEAD"] {
        let mut scanner = desk.bench.browser();
        scanner.fetch_site = "none";
        let seen = scanner.send(method, &page, Body::empty()).await;
        assert_eq!(seen.status, 200, "{method}");
        assert!(!seen.headers.contains_key("set-cookie"));
    }
    for method in ["POST", "PUT", "DELETE"] {
        assert_eq!(desk.bench.browser().send(method, &page, Body::empty()).await.status, 405, "{method}");
    }
    assert_eq!((everything(&desk, &BTreeSet::new()).await, notifications().await.unwrap().items), before);
}

#[tokio::test]
async fn a_link_whose_time_is_over_says_so_and_shows_nothing_of_the_app() {
    let (desk, page) = handed().await;
    let org = desk.bench.app(SAVING).await.identity.org_domain;
    desk.later(Duration::from_hours(30 * 24 - 1));
    assert_eq!(desk.bench.browser().get(&page).await.status, 200);
    desk.later(Duration::from_hours(1));
    let seen = desk.bench.browser().get(&page).await;
    assert_eq!((seen.status.as_u16(), seen.heading().as_str()), (410, "This link has expired"));
    assert!(seen.body.contains(&request_of(&desk, SAVING).await), "{}", seen.body);
    assert!(seen.body.contains(&format!("regrant status --org {org}")), "{}", seen.body);
    assert!(!seen.body.contains("EMEA") && !seen.body.contains("needs-save"), "{}", seen.body);
}

#[tokio::test]
async fn a_link_about_an_org_that_was_removed_shows_nothing() {
    let (desk, page) = handed().await;
    let (org, _) = desk.bench.ids(SAVING).await;
    orgs::remove(&desk.bench.ports, &org).await.unwrap();
    let seen = desk.bench.browser().get(&page).await;
    assert_eq!((seen.status.as_u16(), seen.heading().as_str()), (410, "This request no longer exists"));
    assert!(!seen.body.contains("EMEA"), "{}", seen.body);
}

#[tokio::test]
async fn the_link_of_a_reader_who_is_written_to_no_more_shows_nothing() {
    let (desk, page) = handed().await;
    let others = Contacts { operators: vec![BEA.parse().unwrap()], ..contacts() };
    desk.people_of(SAVING, others).await;
    let seen = desk.bench.browser().get(&page).await;
    assert_eq!((seen.status.as_u16(), seen.heading().as_str()), (410, "This link is no longer valid"));
    assert!(!["EMEA", OLGA, BEA].iter().any(|known| seen.body.contains(known)), "{}", seen.body);
}

#[tokio::test]
async fn a_link_outlives_one_rotation_of_the_keys_and_not_two() {
    let (desk, page) = handed().await;
    rotate_keys(&desk.bench.ports).await.unwrap();
    assert_eq!(desk.bench.browser().get(&page).await.status, 200);
    rotate_keys(&desk.bench.ports).await.unwrap();
    is_forged(&desk, &page).await;
}

#[tokio::test]
async fn a_label_with_markup_is_shown_harmlessly() {
    // globex's first app carries markup as its label.
    let (desk, page) = waived("globex").await;
    let seen = desk.bench.browser().get(&page).await;
    assert!(seen.body.contains("&lt;b onclick=") && !seen.body.contains("<b onclick"), "{}", seen.body);
    let policy = seen.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
}
