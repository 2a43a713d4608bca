//! Tests links to request pages that are forged, made for a different purpose, expired, or opened by scanners.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::body::Body;
use regrant::domain::contact::Contacts;
use regrant::keyring::{Keyring, SignedRequest};
use regrant::randomness::SystemRandomness;
use regrant::usecases::access::keys::rotate_keys;
use regrant::usecases::access::orgs;
use regrant_tests::mailbox::link;

use super::fixture::{ADA, BEA, NotifyFixture, OLGA, WEEK, contacts};
use super::requests::{SAVING, handed, request_of, waived};
use super::scanners::everything;

const FORGED: &str = "This link does not work";

/// The token of a link.
fn token(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

/// Checks that a path shows nothing to any browser.
async fn is_forged(fixture: &NotifyFixture, path: &str) {
    let seen = fixture.bench.browser().get(path).await;
    assert_eq!((seen.status.as_u16(), seen.heading().as_str()), (404, FORGED), "{path}");
    assert!(!seen.body.contains("RG-") && !seen.body.contains("needs-save"), "{}", seen.body);
}

#[tokio::test]
async fn forged_request_link_shows_nothing() {
    let (fixture, page) = handed().await;
    let email = fixture.emails_to(OLGA).into_iter().find(|email| link(email, "/mail/request/").is_some()).unwrap();
    let notification = fixture.notification_of(&email).await;
    let signed =
        SignedRequest { request: notification.request, notification: notification.id, ends_at: jiff::Timestamp::MAX };
    let elsewhere = Keyring::new(&SystemRandomness).sign_request(&signed).unwrap();
    let mut bent = page.clone();
    let middle = bent.len() / 2;
    let other = if &bent[middle..=middle] == "A" { "B" } else { "A" };
    bent.replace_range(middle..=middle, other);
    let unsigned = page[..=page.rfind('.').unwrap()].to_owned();
    for path in [format!("/mail/request/{elsewhere}"), format!("{page}x"), bent, unsigned] {
        is_forged(&fixture, &path).await;
    }
    for nonsense in ["x", "a.b.c", "%00", "%F0%9F%92%A9", &"a".repeat(3_000)] {
        is_forged(&fixture, &format!("/mail/request/{nonsense}")).await;
    }
}

#[tokio::test]
async fn request_link_serves_only_its_purpose() {
    let (fixture, page) = handed().await;
    fixture.later(WEEK);
    fixture.scan().await;
    let mute = fixture.emails_to(ADA).iter().find_map(|email| link(email, "/mail/mute/")).unwrap();
    let invitation = fixture.page_for(ADA).await;
    for other in [&mute, &invitation] {
        is_forged(&fixture, &format!("/mail/request/{}", token(other))).await;
    }
    let before = everything(&fixture, &BTreeSet::new()).await;
    for path in [format!("/mail/mute/{}", token(&page)), format!("/consent/{}", token(&page))] {
        is_forged(&fixture, &path).await;
        let sent = fixture.bench.browser().post(&path, &[("List-Unsubscribe", "One-Click")]).await;
        assert_eq!((sent.status.as_u16(), sent.heading().as_str()), (404, FORGED), "{path}");
    }
    let request = request_of(&fixture, SAVING).await.parse().unwrap();
    assert!(!fixture.bench.ports.ledger.is_muted(&request, &OLGA.parse().unwrap()).await.unwrap());
    assert_eq!(everything(&fixture, &BTreeSet::new()).await, before);
}

#[tokio::test]
async fn opening_request_link_changes_nothing() {
    let (fixture, page) = handed().await;
    let (org, _) = fixture.bench.ids(SAVING).await;
    let notifications = || fixture.bench.ports.ledger.notifications(&org, regrant::ledger::PageRequest::first(100));
    let before = (everything(&fixture, &BTreeSet::new()).await, notifications().await.unwrap().items);
    for method in ["GET", "HEAD", "GET", "HEAD"] {
        let mut scanner = fixture.bench.browser();
        scanner.fetch_site = "none";
        let seen = scanner.send(method, &page, Body::empty()).await;
        assert_eq!(seen.status, 200, "{method}");
        assert!(!seen.headers.contains_key("set-cookie"));
    }
    for method in ["POST", "PUT", "DELETE"] {
        assert_eq!(fixture.bench.browser().send(method, &page, Body::empty()).await.status, 405, "{method}");
    }
    assert_eq!((everything(&fixture, &BTreeSet::new()).await, notifications().await.unwrap().items), before);
}

#[tokio::test]
async fn expired_request_link_shows_no_app_data() {
    let (fixture, page) = handed().await;
    let org = fixture.bench.app(SAVING).await.identity.org_domain;
    fixture.later(Duration::from_hours(30 * 24 - 1));
    assert_eq!(fixture.bench.browser().get(&page).await.status, 200);
    fixture.later(Duration::from_hours(1));
    let seen = fixture.bench.browser().get(&page).await;
    assert_eq!((seen.status.as_u16(), seen.heading().as_str()), (410, "This link has expired"));
    assert!(seen.body.contains(&request_of(&fixture, SAVING).await), "{}", seen.body);
    assert!(seen.body.contains(&format!("regrant status --org {org}")), "{}", seen.body);
    assert!(!seen.body.contains("EMEA") && !seen.body.contains("needs-save"), "{}", seen.body);
}

#[tokio::test]
async fn request_link_of_removed_org_shows_nothing() {
    let (fixture, page) = handed().await;
    let (org, _) = fixture.bench.ids(SAVING).await;
    orgs::remove(&fixture.bench.ports, &org).await.unwrap();
    let seen = fixture.bench.browser().get(&page).await;
    assert_eq!((seen.status.as_u16(), seen.heading().as_str()), (410, "This request no longer exists"));
    assert!(!seen.body.contains("EMEA"), "{}", seen.body);
}

#[tokio::test]
async fn request_link_of_removed_contact_shows_nothing() {
    let (fixture, page) = handed().await;
    let others = Contacts { operators: vec![BEA.parse().unwrap()], ..contacts() };
    fixture.people_of(SAVING, others).await;
    let seen = fixture.bench.browser().get(&page).await;
    assert_eq!((seen.status.as_u16(), seen.heading().as_str()), (410, "This link was closed"));
    assert!(!["EMEA", OLGA, BEA].iter().any(|known| seen.body.contains(known)), "{}", seen.body);
}

#[tokio::test]
async fn request_link_survives_one_key_rotation_only() {
    let (fixture, page) = handed().await;
    rotate_keys(&fixture.bench.ports).await.unwrap();
    assert_eq!(fixture.bench.browser().get(&page).await.status, 200);
    rotate_keys(&fixture.bench.ports).await.unwrap();
    is_forged(&fixture, &page).await;
}

#[tokio::test]
async fn markup_in_label_is_escaped() {
    // globex's first app carries markup as its label.
    let (fixture, page) = waived("globex").await;
    let seen = fixture.bench.browser().get(&page).await;
    assert!(seen.body.contains("&lt;b onclick=") && !seen.body.contains("<b onclick"), "{}", seen.body);
    let policy = seen.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
}
