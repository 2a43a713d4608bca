//! A fleet with contacts: apps with several standings, an org with a revoked token, and email recipients.

use regrant::embedded::in_process_queues;
use regrant::embedded::worker::{drain_notifications, drain_scans};
use regrant::queue::{NotificationWork, Queues, ScanOrg};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use regrant::clock::{Clock, SimulatedClock};
use regrant::domain::contact::{Contacts, MailAddress};
use regrant::domain::id::OrgId;
use regrant::domain::notification::Notification;
use regrant::domain::standing::Standing;
use regrant::embedded::in_process_queue::InProcessQueue;
use regrant::http::loopback::LoopbackPolicy;
use regrant::ledger::{Ledger, PageRequest};
use regrant::microsoft::config::{MicrosoftConfig as OktaConfig, SimulatedMicrosoft};
use regrant::settings::{MailSettings, PublicUrl, Settings};
use regrant::usecases::Ports;
use regrant::usecases::notify::contacts::set_contacts;
use regrant::usecases::notify::queue_due::queue_due;
use regrant::usecases::scan::start::{Selection, start_scan};
use regrant_simulators::microsoft::{MicrosoftConfig, MicrosoftSimulator};
use regrant_simulators::{Fleet, LogEntry, OktaSimulator, SimulatorConfig, TokenPower};
use regrant_tests::bench::{Sides, Stores, know_fleet, ports_over, simulated_clock};
use regrant_tests::consent::PUBLIC_URL;
use regrant_tests::copying_queue::CopyingQueue;
use regrant_tests::mailbox::Mailbox;
use regrant_tests::memory_vault::MemoryVault;
use tempfile::TempDir;
use tokio::task::JoinSet;
use url::Url;

use super::{Post, Told, sorted};
use crate::walk::Failure;

/// The pause before polling an empty queue again: longer than a lease lasts.
const PAUSE: Duration = Duration::from_mins(6);
/// The number of such pauses before the queue counts as empty: longer than any visibility timeout.
const IDLE: u32 = 3;

/// A Regrant that sends emails.
pub(super) struct Installation {
    pub(super) ports: Ports,
    pub(super) clock: SimulatedClock,
    pub(super) orgs: Vec<OrgId>,
    pub(super) scans: Arc<CopyingQueue<ScanOrg>>,
    pub(super) notifications: Arc<CopyingQueue<NotificationWork>>,
    mailbox: Arc<Mailbox>,
    _okta: OktaSimulator,
    _microsoft: MicrosoftSimulator,
    _folder: TempDir,
}

impl Installation {
    /// Sets up `size` orgs, with every notification message delivered `copies` times.
    pub(super) async fn set(size: u32, copies: usize) -> Result<Self, Failure> {
        let clock = simulated_clock();
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let fleet = Fleet { apps_limit: 10_000, ..Fleet::new(23, size) };
        let okta = OktaSimulator::start(SimulatorConfig::new(shared.clone())).await?;
        okta.add_fleet(fleet);
        let microsoft = MicrosoftSimulator::start(MicrosoftConfig::new(shared.clone())).await?;
        microsoft.add_fleet(&fleet);
        hurt(&okta, &fleet);

        let folder = tempfile::tempdir()?;
        let mailbox = Mailbox::new();
        let scans = CopyingQueue::over(Arc::new(InProcessQueue::new(shared.clone())), 1);
        let notifications = CopyingQueue::over(Arc::new(InProcessQueue::new(shared.clone())), copies);
        let stores = Stores {
            vault: Arc::new(MemoryVault::default()),
            queues: Queues { scans: scans.clone(), notifications: notifications.clone(), ..in_process_queues(&shared) },
            mail: mailbox.clone(),
            ..Stores::embedded(folder.path(), &shared).await
        };
        let simulator = SimulatedMicrosoft {
            login: Url::parse(&microsoft.login_url())?,
            graph: Url::parse(&microsoft.graph_url())?,
        };
        let microsoft_client = OktaConfig { simulator: Some(simulator), ..OktaConfig::default() };
        let sides = Sides { microsoft: microsoft_client, settings: settings()?, ..Sides::default() };
        let ports = ports_over(stores, shared, sides);
        know_fleet(&ports, &okta, &fleet).await;
        let mut orgs = Vec::new();
        for index in 0..size {
            let org: OrgId = fleet.org(index).id.parse()?;
            set_contacts(&ports, &org, contacts(&Fleet::name(index))?).await?;
            orgs.push(org);
        }
        Ok(Self {
            ports,
            clock,
            orgs,
            scans,
            notifications,
            mailbox,
            _okta: okta,
            _microsoft: microsoft,
            _folder: folder,
        })
    }

    /// Scans every org and sends all notifications. Returns the emails.
    pub(super) async fn scan_and_tell(&self, workers: usize) -> Result<Post, Failure> {
        start_scan(&self.ports, &Selection::All).await?;
        drain_scans(&self.ports, 8, || ()).await?;
        work_off(&self.ports, &self.clock, workers).await?;
        // The first emails of a large installation are spread over two hours.
        for _ in 0..12 {
            self.clock.advance(Duration::from_mins(15));
            queue_due(&self.ports).await?;
            work_off(&self.ports, &self.clock, workers).await?;
        }
        Ok(self.post())
    }

    /// Every email that the transport accepted.
    pub(super) fn post(&self) -> Post {
        sorted(&self.mailbox.emails())
    }

    /// Every notification in the ledger.
    pub(super) async fn notifications(&self) -> Result<Vec<Notification>, Failure> {
        notifications(&*self.ports.ledger, &self.orgs).await
    }
}

/// Every notification of these orgs.
pub(super) async fn notifications(ledger: &dyn Ledger, orgs: &[OrgId]) -> Result<Vec<Notification>, Failure> {
    let mut all = Vec::new();
    for org in orgs {
        all.extend(ledger.notifications(org, PageRequest::first(1_000)).await?.items);
    }
    Ok(all)
}

/// The emails in `post` to contacts of the first `orgs` orgs.
pub(super) fn told_in(post: &Post, orgs: u32) -> BTreeSet<Told> {
    let domains: Vec<String> = (0..orgs).map(|index| domain(&Fleet::name(index))).collect();
    let is_of = |told: &&Told| domains.iter().any(|domain| told.0.ends_with(domain.as_str()));
    post.keys().filter(is_of).cloned().collect()
}

/// The settings that sending emails needs.
pub(super) fn settings() -> Result<Settings, Failure> {
    let mail = MailSettings {
        sender: Some("regrant@regrant.example.com".parse()?),
        questions_to: Some("help@regrant.example.com".parse()?),
        ..MailSettings::default()
    };
    let public_url = PublicUrl::parse(PUBLIC_URL, LoopbackPolicy::Refuse)?;
    Ok(Settings { public_url: Some(public_url), mail, ..Settings::default() })
}

/// Breaks every third consented app and puts every third at risk; revokes the token of every tenth org.
fn hurt(okta: &OktaSimulator, fleet: &Fleet) {
    let mut met = 0_u32;
    for index in 0..fleet.size {
        let name = Fleet::name(index);
        if index % 10 == 1 {
            okta.with_org(&name, |org| {
                for token in &mut org.tokens {
                    token.power = TokenPower::Revoked;
                }
            });
            continue;
        }
        for number in
            (0..fleet.apps_per_org).filter(|number| fleet.expected_standing(index, *number) == Standing::Consented)
        {
            let app = fleet.app(index, number).id;
            let entry = match met % 3 {
                0 => Some(LogEntry::credentials_refused(&app)),
                1 => Some(LogEntry::credential_rotated(&app, false)),
                _ => None,
            };
            if let Some(entry) = entry {
                okta.log(&name, entry);
            }
            met += 1;
        }
    }
}

fn domain(org: &str) -> String {
    format!("@{org}.example")
}

/// Two administrators, two operators of whom one is also an administrator, and an assignee.
fn contacts(org: &str) -> Result<Contacts, Failure> {
    let address = |name: &str| format!("{name}{}", domain(org)).parse::<MailAddress>();
    Ok(Contacts {
        administrators: vec![address("ada")?, address("bea")?],
        operators: vec![address("olga")?, address("Ada")?],
        escalation: vec![address("eve")?],
        ..Contacts::default()
    })
}

/// Processes the notification queue with this many workers until it is empty.
pub(super) async fn work_off(ports: &Ports, clock: &SimulatedClock, workers: usize) -> Result<(), Failure> {
    let mut idle = 0;
    while idle < IDLE {
        let mut crowd = JoinSet::new();
        for _ in 0..workers {
            let ports = ports.clone();
            crowd.spawn(async move { drain_notifications(&ports).await });
        }
        let mut done = 0;
        while let Some(one) = crowd.join_next().await {
            done += one??;
        }
        if done == 0 {
            idle += 1;
            clock.advance(PAUSE);
        } else {
            idle = 0;
        }
    }
    Ok(())
}
