//! Kills the process once after every external call and every write of a consent, and restarts it. The final state must
//! always be the same. The person at the browser reloads pages, and starts again if a page asks for it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use jiff::SignedDuration;
use regrant::domain::save::SaveOutcome;
use regrant::domain::session::SessionState;
use regrant::domain::standing::Standing;
use regrant::ledger::PageRequest;
use regrant::microsoft::MfaEvidence;
use regrant::usecases::Ports;
use regrant::usecases::consent::invite::invite;
use regrant::vault::{SecretName, SecretVersion};
use regrant_tests::accelerated_clock::AcceleratedClock;
use regrant_tests::consent::{Simulation, add_and_scan_demo_orgs, app_of, register, registration};
use regrant_tests::program::built;
use serde_json::json;

use super::{Outcome, Report, Size};
use crate::walk::process::Life;
use crate::walk::{Failure, Fixture, Person, is_on};

pub(crate) const NAME: &str = "kill-points";

/// The kinds of apps, by tenant: first consent, save only, user name and password, and one that is always enabled.
const KINDS: [(&str, &str); 4] =
    [("acmelabs", "acme"), ("contosoemea", "contoso"), ("contoso", "contoso"), ("acme", "acme")];

pub(crate) async fn prove(size: Size) -> Outcome {
    let program = built("xtask", "xtask")?;
    let (mut tried, mut bad) = (BTreeMap::from([("calls", 0_u64), ("writes", 0)]), Vec::new());
    let kinds = if size == Size::Full { &KINDS[..] } else { &KINDS[..1] };
    for (tenant, org) in kinds {
        let whole = run(&program, tenant, org, Point::None).await?;
        let step = if size == Size::Full { 1 } else { 9 };
        let calls = (1..=whole.calls).step_by(step).map(Point::Call);
        let writes = (1..=whole.writes).step_by(step).map(Point::Write);
        for point in calls.chain(writes) {
            let ended = run(&program, tenant, org, point).await;
            *tried.entry(point.kind()).or_default() += 1;
            match ended {
                Ok(ended) if ended.state == whole.state && !ended.was_off => {}
                Ok(ended) => bad.push(format!(
                    "{tenant} {point:?}: {} instead of {}, off {}",
                    ended.state, whole.state, ended.was_off
                )),
                Err(error) => bad.push(format!("{tenant} {point:?}: {error}")),
            }
        }
    }
    let (calls, writes) = (tried["calls"], tried["writes"]);
    Ok(Report::new(
        NAME,
        bad.is_empty() && calls > 0 && writes > 0,
        [
            ("kinds_of_apps", json!(kinds.len())),
            ("points_tried", json!(calls + writes)),
            ("after_external_calls", json!(calls)),
            ("after_writes", json!(writes)),
            ("ended_otherwise", json!(bad)),
        ],
    ))
}

/// A kill point.
#[derive(Debug, Clone, Copy)]
enum Point {
    None,
    /// After this call took effect, before its response arrives.
    Call(u64),
    /// Directly after this write.
    Write(u64),
}

impl Point {
    const fn kind(self) -> &'static str {
        match self {
            Self::Write(_) => "writes",
            _ => "calls",
        }
    }
}

/// How a run ended.
struct Ended {
    state: String,
    /// Whether an enabled connection was ever disabled.
    was_off: bool,
    calls: u64,
    writes: u64,
}

async fn run(program: &Path, tenant: &str, org: &str, point: Point) -> Result<Ended, Failure> {
    let simulation = Simulation::new(Arc::new(AcceleratedClock::ahead_by(SignedDuration::ZERO))).await;
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let (link, app) = {
        let ports = simulation.ports(&data).await;
        register(&ports, &registration(MfaEvidence::default())).await;
        add_and_scan_demo_orgs(&simulation, &ports).await;
        let app = app_of(&ports, tenant).await;
        let link = invite(&ports, &app.0, &app.1).await?.link;
        (link.path().to_owned(), app)
    };
    let starts_on = is_on(&simulation, org, app.1.as_str());
    simulation.kill_point.restart(if let Point::Call(call) = point { Some(call) } else { None });
    let life = if let Point::Write(write) = point { Life::EndingAfterWrite(write) } else { Life::Unharmed };
    let stays_on = starts_on.then_some((org, app.1.as_str()));
    let fixture = Fixture { simulation: &simulation, program, data: &data, tenant, link: &link, stays_on };
    let mut person = Person::new(fixture, life).await?;
    person.walk().await?;
    let writes = person.browse("/writes").await?.body.parse().unwrap_or(0);
    let was_off = person.was_off;
    let calls = simulation.kill_point.calls();
    drop(person);
    let ports = simulation.ports(&data).await;
    let end = end_state(&simulation, &ports, tenant, org).await?;
    Ok(Ended { state: end, was_off, calls, writes })
}

/// The final state of Okta, vault and ledger, without random values.
async fn end_state(simulation: &Simulation, ports: &Ports, tenant: &str, org: &str) -> Result<String, Failure> {
    let (org_id, app_id) = app_of(ports, tenant).await;
    let app = ports.ledger.app(&org_id, &app_id).await?.ok_or("no app")?;
    let journal = ports.ledger.save_journal(&org_id, &app_id).await?.ok_or("no journal")?;
    let saved = matches!(journal.outcome, Some(SaveOutcome::Saved { .. }));
    let id = simulation.microsoft.with_tenant(&format!("{tenant}.onmicrosoft.com"), |tenant| tenant.id.clone());
    let tokens = SecretName::Graph(org_id.clone(), id.unwrap_or_default().parse()?);
    let tokens = ports.vault.get(&tokens, SecretVersion::Current).await?.is_some();
    let left =
        ports.vault.get(&SecretName::HandOver(org_id.clone(), app_id.clone()), SecretVersion::Current).await?.is_some();
    let invitations = ports.ledger.invitations(&org_id, &app_id, PageRequest::first(10)).await?;
    let used = invitations.items.iter().all(|invitation| invitation.closed.is_some());
    let done = match &journal.session {
        Some(session) => {
            ports.ledger.session(session).await?.is_some_and(|session| session.state == SessionState::Done)
        }
        None => false,
    };
    let standing = app.standing() == Standing::Consented;
    let on = is_on(simulation, org, app_id.as_str());
    let verification = app.consent.verification.is_some() && app.consent.last_save.as_ref() == Some(&journal.id);
    Ok(format!(
        "on {on}, standing {standing}, verified {}, journal {saved}, verification {verification}, tokens {tokens}, hand-over left {left}, \
         invitation used {used}, session done {done}",
        app.assessment.verified
    ))
}
