//! Tests ticket systems: one ticket per request, commented on and closed with it, and never a second one.

use std::sync::Arc;

use regrant::domain::notification::NotificationState;
use regrant::hooks::{Hook, HookKind, Route};
use regrant::usecases::notify::hook::{add_hook, hook_events, replay_event, test_hook};
use regrant_simulators::tickets::TicketSimulator;
use regrant_tests::tickets::{ticket_hook, walk};
use secrecy::SecretString;

use super::fixture::{NotifyFixture, RUNNING};

const SYSTEMS: [HookKind; 2] = [HookKind::Servicenow, HookKind::Jira];

#[tokio::test]
async fn request_has_one_ticket_from_beginning_to_end() {
    for kind in SYSTEMS {
        let walked = walk(kind, 10, None).await;
        let ended = walked.tickets[walked.ended.as_str()];
        assert_eq!(ended, (1, 0, 2), "{kind:?}: one ticket, closed, with a comment for the change and one for the end");
        assert!(walked.tickets.values().all(|(tickets, ..)| *tickets == 1), "{kind:?}: {walked:?}");
    }
}

#[tokio::test]
async fn killed_process_leaves_one_ticket_and_no_second_comment() {
    for kind in SYSTEMS {
        let whole = walk(kind, 2, None).await;
        for kill in [1, 2, 3, whole.calls / 2, whole.calls - 1, whole.calls] {
            let walked = walk(kind, 2, Some(kill)).await;
            assert!(walked.was_killed, "{kind:?}, call {kill} of {}", whole.calls);
            assert_eq!(walked.tickets[walked.ended.as_str()], (1, 0, 2), "{kind:?}, killed after call {kill}");
            assert!(walked.tickets.values().all(|(tickets, ..)| *tickets == 1), "{kind:?}, {kill}: {walked:?}");
        }
    }
}

/// A fixture with a ticket system, in which an app's request was opened.
async fn opened(kind: HookKind, change: impl FnOnce(Hook) -> Hook) -> (NotifyFixture, TicketSimulator) {
    let fixture = NotifyFixture::settled().await;
    let simulator = TicketSimulator::start(Arc::new(fixture.bench.clock.clone())).await.unwrap();
    let hook = change(ticket_hook(&fixture.bench.ports, &simulator, kind));
    add_hook(&fixture.bench.ports, hook).await.unwrap();
    fixture.breaks(RUNNING).await;
    fixture.scan().await;
    (fixture, simulator)
}

#[tokio::test]
async fn requests_that_are_open_get_tickets_too() {
    let (fixture, simulator) = opened(HookKind::Servicenow, |hook| hook).await;
    let titles: Vec<String> = simulator.tickets().into_iter().map(|ticket| ticket.title).collect();
    assert_eq!(titles.len(), 2, "the broken one, and the one that was waiting: {titles:?}");
    let request = fixture.bench.app(RUNNING).await.request.unwrap().id;
    assert!(simulator.tickets().iter().any(|ticket| ticket.request == request.as_str()));
}

#[tokio::test]
async fn route_decides_which_requests_get_tickets() {
    let urgent = Route { severity: Some(regrant::domain::standing::Severity::High), ..Route::default() };
    let (_, simulator) = opened(HookKind::Jira, |hook| Hook { route: urgent, ..hook }).await;
    assert_eq!(simulator.tickets().len(), 1, "only the broken one");
    let elsewhere = Route { customers: ["Globex".parse().unwrap()].into(), ..Route::default() };
    let (_, simulator) = opened(HookKind::Jira, |hook| Hook { route: elsewhere, ..hook }).await;
    assert!(simulator.tickets().is_empty(), "the org belongs to no customer");
}

#[tokio::test]
async fn ticket_closed_by_a_person_stays_closed() {
    let (fixture, simulator) = opened(HookKind::Servicenow, |hook| hook).await;
    simulator.close_all();
    fixture.later(std::time::Duration::from_mins(1));
    fixture.mends(RUNNING).await;
    fixture.scan().await;
    fixture.later(std::time::Duration::from_mins(1));
    fixture.breaks(RUNNING).await;
    fixture.scan().await;
    let tickets = simulator.tickets();
    assert_eq!(tickets.len(), 3, "a new request has a new ticket, and the others stay as they were: {tickets:?}");
    assert_eq!(tickets.iter().filter(|ticket| !ticket.is_closed).count(), 1);
}

#[tokio::test]
async fn wrong_login_is_named_and_loses_no_event() {
    let (fixture, simulator) = opened(HookKind::Servicenow, |mut hook| {
        hook.desk.as_mut().unwrap().password = SecretString::from("canary-wrong");
        hook
    })
    .await;
    assert!(simulator.tickets().is_empty());
    let error = test_hook(&fixture.bench.ports, "tickets").await.unwrap_err().to_string();
    assert!(error.contains("denies access (401)") && error.contains("User Not Authenticated"), "{error}");
    assert!(!error.contains("canary-wrong"), "{error}");
    let request = fixture.bench.app(RUNNING).await.request.unwrap().id;
    let events = hook_events(&fixture.bench.ports, &request).await.unwrap();
    assert!(events.iter().all(|event| matches!(event.state, NotificationState::Waiting { .. })), "{events:?}");
}

#[tokio::test]
async fn replayed_event_opens_no_second_ticket() {
    let (fixture, simulator) = opened(HookKind::Jira, |hook| hook).await;
    let request = fixture.bench.app(RUNNING).await.request.unwrap().id;
    for event in hook_events(&fixture.bench.ports, &request).await.unwrap() {
        replay_event(&fixture.bench.ports, &request, &event.id).await.unwrap();
    }
    let of_request = simulator.tickets().into_iter().filter(|ticket| ticket.request == request.as_str()).count();
    assert_eq!(of_request, 1);
    test_hook(&fixture.bench.ports, "tickets").await.unwrap();
    assert_eq!(simulator.tickets().len(), 2, "a test opens no ticket");
}
