//! The alarm does not depend on what it watches: with the tokens dead on either side, or on both, people are told that
//! Regrant cannot look, and what was due before is still sent.

use std::time::Duration;

use regrant::domain::standing::Standing;
use regrant_simulators::microsoft::OutageKind;
use regrant_simulators::{Fault, Times, TokenPower};

use super::desk::{ADA, BEA, Desk, OLGA, RUNNING, WAITING};

/// A desk whose waiting app was consented to, so that Graph is looked at.
async fn watching() -> Desk {
    let desk = Desk::new().await;
    desk.work().await;
    let page = desk.page_for(ADA).await;
    desk.consent(&page).await;
    desk.work().await;
    assert_eq!(desk.bench.app(WAITING).await.standing(), Standing::Consented);
    desk.mailbox.empty();
    desk
}

#[tokio::test]
async fn a_consent_that_breaks_is_told_while_the_tokens_for_graph_are_dead() {
    let desk = watching().await;
    desk.revoke_tokens_of_graph(WAITING);
    desk.later(Duration::from_mins(1));
    desk.breaks(WAITING).await;
    desk.scan().await;
    assert_eq!(desk.bench.app(WAITING).await.standing(), Standing::Broken);
    let problem = desk.emails_to(OLGA);
    let tenant = desk.bench.app(WAITING).await.consent.tenant.unwrap();
    assert!(problem.iter().all(|email| email.text.contains(tenant.as_str())), "it says of which tenant");
    assert_eq!(desk.told().await, [format!("access-problem {OLGA}"), format!("urgent {ADA}"), format!("urgent {BEA}")]);
    desk.scan().await;
    assert!(desk.told().await.is_empty(), "each problem once");
}

#[tokio::test]
async fn what_was_due_is_still_sent_once_okta_refuses_its_token() {
    let desk = Desk::settled().await;
    desk.mailbox.shut(true);
    desk.breaks(RUNNING).await;
    desk.scan().await;
    assert_eq!(desk.bench.app(RUNNING).await.standing(), Standing::Broken);
    desk.revoke_tokens_of_okta("acme");
    desk.later(Duration::from_hours(1));
    desk.scan().await;
    let blind = desk.bench.app(RUNNING).await;
    assert_eq!(blind.standing(), Standing::Unknown);
    assert_eq!(blind.last_known.unwrap().standing, Standing::Broken, "what was seen last is not forgotten");
    assert!(desk.told().await.is_empty(), "the mailbox was shut");

    desk.mailbox.shut(false);
    desk.later(Duration::from_mins(15));
    desk.sweep().await;
    assert_eq!(desk.told().await, [format!("access-problem {OLGA}"), format!("urgent {ADA}"), format!("urgent {BEA}")]);
}

#[tokio::test]
async fn with_both_tokens_dead_both_are_told_and_what_was_due_is_still_sent() {
    let desk = watching().await;
    desk.revoke_tokens_of_graph(WAITING);
    desk.mailbox.shut(true);
    desk.later(Duration::from_mins(1));
    desk.breaks(WAITING).await;
    desk.scan().await;
    desk.revoke_tokens_of_okta("acme");
    desk.later(Duration::from_hours(1));
    desk.scan().await;
    let watch = desk.bench.ports.ledger.org_watch(&desk.org).await.unwrap().unwrap();
    let mut problems: Vec<&str> = watch.problems.iter().map(|problem| problem.kind.name()).collect();
    problems.sort_unstable();
    assert_eq!(problems, ["graph-tokens-ended", "okta-credential-refused"]);

    desk.mailbox.shut(false);
    desk.later(Duration::from_mins(15));
    desk.sweep().await;
    let problem = format!("access-problem {OLGA}");
    assert_eq!(desk.told().await, [problem.clone(), problem, format!("urgent {ADA}"), format!("urgent {BEA}")]);
}

#[tokio::test]
async fn problem_that_was_over_before_its_email_went_out_is_not_told() {
    let desk = Desk::settled().await;
    desk.mailbox.shut(true);
    desk.revoke_tokens_of_okta("acme");
    desk.scan().await;
    desk.set_power("acme", TokenPower::Full);
    desk.later(Duration::from_mins(15));
    desk.scan().await;
    desk.mailbox.shut(false);
    desk.later(Duration::from_mins(15));
    desk.sweep().await;
    assert!(desk.told().await.is_empty());
}

#[tokio::test]
async fn an_outage_of_either_side_is_no_trouble_of_ours_and_no_alarm() {
    let desk = watching().await;
    let outage = jiff::SignedDuration::from_hours(8);
    assert!(desk.bench.simulation.microsoft.start_outage(WAITING, OutageKind::Unavailable, outage));
    desk.later(Duration::from_hours(2));
    desk.scan().await;
    desk.bench.simulation.okta.with_org("acme", |org| org.faults.on("", Fault::EdgeProxyError, Times::Always)).unwrap();
    desk.scan().await;
    assert_eq!(desk.bench.app(WAITING).await.standing(), Standing::Unknown);
    desk.sweep().await;
    assert!(desk.told().await.is_empty());
    let watch = desk.bench.ports.ledger.org_watch(&desk.org).await.unwrap().unwrap();
    assert!(watch.problems.is_empty(), "{:?}", watch.problems);
}

#[tokio::test]
async fn a_role_in_okta_that_was_lost_is_told_by_its_own_name() {
    let desk = Desk::settled().await;
    desk.set_power("acme", TokenPower::NoApps);
    desk.scan().await;
    let emails = desk.emails_to(OLGA);
    assert!(emails.iter().all(|email| email.subject.contains("has lacked a role in Okta")), "{emails:?}");
    assert_eq!(desk.told().await, [format!("access-problem {OLGA}")]);
}
