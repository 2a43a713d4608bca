//! Tests that notifications do not depend on the monitored access: with revoked tokens on either or both sides, people learn
//! that Regrant cannot scan, and due emails are still sent.

use std::time::Duration;

use regrant::domain::standing::Standing;
use regrant_simulators::microsoft::OutageKind;
use regrant_simulators::{Fault, Times, TokenPower};

use super::fixture::{ADA, BEA, NotifyFixture, OLGA, RUNNING, WAITING};

/// A fixture with a consent for the waiting app, so that scans call Graph.
async fn watching() -> NotifyFixture {
    let fixture = NotifyFixture::new().await;
    fixture.work().await;
    let page = fixture.page_for(ADA).await;
    fixture.consent(&page).await;
    fixture.work().await;
    assert_eq!(fixture.bench.app(WAITING).await.standing(), Standing::Consented);
    fixture.mailbox.empty();
    fixture
}

#[tokio::test]
async fn broken_consent_is_notified_without_graph_tokens() {
    let fixture = watching().await;
    fixture.revoke_tokens_of_graph(WAITING);
    fixture.later(Duration::from_mins(1));
    fixture.breaks(WAITING).await;
    fixture.scan().await;
    assert_eq!(fixture.bench.app(WAITING).await.standing(), Standing::Broken);
    let problem = fixture.emails_to(OLGA);
    let tenant = fixture.bench.app(WAITING).await.consent.tenant.unwrap();
    assert!(problem.iter().all(|email| email.text.contains(tenant.as_str())), "it says of which tenant");
    assert_eq!(
        fixture.told().await,
        [format!("access-problem {OLGA}"), format!("urgent {ADA}"), format!("urgent {BEA}")]
    );
    fixture.scan().await;
    assert!(fixture.told().await.is_empty(), "each problem once");
}

#[tokio::test]
async fn due_emails_are_sent_after_okta_token_revocation() {
    let fixture = NotifyFixture::settled().await;
    fixture.mailbox.shut(true);
    fixture.breaks(RUNNING).await;
    fixture.scan().await;
    assert_eq!(fixture.bench.app(RUNNING).await.standing(), Standing::Broken);
    fixture.revoke_tokens_of_okta("acme");
    fixture.later(Duration::from_hours(1));
    fixture.scan().await;
    let blind = fixture.bench.app(RUNNING).await;
    assert_eq!(blind.standing(), Standing::Unknown);
    assert_eq!(blind.last_known.unwrap().standing, Standing::Broken, "the last known standing is kept");
    assert!(fixture.told().await.is_empty(), "the mailbox was shut");

    fixture.mailbox.shut(false);
    fixture.later(Duration::from_mins(15));
    fixture.sweep().await;
    assert_eq!(
        fixture.told().await,
        [format!("access-problem {OLGA}"), format!("urgent {ADA}"), format!("urgent {BEA}")]
    );
}

#[tokio::test]
async fn both_revoked_tokens_are_notified() {
    let fixture = watching().await;
    fixture.revoke_tokens_of_graph(WAITING);
    fixture.mailbox.shut(true);
    fixture.later(Duration::from_mins(1));
    fixture.breaks(WAITING).await;
    fixture.scan().await;
    fixture.revoke_tokens_of_okta("acme");
    fixture.later(Duration::from_hours(1));
    fixture.scan().await;
    let watch = fixture.bench.ports.ledger.org_watch(&fixture.org).await.unwrap().unwrap();
    let mut problems: Vec<&str> = watch.problems.iter().map(|problem| problem.kind.name()).collect();
    problems.sort_unstable();
    assert_eq!(problems, ["graph-tokens-ended", "okta-credential-refused"]);

    fixture.mailbox.shut(false);
    fixture.later(Duration::from_mins(15));
    fixture.sweep().await;
    let problem = format!("access-problem {OLGA}");
    assert_eq!(fixture.told().await, [problem.clone(), problem, format!("urgent {ADA}"), format!("urgent {BEA}")]);
}

#[tokio::test]
async fn solved_access_problem_is_not_notified() {
    let fixture = NotifyFixture::settled().await;
    fixture.mailbox.shut(true);
    fixture.revoke_tokens_of_okta("acme");
    fixture.scan().await;
    fixture.set_power("acme", TokenPower::Full);
    fixture.later(Duration::from_mins(15));
    fixture.scan().await;
    fixture.mailbox.shut(false);
    fixture.later(Duration::from_mins(15));
    fixture.sweep().await;
    assert!(fixture.told().await.is_empty());
}

#[tokio::test]
async fn vendor_outage_is_not_an_access_problem() {
    let fixture = watching().await;
    let outage = jiff::SignedDuration::from_hours(8);
    assert!(fixture.bench.simulation.microsoft.start_outage(WAITING, OutageKind::Unavailable, outage));
    fixture.later(Duration::from_hours(2));
    fixture.scan().await;
    fixture
        .bench
        .simulation
        .okta
        .with_org("acme", |org| org.faults.on("", Fault::EdgeProxyError, Times::Always))
        .unwrap();
    fixture.scan().await;
    assert_eq!(fixture.bench.app(WAITING).await.standing(), Standing::Unknown);
    fixture.sweep().await;
    assert!(fixture.told().await.is_empty());
    let watch = fixture.bench.ports.ledger.org_watch(&fixture.org).await.unwrap().unwrap();
    assert!(watch.problems.is_empty(), "{:?}", watch.problems);
}

#[tokio::test]
async fn lost_okta_role_is_named() {
    let fixture = NotifyFixture::settled().await;
    fixture.set_power("acme", TokenPower::NoApps);
    fixture.scan().await;
    let emails = fixture.emails_to(OLGA);
    assert!(emails.iter().all(|email| email.subject.contains("Regrant lacks a role in Okta")), "{emails:?}");
    assert_eq!(fixture.told().await, [format!("access-problem {OLGA}")]);
}
