//! Measures detection time with log streaming: an event arrives, the org is scanned, and the app's standing changes.

use regrant::embedded::worker::drain_scans;
use std::time::Duration;

use jiff::SignedDuration;
use regrant::clock::Clock as _;
use regrant::domain::standing::Standing;
use regrant::okta::log_stream;
use regrant::usecases::scan::rescan_soon::rescan_soon;
use regrant_simulators::LogEntry;
use serde_json::{Value, json};

use super::world::{OrgInCare, World};
use crate::walk::Failure;

/// The time between failing pushes.
const PUSHES_APART: Duration = Duration::from_secs(30);
/// The time limit for detection.
const GIVEN_UP: SignedDuration = SignedDuration::from_mins(15);

/// The simulated seconds from the first failure in each org to its app's expected standing; -1 if it was never reached.
pub(super) async fn seconds_to_see(world: &World, orgs: &[usize]) -> Result<Vec<i64>, Failure> {
    let mut all = Vec::new();
    for index in orgs {
        let seconds = of_org(world, &world.orgs[*index]).await?;
        all.push(seconds.unwrap_or(-1));
        // Separates the failures of two orgs.
        world.clock.advance(Duration::from_mins(10));
    }
    Ok(all)
}

async fn of_org(world: &World, org: &OrgInCare) -> Result<Option<i64>, Failure> {
    let began = world.clock.now();
    loop {
        let event = streamed(world, org)?;
        rescan_soon(&world.ports, &log_stream::decode(&event)?).await?;
        drain_scans(&world.ports, 1, || ()).await?;
        let took = world.clock.now().duration_since(began);
        let record = world.ports.ledger.app(&org.id, &org.apps[0].id).await?;
        if record.is_some_and(|record| record.standing() == Standing::Broken) {
            return Ok(Some(took.as_secs()));
        }
        if took >= GIVEN_UP {
            return Ok(None);
        }
        world.clock.advance(PUSHES_APART);
    }
}

/// Logs a failed push and returns its event as EventBridge delivers it.
fn streamed(world: &World, org: &OrgInCare) -> Result<Value, Failure> {
    let (app, now) = (org.app(), world.clock.now());
    let id = world.okta.log(&org.name, LogEntry::credentials_refused(app)).ok_or("the org has no log")?;
    Ok(json!({
        "version": "0",
        "detail-type": "SystemLog",
        "source": format!("aws.partner/okta.com/{}/watch", org.name),
        "time": now,
        "detail": {
            "uuid": id,
            "published": now,
            "eventType": "app.office365.api.error.validate.creds",
            "severity": "ERROR",
            "outcome": { "result": "FAILURE", "reason": "AADSTS50126: Error validating credentials." },
            "target": [{ "id": app, "type": "AppInstance" }],
        },
    }))
}
