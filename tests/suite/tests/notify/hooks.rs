//! Tests outgoing hooks: one signed call per change, retries after failures, and no calls to other hosts than the
//! operator's.

use std::time::Duration;

use regrant::clock::Clock as _;
use regrant::domain::notification::NotificationState;
use regrant::hooks::HookKind;
use regrant::usecases::notify::hook::{replay_event, test_hook};

use super::fixture::{NotifyFixture, RUNNING};
use super::listener::Listener;

#[tokio::test]
async fn each_change_sends_one_signed_call() {
    let fixture = NotifyFixture::settled().await;
    let listener = Listener::start().await;
    let hook = listener.hooked_to(&fixture, HookKind::Generic).await;
    fixture.scan().await;
    assert!(listener.calls().is_empty(), "nothing has changed since the hook is there");

    let at = fixture.bench.clock.now().as_second();
    fixture.breaks(RUNNING).await;
    fixture.scan().await;
    fixture.scan().await;
    fixture.sweep().await;
    let calls = listener.calls();
    let [broke] = calls.as_slice() else { unreachable!("one call: {calls:?}") };
    assert!(broke.is_signed_for(&hook), "{broke:?}");
    assert_eq!(broke.timestamp, at);
    let app = fixture.bench.app(RUNNING).await;
    let body = broke.body();
    let data = &body["data"];
    assert_eq!((data["from"].as_str(), data["to"].as_str()), (Some("consented"), Some("broken")));
    assert_eq!(data["app"], app.identity.app.as_str());
    assert_eq!(data["request"], app.request.unwrap().id.as_str(), "the same request as in the emails");
    assert_eq!(data["notification"], broke.id.as_str());

    fixture.later(Duration::from_mins(1));
    fixture.mends(RUNNING).await;
    fixture.scan().await;
    let calls = listener.calls();
    let [_, mended] = calls.as_slice() else { unreachable!("two calls: {calls:?}") };
    assert!(mended.is_signed_for(&hook) && mended.id != broke.id);
    assert_eq!(mended.body()["data"]["to"], "consented");
}

#[tokio::test]
async fn request_events_are_correlated_and_can_be_replayed() {
    let fixture = NotifyFixture::settled().await;
    let listener = Listener::start().await;
    let hook = listener.hooked_to(&fixture, HookKind::Generic).await;
    fixture.later(Duration::from_mins(1));
    fixture.breaks(RUNNING).await;
    fixture.scan().await;
    fixture.later(Duration::from_mins(1));
    fixture.mends(RUNNING).await;
    fixture.scan().await;
    let request = fixture.bench.app(RUNNING).await.request.unwrap().id;
    let of_requests = || {
        let calls = listener.calls().into_iter();
        calls.filter(|call| call.body()["type"].as_str().unwrap().starts_with("request.")).collect::<Vec<_>>()
    };
    let events = of_requests();
    let kinds: Vec<_> = events.iter().map(|call| call.body()["type"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kinds, ["request.opened", "request.ended"]);
    for call in &events {
        assert!(call.is_signed_for(&hook), "{call:?}");
        assert_eq!(call.body()["data"]["request"], request.as_str());
        replay_event(&fixture.bench.ports, &request, &call.id.parse().unwrap()).await.unwrap();
    }
    let ids: Vec<String> = of_requests().into_iter().map(|call| call.id).collect();
    assert_eq!(ids.iter().collect::<Vec<_>>(), [&events[0].id, &events[1].id, &events[0].id, &events[1].id]);
}

#[tokio::test]
async fn test_call_is_signed_and_marked() {
    let fixture = NotifyFixture::settled().await;
    let listener = Listener::start().await;
    let hook = listener.hooked_to(&fixture, HookKind::Generic).await;
    test_hook(&fixture.bench.ports, "siem").await.unwrap();
    let calls = listener.calls();
    let [call] = calls.as_slice() else { unreachable!("one call: {calls:?}") };
    assert!(call.is_signed_for(&hook) && call.body()["type"] == "test", "{call:?}");
    let missing = test_hook(&fixture.bench.ports, "soc").await.unwrap_err().to_string();
    assert!(missing.contains("regrant hook list"), "{missing}");
}

#[tokio::test]
async fn modified_call_fails_verification() {
    let fixture = NotifyFixture::settled().await;
    let listener = Listener::start().await;
    let hook = listener.hooked_to(&fixture, HookKind::Generic).await;
    fixture.breaks(RUNNING).await;
    fixture.scan().await;
    let call = listener.calls().remove(0);
    assert!(call.is_signed_for(&hook));
    let mut other = call.clone();
    other.id = format!("{}0", other.id);
    assert!(!other.is_signed_for(&hook), "another id");
    let mut other = call;
    other.timestamp += 1;
    assert!(!other.is_signed_for(&hook), "another time");
}

#[tokio::test]
async fn failed_call_is_retried_with_same_id() {
    let fixture = NotifyFixture::settled().await;
    let listener = Listener::start().await;
    let hook = listener.hooked_to(&fixture, HookKind::Generic).await;
    listener.answer(500);
    listener.answer(429);
    fixture.breaks(RUNNING).await;
    fixture.scan().await;
    assert_eq!(listener.calls().len(), 1);
    for _ in 0..4 {
        fixture.later(Duration::from_mins(5));
        fixture.sweep().await;
    }
    let calls = listener.calls();
    assert_eq!(calls.len(), 3, "{calls:?}");
    assert!(calls.iter().all(|call| call.id == calls[0].id && call.is_signed_for(&hook)), "{calls:?}");
    let told = fixture.notifications_about("standing-changed").await;
    assert!(told.iter().all(|notification| matches!(notification.state, NotificationState::Sent { .. })), "{told:?}");
}

#[tokio::test]
async fn gone_server_is_not_called_again() {
    let fixture = NotifyFixture::settled().await;
    let listener = Listener::start().await;
    listener.hooked_to(&fixture, HookKind::Generic).await;
    listener.answer(410);
    fixture.breaks(RUNNING).await;
    fixture.scan().await;
    for _ in 0..3 {
        fixture.later(Duration::from_hours(1));
        fixture.scan().await;
        fixture.sweep().await;
    }
    assert_eq!(listener.calls().len(), 1);
    let told = fixture.notifications_about("standing-changed").await;
    let [ended] = told.as_slice() else { unreachable!("one notification: {told:?}") };
    let NotificationState::Refused { reason, .. } = &ended.state else { unreachable!("{ended:?}") };
    assert!(reason.contains("410") && !reason.contains(&listener.url), "{reason}");
    assert!(reason.contains("hook") && !reason.contains("mail"), "{reason}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let fixture = NotifyFixture::settled().await;
    let (listener, elsewhere) = (Listener::start().await, Listener::start().await);
    listener.hooked_to(&fixture, HookKind::Generic).await;
    listener.lead_to(&elsewhere.url);
    fixture.breaks(RUNNING).await;
    fixture.scan().await;
    fixture.later(Duration::from_hours(1));
    fixture.sweep().await;
    assert_eq!((listener.calls().len(), elsewhere.calls().len()), (1, 0));
    assert_eq!(listener.calls()[0].path, "/hook");
    let told = fixture.notifications_about("standing-changed").await;
    let [ended] = told.as_slice() else { unreachable!("one notification: {told:?}") };
    assert!(matches!(ended.state, NotificationState::Refused { .. }), "{ended:?}");
}

#[tokio::test]
async fn failing_hook_blocks_no_email() {
    let fixture = NotifyFixture::settled().await;
    let listener = Listener::start().await;
    listener.hooked_to(&fixture, HookKind::Slack).await;
    for _ in 0..20 {
        listener.answer(503);
    }
    fixture.breaks(RUNNING).await;
    fixture.scan().await;
    let told = fixture.told().await;
    assert_eq!(told.iter().filter(|told| told.starts_with("urgent")).count(), 2, "{told:?}");
    let body = listener.calls()[0].body();
    assert!(body["text"].as_str().unwrap().contains("broken"), "{body}");
}
