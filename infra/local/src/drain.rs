//! The queue worked off in this process: what SQS and the discovery function do together in AWS.

use std::time::Duration;

use regrant::queue::{Delivery, Message};
use regrant::usecases::Ports;
use regrant::usecases::discover::discover;
use tokio::task::JoinSet;

/// How long one org may take before its message is handed out again: longer than any org's rate window.
const VISIBILITY: Duration = Duration::from_hours(1);
/// How often one org is looked at in one scan before its last answer stands.
const LOOKS: u32 = 3;
/// How long until the next look at an org that could not be looked at.
const PAUSE: Duration = Duration::from_secs(1);

/// Works off the queue until it is empty, `workers` orgs at once; `done` hears of each org that is through.
pub async fn drain(ports: &Ports, workers: usize, done: impl Fn()) -> Result<(), String> {
    let mut running: JoinSet<Result<bool, String>> = JoinSet::new();
    let mut again = 0_usize;
    loop {
        while running.len() < workers.max(1) {
            let received = ports.queue.receive(1, VISIBILITY).await.map_err(|error| error.to_string())?;
            let Some(delivery) = received.into_iter().next() else { break };
            again = again.saturating_sub(usize::from(delivery.receive_count > 1));
            running.spawn(work(ports.clone(), delivery));
        }
        match running.join_next().await {
            Some(Ok(Ok(true))) => done(),
            Some(Ok(Ok(false))) => again += 1,
            Some(Ok(Err(reason))) => return Err(reason),
            Some(Err(error)) => return Err(error.to_string()),
            None if again > 0 => ports.clock.sleep(PAUSE).await,
            None => return Ok(()),
        }
    }
}

/// Looks at one org. `false` where it comes again.
async fn work(ports: Ports, delivery: Delivery) -> Result<bool, String> {
    let Message::ScanOrg { scan, org } = &delivery.message;
    let found = discover(&ports, scan, org).await.map_err(|error| error.to_string())?;
    if found.try_again && delivery.receive_count < LOOKS {
        ports.queue.release(&delivery.receipt, PAUSE).await.map_err(|error| error.to_string())?;
        return Ok(false);
    }
    ports.queue.delete(&delivery.receipt).await.map_err(|error| error.to_string())?;
    Ok(true)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop where it stands")]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use regrant::domain::org::{CredentialKind, OrgProfile};
    use regrant::okta::org_url::LoopbackPolicy;
    use regrant::usecases::start_scan::{Selection, start_scan};

    use super::*;
    use crate::house::House;

    #[tokio::test]
    async fn every_org_is_through_once_and_one_without_a_credential_is_not_seen() {
        let folder = tempfile::tempdir().unwrap();
        let house = House::open_at(folder.path(), LoopbackPolicy::Refuse).await.unwrap();
        for name in ["acme", "contoso", "globex"] {
            let profile = OrgProfile {
                id: format!("00o{name}").parse().unwrap(),
                base_url: format!("https://{name}.okta.com/").parse().unwrap(),
                credential: CredentialKind::ApiToken,
                added_at: house.ports.clock.now(),
            };
            house.ports.ledger.put_org(&profile).await.unwrap();
        }
        let scan = start_scan(&house.ports, &Selection::All).await.unwrap();
        let through = AtomicUsize::new(0);
        drain(&house.ports, 2, || _ = through.fetch_add(1, Ordering::Relaxed)).await.unwrap();

        let scan = house.ports.ledger.scan(&scan.id).await.unwrap().unwrap();
        assert_eq!((through.into_inner(), scan.orgs_pending, scan.orgs_not_seen.len()), (3, 0, 3));
        assert!(scan.orgs_not_seen.iter().all(|missed| missed.reason.contains("credential")), "{scan:?}");
        assert_eq!(house.org("https://ACME.okta.com/").await.unwrap().id.as_str(), "00oacme");
        assert!(house.org("initech.okta.com").await.is_err());
    }
}
