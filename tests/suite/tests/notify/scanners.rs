//! Tests that link scanners, which open every link of every email, change nothing.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use axum::body::Body;
use regrant::ledger::PageRequest;
use regrant_tests::mailbox::{links, request};
use url::Url;

use super::fixture::{ADA, BEA, NotifyFixture, WEEK};

/// All state that a link could change: the ledger, Okta and the number of external calls.
pub(crate) async fn everything(fixture: &NotifyFixture, readers: &BTreeSet<(String, String)>) -> String {
    let ports = &fixture.bench.ports;
    let mut seen = String::new();
    for app in fixture.apps().await {
        let (org, id) = (app.identity.org.clone(), app.identity.app.clone());
        let events = ports.ledger.events(&org, &id, PageRequest::first(1_000)).await.unwrap();
        let invitations = ports.ledger.invitations(&org, &id, PageRequest::first(100)).await.unwrap();
        writeln!(seen, "{app:?}\n{:?}\n{:?}", events.items, invitations.items).unwrap();
    }
    let watch = ports.ledger.org_watch(&fixture.org).await.unwrap();
    writeln!(seen, "{:?}\n{watch:?}", fixture.notifications().await).unwrap();
    for (request, reader) in readers {
        let muted = ports.ledger.is_muted(&request.parse().unwrap(), &reader.parse().unwrap()).await.unwrap();
        writeln!(seen, "{request} {reader} {muted}").unwrap();
    }
    let simulation = &fixture.bench.simulation;
    writeln!(seen, "{:?}\n{} calls", simulation.okta.snapshot("acme"), simulation.kill_point.calls()).unwrap();
    seen
}

#[tokio::test]
async fn link_scanner_changes_nothing() {
    let fixture = NotifyFixture::new().await;
    fixture.work().await;
    fixture.later(WEEK);
    fixture.scan().await;
    fixture.digest().await;
    let emails = fixture.mailbox.emails();
    let readers: BTreeSet<_> = emails.iter().map(|email| (request(email).to_owned(), email.to.bare())).collect();
    let all: BTreeSet<Url> = emails.iter().flat_map(links).collect();
    let count = |begins: &str| all.iter().filter(|link| link.path().starts_with(begins)).count();
    assert!(count("/consent/") >= 1 && count("/mail/mute/") >= 3, "two reminders and a digest: {all:?}");

    let before = everything(&fixture, &readers).await;
    for link in &all {
        for method in ["GET", "HEAD"] {
            let mut scanner = fixture.bench.browser();
            scanner.fetch_site = "none";
            let seen = scanner.send(method, link.path(), Body::empty()).await;
            assert!(!seen.status.is_server_error(), "{method} {}: {}", link.path(), seen.body);
            assert!(seen.headers.get("set-cookie").is_none(), "{method} {}", link.path());
        }
    }
    assert_eq!(everything(&fixture, &readers).await, before);

    // The links are genuine: they work when their readers click the button.
    let page = fixture.bench.browser().get(&fixture.page_for(ADA).await).await;
    assert!(page.body.contains("Continue to Microsoft sign-in"), "{}", page.body);
    fixture.consent(&fixture.page_for(BEA).await).await;
    assert_ne!(everything(&fixture, &readers).await, before);
}
