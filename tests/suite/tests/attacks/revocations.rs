//! Sessions that outlive their invitation.

use axum::body::Body;
use regrant::ledger::PageRequest;
use regrant::vault::{SecretName, SecretVersion};
use regrant_tests::consent::{Browser, ConsentBench};

use super::{ADMIN, TENANT, exchanges, sent, state};

const REVOKED: &str = "This link was replaced or revoked";

/// Revokes the newest invitation of the waiting app, as an operator.
async fn revoke(bench: &ConsentBench) -> String {
    let (org, app) = bench.ids(TENANT).await;
    let newest = bench.ports.ledger.invitations(&org, &app, PageRequest::first(1)).await.unwrap().items.remove(0);
    let answer =
        bench.browser().send("DELETE", &format!("/v1/apps/{org}/{app}/invitations/{}", newest.id), Body::empty()).await;
    assert!(answer.status.is_success(), "{}", answer.body);
    answer.body
}

async fn verified(bench: &ConsentBench, invitation: &str) -> (Browser, String) {
    let mut browser = bench.browser();
    let session = bench.sign_in(&mut browser, invitation, ADMIN).await;
    (browser, session)
}

#[tokio::test]
async fn revocation_ends_verified_sessions() {
    let bench = ConsentBench::new().await;
    let invitation = bench.invite(TENANT).await;
    let (mut browser, session) = verified(&bench, &invitation).await;
    let token = browser.form_token(&session).await;
    revoke(&bench).await;
    let calls = bench.simulation.okta.requests("acme").len();
    for action in ["okta", "finish", "handover"] {
        browser.post(&format!("{session}/{action}"), &[("token", &token), ("handover", "x")]).await;
    }
    assert_eq!(browser.get(&session).await.heading(), REVOKED);
    assert_eq!(bench.simulation.okta.requests("acme").len(), calls, "Okta was not called");
}

#[tokio::test]
async fn revocation_stops_a_code_that_was_not_sent() {
    let bench = ConsentBench::new().await;
    let invitation = bench.invite(TENANT).await;
    let session = bench.simulation.consent(&mut bench.browser(), &invitation).await;
    revoke(&bench).await;
    let before = state(&bench).await;
    bench.work().await;
    assert_eq!(state(&bench).await, before);
    let requests = bench.simulation.okta.requests("acme");
    assert!(requests.iter().all(|request| request.method == "GET"), "nothing was written: {session}");
    let (org, app) = bench.ids(TENANT).await;
    let code = bench.ports.vault.get(&SecretName::HandOver(org, app), SecretVersion::Current).await.unwrap();
    assert!(code.is_none(), "the code was deleted");
}

#[tokio::test]
async fn revocation_ends_a_sign_in_in_progress() {
    let bench = ConsentBench::new().await;
    let (mut browser, back) = sent(&bench).await;
    revoke(&bench).await;
    let session = browser.get_url(&back).await.location();
    assert_eq!(browser.get(&session).await.heading(), REVOKED);
    assert_eq!((exchanges(&bench), state(&bench).await.1), (0, false), "the code was not redeemed");
}

#[tokio::test]
async fn used_up_link_gives_no_second_consent() {
    let bench = ConsentBench::new().await;
    let invitation = bench.invite(TENANT).await;
    let (mut second, seconds) = verified(&bench, &invitation).await;
    let token = second.form_token(&seconds).await;
    bench.simulation.consent(&mut bench.browser(), &invitation).await;
    bench.work().await;
    let calls = bench.simulation.okta.requests("acme").len();
    assert_eq!(second.post(&format!("{seconds}/okta"), &[("token", &token)]).await.location(), seconds);
    assert_eq!(second.get(&seconds).await.heading(), "This consent has already been completed");
    assert_eq!(bench.simulation.okta.requests("acme").len(), calls);
}

#[tokio::test]
async fn revocation_reports_ended_sessions() {
    let bench = ConsentBench::new().await;
    let invitation = bench.invite(TENANT).await;
    verified(&bench, &invitation).await;
    verified(&bench, &invitation).await;
    let answer: serde_json::Value = serde_json::from_str(&revoke(&bench).await).unwrap();
    assert_eq!(answer["sessions_ended"], 2, "{answer}");
}
