//! Sets up both simulators with the same fleet, and a Regrant with its orgs and consents.

use regrant::embedded::worker::drain_scans;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use regrant::clock::{Clock, SimulatedClock};
use regrant::domain::administrator::Mfa;
use regrant::domain::app::ConsentRecord;
use regrant::domain::cloud::Cloud;
use regrant::domain::id::{AppId, OrgId};
use regrant::domain::session::Administrator;
use regrant::domain::standing::Standing;
use regrant::domain::tenant::{ObjectId, TenantId};
use regrant::domain::text::UntrustedText;
use regrant::embedded::in_process_queue::InProcessQueue;
use regrant::microsoft::config::{MicrosoftConfig as MicrosoftClientConfig, SimulatedMicrosoft};
use regrant::microsoft::{GraphTokens, MfaEvidence};
use regrant::okta::config::OktaConfig;
use regrant::settings::Settings;
use regrant::usecases::Ports;
use regrant::usecases::scan::start::{Selection, start_scan};
use regrant::vault::SecretName;
use regrant_simulators::microsoft::{
    FLEET_ADMINISTRATOR, GLOBAL_ADMINISTRATOR, MicrosoftConfig, MicrosoftSimulator, Person,
};
use regrant_simulators::{
    App, Connection, Fault, FaultPlan, Fleet, KillPoint, LogEntry, OktaSimulator, Org, SimulatorConfig, TokenPower,
    expected_standing,
};
use regrant_tests::bench::{Sides, Stores, dawn, know_fleet, ports_over, simulated_clock};
use regrant_tests::consent::{register, registration};
use regrant_tests::memory_vault::MemoryVault;
use secrecy::SecretString;
use tempfile::TempDir;
use url::Url;

use crate::walk::Failure;

/// The total share of faulty responses.
pub(super) const FAULTY: f64 = 0.10;
/// The share of each slow fault: a timeout takes real time, a rate limit takes simulated time.
const SLOW: f64 = 0.002;
/// The number of fault kinds that share the rest.
const QUICK_KINDS: f64 = 5.0;
/// The number of orgs scanned concurrently.
const WORKERS: usize = 24;
/// The administrator who signed in last in every tenant and whose tokens Regrant uses. A different administrator consented
/// earlier, so removing that one does not affect Regrant's access.
pub(super) const WATCHER: &str = "bea.watcher";
/// The client id of Okta's application in the simulators.
const OKTA_CLIENT: &str = "11111111-2222-4333-8444-555555555555";
const ON: Connection = Connection::OAuth2 { enabled: true, authorize: true };

/// An org that Regrant monitors.
pub(super) struct OrgInCare {
    pub(super) name: String,
    pub(super) id: OrgId,
    /// Whether an administrator of its first app's tenant has signed in, so that scans call Graph.
    pub(super) is_watched: bool,
    /// Its apps. The first one is consented.
    pub(super) apps: Vec<AppInCare>,
}

/// An app and its standing without any incident.
pub(super) struct AppInCare {
    pub(super) id: AppId,
    pub(super) tenant: String,
    pub(super) base: Standing,
}

impl OrgInCare {
    /// The first app's id.
    pub(super) fn app(&self) -> &str {
        self.apps[0].id.as_str()
    }

    /// The first app's tenant.
    pub(super) fn tenant(&self) -> &str {
        &self.apps[0].tenant
    }
}

/// The simulated world of the measurement.
pub(super) struct World {
    pub(super) okta: OktaSimulator,
    pub(super) microsoft: MicrosoftSimulator,
    pub(super) kill_point: Arc<KillPoint>,
    pub(super) ports: Ports,
    pub(super) clock: SimulatedClock,
    pub(super) orgs: Vec<OrgInCare>,
    _folder: TempDir,
}

impl World {
    /// Sets it up, scans it once without faults, and then injects faults.
    pub(super) async fn set(size: u32) -> Result<Self, Failure> {
        let clock = simulated_clock();
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let kill_point = Arc::new(KillPoint::default());
        let microsoft =
            MicrosoftConfig { kill_point: Some(kill_point.clone()), ..MicrosoftConfig::new(shared.clone()) };
        let microsoft = MicrosoftSimulator::start(microsoft).await?;
        let okta = SimulatorConfig { kill_point: Some(kill_point.clone()), ..SimulatorConfig::new(shared.clone()) };
        let okta = OktaSimulator::start(okta).await?;
        let fleet = Fleet { apps_limit: 10_000, ..Fleet::new(5, size) };
        okta.add_fleet(fleet);
        microsoft.add_fleet(&fleet);

        let folder = tempfile::tempdir()?;
        let ports = ports(&microsoft, &folder, shared).await?;
        register(&ports, &registration(MfaEvidence::default())).await;
        know_fleet(&ports, &okta, &fleet).await;
        let orgs = (0..size).map(|index| in_care(&okta, &fleet, index)).collect::<Result<_, _>>()?;
        let world = Self { okta, microsoft, kill_point, ports, clock, orgs, _folder: folder };
        world.scan(&Selection::All).await?;
        for org in &world.orgs {
            world.consented(org).await?;
        }
        world.okta.set_fault_plan(a_tenth_faulty());
        world.microsoft.set_fault_plan(a_tenth_faulty());
        Ok(world)
    }

    /// Scans until the queue is empty.
    pub(super) async fn scan(&self, selection: &Selection) -> Result<(), Failure> {
        start_scan(&self.ports, selection).await?;
        Ok(drain_scans(&self.ports, WORKERS, || ()).await?)
    }

    /// Advances to the next scan. Discards yesterday's queued notifications: `mail-once` measures emails.
    pub(super) fn wait_for_the_morning_of(&mut self, day: u32) {
        let morning = dawn() + SignedDuration::from_hours(24 * i64::from(day));
        let left = morning.duration_since(self.clock.now());
        self.clock.advance(Duration::try_from(left).unwrap_or_default());
        self.ports.queues.notifications = Arc::new(InProcessQueue::new(self.ports.clock.clone()));
    }

    /// Writes to an org's System Log.
    pub(super) fn log(&self, org: &OrgInCare, entry: LogEntry) -> bool {
        self.okta.log(&org.name, entry).is_some()
    }

    /// Changes an org in Okta.
    pub(super) fn change(&self, org: &OrgInCare, change: impl FnOnce(&mut Org)) -> bool {
        self.okta.with_org(&org.name, change).is_some()
    }

    /// Sets the permissions of an org's API tokens.
    pub(super) fn set_power(&self, org: &OrgInCare, power: TokenPower) -> bool {
        self.change(org, |org| {
            for token in &mut org.tokens {
                token.power = power;
            }
        })
    }

    fn tenant_id(&self, tenant: &str) -> Result<TenantId, Failure> {
        let id = self.microsoft.with_tenant(tenant, |tenant| tenant.id.clone());
        Ok(id.ok_or("the simulated Microsoft lacks a tenant of the fleet")?.parse()?)
    }

    /// Sets an org's first app to the state after an old consent.
    async fn consented(&self, org: &OrgInCare) -> Result<(), Failure> {
        let ledger = &self.ports.ledger;
        let record = ledger.app(&org.id, &org.apps[0].id).await?;
        let mut record = record.ok_or("the first scan did not see an app")?;
        let tenant = org.tenant();
        let administrator = self.microsoft.oid(tenant, FLEET_ADMINISTRATOR).ok_or("a tenant without administrator")?;
        record.consent = ConsentRecord {
            tenant: Some(self.tenant_id(tenant)?),
            client: Some(OKTA_CLIENT.parse()?),
            administrator: Some(Administrator {
                username: UntrustedText::new(FLEET_ADMINISTRATOR),
                object: Some(administrator.parse()?),
                mfa: Mfa::NotVerified,
            }),
            ..ConsentRecord::default()
        };
        if !ledger.record_app(&record, &[]).await? {
            return Err("an unexpected writer changed the app".into());
        }
        if org.is_watched {
            self.microsoft.with_tenant(tenant, |tenant| {
                let watcher = Person::new("Bea Watcher", &tenant.initial_domain).with_role(GLOBAL_ADMINISTRATOR);
                tenant.persons.push(watcher);
            });
            self.sign_in(org).await?;
        }
        Ok(())
    }

    /// Signs the watcher in: stores new tokens that must be refreshed before their first use.
    pub(super) async fn sign_in(&self, org: &OrgInCare) -> Result<(), Failure> {
        let tenant = org.tenant();
        let id = self.tenant_id(tenant)?;
        let person: ObjectId = self.microsoft.oid(tenant, WATCHER).ok_or("a tenant without watcher")?.parse()?;
        let refresh_token = self.microsoft.hand_out_refresh_token(tenant, WATCHER).ok_or("no refresh token")?;
        let now = self.clock.now();
        let tokens = GraphTokens {
            cloud: Cloud::Global,
            tenant: id.clone(),
            person,
            signed_in_at: now,
            access_token: SecretString::from("ended"),
            refresh_token: Some(SecretString::from(refresh_token)),
            expires_at: now,
            renewed_at: None,
            scopes: Vec::new(),
        };
        let name = SecretName::Graph(org.id.clone(), id);
        self.ports.vault.put_pending(&name, &tokens.seal()).await?;
        Ok(self.ports.vault.promote(&name).await?)
    }
}

/// The embedded ledger, secrets in memory, and the real clients. Calls make two attempts instead of four, so that more
/// faults reach the scan.
async fn ports(microsoft: &MicrosoftSimulator, folder: &TempDir, clock: Arc<dyn Clock>) -> Result<Ports, Failure> {
    let simulator =
        SimulatedMicrosoft { login: Url::parse(&microsoft.login_url())?, graph: Url::parse(&microsoft.graph_url())? };
    let (timeout, attempts) = (Duration::from_secs(2), 2);
    let sides = Sides {
        okta: OktaConfig { timeout, attempts, ..OktaConfig::default() },
        microsoft: MicrosoftClientConfig {
            timeout,
            attempts,
            simulator: Some(simulator),
            ..MicrosoftClientConfig::default()
        },
        // Outlasts the replication delay with as few calls as possible.
        settings: Settings { replication_looks: 4, replication_pause: Duration::from_secs(10), ..Settings::default() },
    };
    let embedded = Stores::embedded(folder.path(), &clock).await;
    Ok(ports_over(Stores { vault: Arc::new(MemoryVault::default()), ..embedded }, clock, sides))
}

/// Org number `index` with one consented app; every tenth org keeps its two other generated apps.
fn in_care(okta: &OktaSimulator, fleet: &Fleet, index: u32) -> Result<OrgInCare, Failure> {
    let name = Fleet::name(index);
    let apps = if index.is_multiple_of(10) { 3 } else { 1 };
    let dressed = okta.with_org(&name, |org| {
        // The first app is not Office 365.
        org.apps.truncate(1 + apps);
        if let Some(app) = org.apps.get_mut(1) {
            *app = App::office365(&app.label, app.tenant.as_deref().unwrap_or_default()).provisioned(ON);
        }
        org.apps
            .iter()
            .skip(1)
            .map(|app| (app.id.clone(), app.tenant.clone(), expected_standing(app)))
            .collect::<Vec<_>>()
    });
    let mut apps = Vec::new();
    for (id, tenant, base) in dressed.ok_or("the simulated Okta lacks an org of the fleet")? {
        apps.push(AppInCare { id: id.parse()?, tenant: tenant.unwrap_or_default(), base });
    }
    Ok(OrgInCare { id: fleet.org(index).id.parse()?, name, is_watched: index % 5 < 3, apps })
}

fn a_tenth_faulty() -> FaultPlan {
    let quick = [Fault::ServerError, Fault::ReadOnly, Fault::EdgeProxyError, Fault::Reset, Fault::Truncated];
    let slow = FaultPlan::default().with(SLOW, Fault::Timeout).with(SLOW, Fault::RateLimited);
    quick.into_iter().fold(slow, |plan, fault| plan.with((FAULTY - 2.0 * SLOW) / QUICK_KINDS, fault))
}
