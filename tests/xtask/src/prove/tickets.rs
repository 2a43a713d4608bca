//! One ticket per request in a ticket system, although every message is delivered ten times and the process is killed after
//! every call. The ticket systems are simulated from their documentation.

use regrant::hooks::HookKind;
use regrant_tests::tickets::{Walked, walk};
use serde_json::json;

use super::{Outcome, Report, Size};

pub(crate) const NAME: &str = "tickets";

/// The number of deliveries of each message.
const COPIES: usize = 10;

pub(crate) async fn prove(size: Size) -> Outcome {
    let (mut kills, mut calls, mut tickets, mut bad) = (0_u64, 0_u64, 0_usize, Vec::new());
    for kind in [HookKind::Servicenow, HookKind::Jira] {
        let whole = walk(kind, COPIES, None).await;
        calls += whole.calls;
        tickets += whole.tickets.values().map(|(count, ..)| count).sum::<usize>();
        bad.extend(faults(kind, None, &whole));
        let step = if size == Size::Full { 1 } else { 7 };
        for call in (1..=whole.calls).step_by(step) {
            let walked = walk(kind, COPIES, Some(call)).await;
            kills += u64::from(walked.was_killed);
            bad.extend(faults(kind, Some(call), &walked));
        }
    }
    Ok(Report::new(
        NAME,
        bad.is_empty() && kills > 0,
        [
            ("ticket_systems_simulated", json!(2)),
            ("deliveries_of_each_message", json!(COPIES)),
            ("calls_of_a_whole_walk", json!(calls)),
            ("tickets", json!(tickets)),
            ("kills", json!(kills)),
            ("second_tickets_second_comments_or_left_open", json!(bad)),
        ],
    ))
}

/// What is wrong at the end of a walk.
fn faults(kind: HookKind, killed_after: Option<u64>, walked: &Walked) -> Vec<String> {
    let at = |fault: String| format!("{}, killed after {killed_after:?}: {fault}", kind.name());
    let second = walked.tickets.iter().filter(|(_, (count, ..))| *count != 1);
    let mut faults: Vec<String> = second.map(|(request, found)| at(format!("{request}: {found:?}"))).collect();
    let ended = walked.tickets.get(walked.ended.as_str()).copied();
    // One comment for the change, and one for the end.
    if ended != Some((1, 0, 2)) {
        faults.push(at(format!("the request that ended: {ended:?}")));
    }
    faults
}
