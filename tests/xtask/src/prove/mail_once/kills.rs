//! Kills the process once after every write to the ledger, the queue and the mail transport. Ten minutes later a second
//! process continues, both with the queue intact (as in SQS) and with it lost (as in memory, until the next scan queues
//! again).

use regrant::embedded::worker::drain_notifications;
use regrant::queue::Queues;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use regrant::clock::{Clock, SimulatedClock};
use regrant::domain::access_problem::OrgWatch;
use regrant::domain::app::AppRecord;
use regrant::domain::id::OrgId;
use regrant::domain::org::OrgProfile;
use regrant::embedded::in_process_queues;
use regrant::embedded::sqlite::SqliteLedger;
use regrant::ledger::{AppFilter, Ledger, PageRequest};
use regrant::usecases::Ports;
use regrant::usecases::notify::queue_due::queue_due;
use regrant::usecases::records::app::queue_plan;
use regrant_tests::bench::{Sides, Stores, ports_over};
use regrant_tests::crash_point::{CrashPoint, CrashingLedger, ENDED};
use regrant_tests::crashing_queue::{CrashingQueue, CrashingTransport};
use regrant_tests::mailbox::Mailbox;
use regrant_tests::memory_vault::MemoryVault;

use super::installation::{Installation, notifications, settings, work_off};
use super::{Post, Told, count, sent, sorted};
use crate::walk::Failure;

/// The number of orgs with notifications; the second one's token is revoked.
const ORGS: usize = 3;

/// The results of all kills.
#[derive(Debug, Default)]
pub(super) struct Killed {
    pub(super) kills: u64,
    /// Notifications that were lost.
    pub(super) lost: Vec<String>,
    /// Notifications that were sent only after a kill.
    pub(super) otherwise: Vec<String>,
    /// Emails that the transport accepted twice.
    pub(super) copies: usize,
    pub(super) most_copies: usize,
    /// Copies with a different id, which no one can recognise as copies.
    pub(super) other_ids: usize,
}

impl Killed {
    pub(super) fn holds(&self) -> bool {
        self.kills > 0
            && self.lost.is_empty()
            && self.otherwise.is_empty()
            && self.other_ids == 0
            && self.most_copies <= 1
    }
}

/// What an email tells its reader: the apps that it names, or its text if it names none. After a kill, or with
/// several workers, an email about several apps may become one for each.
pub(super) fn matters(told: &Told) -> Vec<Told> {
    const LABEL: &str = "Microsoft Office 365 (";
    let (reader, text) = told;
    let named = text.split(LABEL).skip(1).filter_map(|rest| rest.split_once(')')).map(|(number, _)| number);
    let apps: BTreeSet<&str> = named.collect();
    if apps.is_empty() {
        return vec![told.clone()];
    }
    apps.into_iter().map(|number| (reader.clone(), format!("{LABEL}{number})"))).collect()
}

/// Kills the process after every `step`th write.
pub(super) async fn killed(installation: &Installation, step: usize) -> Result<Killed, Failure> {
    let fixture = Fixture::of(installation).await?;
    let whole = fixture.run(None, Queue::Survives).await?;
    let due = whole.told();
    let mut sum = Killed::default();
    for queue in [Queue::Survives, Queue::IsLost] {
        for write in (1..=whole.writes).step_by(step) {
            let ended = fixture.run(Some(write), queue).await?;
            sum.kills += u64::from(ended.was_killed);
            let told = ended.told();
            let at = |told: &Told| format!("{told:?}, killed after write {write}, queue {queue:?}");
            sum.lost.extend(due.difference(&told).map(at));
            sum.otherwise.extend(told.difference(&due).map(at));
            let copies = count(&ended.post) - ended.post.len();
            sum.copies += copies;
            sum.most_copies = sum.most_copies.max(copies);
            let ids = |copies: &Vec<String>| copies.iter().collect::<BTreeSet<_>>().len();
            sum.other_ids += ended.post.values().filter(|copies| ids(copies) > 1).count();
        }
    }
    Ok(sum)
}

/// The state of the queue after a kill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Queue {
    Survives,
    IsLost,
}

struct Ended {
    post: Post,
    sent: BTreeSet<Told>,
    writes: u64,
    was_killed: bool,
}

impl Ended {
    /// What the emails say, and the notifications that the ledger records as sent.
    fn told(&self) -> BTreeSet<Told> {
        self.post.keys().flat_map(matters).chain(self.sent.iter().cloned()).collect()
    }
}

/// Some orgs directly after a scan, before any notification.
struct Fixture {
    now: Timestamp,
    orgs: Vec<OrgProfile>,
    apps: Vec<AppRecord>,
    watches: Vec<OrgWatch>,
}

impl Fixture {
    async fn of(installation: &Installation) -> Result<Self, Failure> {
        let ledger = &installation.ports.ledger;
        let mut fixture =
            Self { now: installation.clock.now(), orgs: Vec::new(), apps: Vec::new(), watches: Vec::new() };
        for org in installation.orgs.iter().take(ORGS) {
            fixture.orgs.push(ledger.org(org).await?.ok_or("an org of the fixture is gone")?);
            let filter = AppFilter { org: Some(org.clone()), ..AppFilter::default() };
            let apps = ledger.apps(&filter, PageRequest::first(100)).await?.items;
            // Each record goes first into a fresh ledger.
            fixture.apps.extend(apps.into_iter().map(|app| AppRecord { version: 0, ..app }));
            let watch = ledger.org_watch(org).await?.ok_or("an org of the fixture was never looked at")?;
            // Written first.
            fixture.watches.push(OrgWatch { version: 0, ..watch });
        }
        Ok(fixture)
    }

    async fn fill(&self, ledger: &dyn Ledger) -> Result<(), Failure> {
        for org in &self.orgs {
            ledger.put_org(org).await?;
        }
        for app in &self.apps {
            if !ledger.record_app(app, &[]).await? {
                return Err("an app of the fixture was there already".into());
            }
        }
        for watch in &self.watches {
            ledger.put_org_watch(watch).await?;
        }
        Ok(())
    }

    async fn ask(&self, ports: &Ports) -> Result<(), Failure> {
        for org in &self.orgs {
            queue_plan(ports, &org.id, None).await?;
        }
        Ok(())
    }

    /// Sends all notifications, with or without a kill after a write, and then continues after the kill.
    async fn run(&self, end_after: Option<u64>, queue: Queue) -> Result<Ended, Failure> {
        let folder = tempfile::tempdir()?;
        let clock = SimulatedClock::starting_at(self.now);
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let mailbox = Mailbox::new();
        let stores = Stores {
            ledger: Arc::new(SqliteLedger::open(&folder.path().join("ledger.sqlite")).await?),
            vault: Arc::new(MemoryVault::default()),
            queues: in_process_queues(&shared),
            mail: mailbox.clone(),
        };
        let sides = Sides { settings: settings()?, ..Sides::default() };
        let ports = ports_over(stores, shared.clone(), sides);
        self.fill(&*ports.ledger).await?;
        self.ask(&ports).await?;

        let crash_point = CrashPoint::for_task(end_after);
        let mortal = Ports {
            ledger: Arc::new(CrashingLedger(ports.ledger.clone(), crash_point.clone())),
            queues: Queues {
                notifications: Arc::new(CrashingQueue(ports.queues.notifications.clone(), crash_point.clone())),
                ..ports.queues.clone()
            },
            mail: Arc::new(CrashingTransport(ports.mail.clone(), crash_point.clone())),
            ..ports.clone()
        };
        let was_killed = match tokio::spawn(async move { drain_notifications(&mortal).await }).await {
            Ok(drained) => {
                drained?;
                false
            }
            Err(error) if error.is_panic() => {
                let why = error.into_panic();
                if why.downcast_ref::<&str>() != Some(&ENDED) {
                    std::panic::resume_unwind(why);
                }
                true
            }
            Err(error) => return Err(error.into()),
        };
        clock.advance(Duration::from_mins(10));
        let reborn = match queue {
            Queue::Survives => ports,
            Queue::IsLost => {
                let reborn = Ports { queues: in_process_queues(&shared), ..ports };
                self.ask(&reborn).await?;
                reborn
            }
        };
        queue_due(&reborn).await?;
        work_off(&reborn, &clock, 1).await?;
        let orgs: Vec<OrgId> = self.orgs.iter().map(|org| org.id.clone()).collect();
        let sent = sent(&notifications(&*reborn.ledger, &orgs).await?);
        Ok(Ended { post: sorted(&mailbox.emails()), sent, writes: crash_point.writes(), was_killed })
    }
}
