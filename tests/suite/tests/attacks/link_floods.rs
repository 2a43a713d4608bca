//! Floods by a person who has one link.

use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;
use regrant::domain::id::SessionId;
use regrant::domain::session::SessionState;
use regrant::embedded::worker::drain_saves;
use regrant::ledger::PageRequest;
use regrant_tests::consent::{Browser, ConsentBench};

use super::{ADMIN, TENANT};

/// The most links of Okta that one session receives.
const MAX_LINKS: usize = 8;

async fn verified(bench: &ConsentBench, tenant: &str) -> (Browser, String) {
    let invitation = bench.invite(tenant).await;
    let mut browser = bench.browser();
    let session = bench.sign_in(&mut browser, &invitation, ADMIN).await;
    (browser, session)
}

/// Takes every visible message of the save queue.
async fn queued(bench: &ConsentBench) -> usize {
    let mut taken = 0;
    loop {
        let some = bench.ports.queues.saves.receive(10, Duration::from_hours(1)).await.unwrap();
        if some.is_empty() {
            return taken;
        }
        taken += some.len();
    }
}

#[tokio::test]
async fn parallel_clicks_receive_no_more_links() {
    let bench = ConsentBench::new().await;
    let (mut browser, session) = verified(&bench, TENANT).await;
    let token = browser.form_token(&session).await;
    let clicks = (0..28).map(|_| {
        let (mut browser, session, token) = (browser.clone(), session.clone(), token.clone());
        async move { browser.post(&format!("{session}/okta"), &[("token", &token)]).await }
    });
    let links: Vec<_> =
        join_all(clicks).await.into_iter().filter(|seen| seen.headers.contains_key("location")).collect();
    assert!((1..=MAX_LINKS).contains(&links.len()), "{} links", links.len());
    let id = session.rsplit('/').next().unwrap().parse().unwrap();
    let SessionState::Consenting { attempt, .. } = bench.ports.ledger.session(&id).await.unwrap().unwrap().state else {
        unreachable!()
    };
    assert_eq!(attempt.okta_states.len(), links.len(), "a hand-over of each link is accepted");
}

#[tokio::test]
async fn last_of_parallel_links_is_accepted() {
    let bench = ConsentBench::new().await;
    let (mut browser, session) = verified(&bench, TENANT).await;
    let token = browser.form_token(&session).await;
    let clicks = (0..3).map(|_| {
        let (mut browser, session) = (browser.clone(), session.clone());
        async move { browser.open_consent(&session).await.unwrap() }
    });
    for link in join_all(clicks).await {
        let back = bench.at_microsoft(&link, ADMIN, regrant_simulators::microsoft::Decision::Accept);
        let shown = bench.at_okta(&back).await;
        let seen = browser.post(&format!("{session}/handover"), &[("token", &token), ("handover", &shown)]).await;
        assert_eq!(seen.location(), session);
    }
}

#[tokio::test]
async fn flood_of_confirmations_queues_one_message() {
    let bench = ConsentBench::new().await;
    let (mut browser, session) = verified(&bench, TENANT).await;
    bench.simulation.open_okta(&mut browser, &session).await;
    let token = browser.form_token(&session).await;
    queued(&bench).await;
    for _ in 0..300 {
        browser.post(&format!("{session}/finish"), &[("token", &token)]).await;
    }
    assert!(queued(&bench).await <= 1);
}

/// With ten thousand confirmations from one session, a different org's save is done at the first look.
#[tokio::test]
async fn flood_of_one_org_does_not_delay_another() {
    let bench = ConsentBench::new().await;
    let (mut flooding, session) = verified(&bench, TENANT).await;
    bench.simulation.open_okta(&mut flooding, &session).await;
    let token = flooding.form_token(&session).await;
    for _ in 0..10_000 {
        flooding.post(&format!("{session}/finish"), &[("token", &token)]).await;
    }
    let (mut browser, others) = verified(&bench, "contosoemea").await;
    bench.simulation.open_okta(&mut browser, &others).await;
    drain_saves(&bench.ports).await.unwrap();
    assert_eq!(browser.get(&others).await.heading(), "Done, and verified on both sides");
}

#[tokio::test]
async fn repeated_beginnings_call_microsoft_once() {
    let bench = ConsentBench::new().await;
    let invitation = bench.invite(TENANT).await;
    bench.browser().post(&invitation, &[]).await;
    let calls = bench.simulation.kill_point.calls();
    for _ in 0..10 {
        bench.browser().post(&invitation, &[]).await.location_url();
    }
    assert_eq!(bench.simulation.kill_point.calls(), calls);
    bench.clock.advance(Duration::from_hours(1));
    bench.browser().post(&invitation, &[]).await.location_url();
    assert_eq!(bench.simulation.kill_point.calls(), calls + 1, "after an hour it is read again");
}

#[tokio::test]
async fn one_link_opens_a_limited_number_of_sessions() {
    let bench = ConsentBench::new().await;
    let invitation = bench.invite(TENANT).await;
    let events = bench.events(TENANT).await.len();
    let mut opened = 0;
    for _ in 0..100 {
        let seen = bench.browser().post(&invitation, &[]).await;
        opened += usize::from(seen.headers.contains_key("set-cookie"));
    }
    assert_eq!(opened, regrant::domain::invitation::MAX_SESSIONS);
    assert_eq!(bench.events(TENANT).await.len(), events, "no event before someone has signed in");
    let (org, app) = bench.ids(TENANT).await;
    let newest = bench.ports.ledger.invitations(&org, &app, PageRequest::first(1)).await.unwrap().items.remove(0);
    assert_eq!(newest.sessions.len(), opened);
}

/// Takes the save's lease as the worker of a message would.
async fn in_progress(bench: &ConsentBench, message: &str) {
    let (org, app) = bench.ids(TENANT).await;
    let holder = format!("0123456789abcdef {message}");
    let (now, until) = (bench.ports.clock.now(), Timestamp::MAX);
    assert!(bench.ports.ledger.acquire_lease(&format!("save/{org}/{app}"), &holder, now, until).await.unwrap());
}

#[tokio::test]
async fn copy_of_a_running_save_is_done() {
    let bench = ConsentBench::new().await;
    let (mut browser, session) = verified(&bench, TENANT).await;
    bench.simulation.open_okta(&mut browser, &session).await;
    let id: SessionId = session.rsplit('/').next().unwrap().parse().unwrap();
    in_progress(&bench, &format!("{id}/{}", bench.ports.clock.now())).await;
    drain_saves(&bench.ports).await.unwrap();
    bench.clock.advance(Duration::from_hours(1));
    assert_eq!(queued(&bench).await, 0, "the running save continues alone");
}

#[tokio::test]
async fn save_of_another_session_does_not_end_this_one() {
    let bench = ConsentBench::new().await;
    let (mut browser, session) = verified(&bench, TENANT).await;
    bench.simulation.open_okta(&mut browser, &session).await;
    in_progress(&bench, &format!("0123456789abcdef0123456789abcdef/{}", bench.ports.clock.now())).await;
    drain_saves(&bench.ports).await.unwrap();
    bench.clock.advance(Duration::from_hours(1));
    assert_eq!(queued(&bench).await, 1, "it is tried again");
}
