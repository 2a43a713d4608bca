//! A request from its beginning to its end, with a ticket system as a hook: every message is delivered several times, and
//! the process may be killed after any call to the ticket system.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use regrant::domain::id::RequestId;
use regrant::embedded::in_process_queue::InProcessQueue;
use regrant::embedded::worker::{drain_notifications, drain_scans};
use regrant::hooks::tickets::{TicketDesk, TicketPlace};
use regrant::hooks::{Hook, HookKind};
use regrant::http::loopback::LoopbackPolicy;
use regrant::usecases::Ports;
use regrant::usecases::notify::hook::add_hook;
use regrant::usecases::notify::queue_due::queue_due;
use regrant::usecases::scan::start::{Selection, start_scan};
use regrant_simulators::LogEntry;
use regrant_simulators::tickets::{TICKET_PASSWORD, TICKET_USER, TicketSimulator};
use secrecy::SecretString;

use crate::consent::ConsentBench;
use crate::copying_queue::CopyingQueue;

/// The tenant of the app whose consent breaks and is repaired.
const TENANT: &str = "acme";
/// Longer than a claim or a lease lasts.
const PAUSE: Duration = Duration::from_mins(6);
/// How many pauses without work end a walk: longer than the longest backoff.
const IDLE: u32 = 3;

/// How a walk ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walked {
    /// Each request's number of tickets, the open ones among them, and their comments.
    pub tickets: BTreeMap<String, (usize, usize, usize)>,
    /// The request that ended.
    pub ended: RequestId,
    /// The number of calls to the ticket system.
    pub calls: u64,
    /// Whether the process was killed.
    pub was_killed: bool,
}

/// A hook for this ticket system at the simulator.
pub fn ticket_hook(ports: &Ports, simulator: &TicketSimulator, kind: HookKind) -> Hook {
    let url = SecretString::from(simulator.url().to_owned());
    let place = match kind {
        HookKind::Jira => TicketPlace::Jira { project: "OPS".to_owned(), issue_type: "Task".to_owned() },
        _ => TicketPlace::Servicenow {
            table: "incident".to_owned(),
            assignment_group: None,
            close_code: "Solution provided".to_owned(),
        },
    };
    let desk = TicketDesk { user: TICKET_USER.to_owned(), password: SecretString::from(TICKET_PASSWORD), place };
    let hook = Hook::new("tickets", kind, &url, LoopbackPolicy::Allow, &*ports.randomness).unwrap();
    Hook { desk: Some(desk), ..hook }
}

/// Walks through a request that is opened, changed and ended. Every message is delivered `copies` times, and the process is
/// killed after the `kill_after`th call to the ticket system.
pub async fn walk(kind: HookKind, copies: usize, kill_after: Option<u64>) -> Walked {
    let mut bench = ConsentBench::new().await;
    let simulator = TicketSimulator::start(Arc::new(bench.clock.clone())).await.unwrap();
    let queue = Arc::new(InProcessQueue::new(Arc::new(bench.clock.clone())));
    bench.ports.queues.notifications = CopyingQueue::over(queue, copies);
    add_hook(&bench.ports, ticket_hook(&bench.ports, &simulator, kind)).await.unwrap();
    simulator.kill_point().restart(kill_after);
    let (org, app) = bench.ids(TENANT).await;
    let log = |entry| bench.simulation.okta.log("acme", entry).unwrap();
    let mut was_killed = false;
    for step in 0..3 {
        match step {
            0 => drop(log(LogEntry::credential_rotated(app.as_str(), false))),
            1 => drop(log(LogEntry::credentials_refused(app.as_str()))),
            _ => {
                log(LogEntry::credential_rotated(app.as_str(), true));
                log(LogEntry::profile_pushed(app.as_str(), "ann@acme.example", true));
            }
        }
        start_scan(&bench.ports, &Selection::Orgs(vec![org.clone()])).await.unwrap();
        drain_scans(&bench.ports, 4, || ()).await.unwrap();
        was_killed |= work_off(&bench, &simulator).await;
        bench.clock.advance(Duration::from_mins(1));
    }
    let request = bench.app(TENANT).await.request.unwrap();
    assert!(!request.is_open(), "the walk ends with the request's end: {request:?}");
    let mut tickets: BTreeMap<String, (usize, usize, usize)> = BTreeMap::new();
    for ticket in simulator.tickets() {
        let of_request = tickets.entry(ticket.request).or_default();
        of_request.0 += 1;
        of_request.1 += usize::from(!ticket.is_closed);
        of_request.2 += ticket.comments.len();
    }
    Walked { tickets, ended: request.id, calls: simulator.kill_point().calls(), was_killed }
}

/// Works off the notification queue. Returns whether the process was killed, and if so, goes on as a new one.
async fn work_off(bench: &ConsentBench, simulator: &TicketSimulator) -> bool {
    let (mut idle, mut was_killed) = (0, false);
    while idle < IDLE {
        let ports = bench.ports.clone();
        let mut process = tokio::spawn(async move { drain_notifications(&ports).await });
        let done = tokio::select! {
            done = &mut process => done.unwrap().unwrap(),
            () = simulator.kill_point().lost() => {
                process.abort();
                let _ = process.await;
                was_killed = true;
                simulator.kill_point().restart(None);
                0
            }
        };
        if done == 0 {
            idle += 1;
            bench.clock.advance(PAUSE);
            queue_due(&bench.ports).await.unwrap();
        } else {
            idle = 0;
        }
    }
    was_killed
}
