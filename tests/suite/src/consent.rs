//! Regrant with simulated Okta and Microsoft, and a browser for it.

use regrant::domain::access_policy::{ClaimMatch, Role, Scope};
use regrant::domain::actor::Actor;
use regrant::domain::text::UntrustedText;
use regrant::embedded::worker::{drain_saves, drain_scans};
use regrant::usecases::access::roles;
use regrant::web::authorization::Caller;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use regrant::clock::{Clock, SimulatedClock};
use regrant::domain::app::AppRecord;
use regrant::domain::cloud::Cloud;
use regrant::domain::event::EventKind;
use regrant::domain::id::{AppId, OrgId};
use regrant::domain::org::SignInPolicy;
use regrant::http::loopback::LoopbackPolicy;
use regrant::ledger::{AppFilter, PageRequest};
use regrant::microsoft::config::{MicrosoftConfig as MicrosoftClientConfig, SimulatedMicrosoft};
use regrant::microsoft::{ClientCredential, MfaEvidence, Registration, WatchAccess};
use regrant::okta::config::OktaConfig;
use regrant::settings::{PublicUrl, Settings};
use regrant::usecases::Ports;
use regrant::usecases::access::orgs;
use regrant::usecases::consent::invite::invite;
use regrant::usecases::scan::start::{Selection, start_scan};
use regrant::vault::SecretName;
use regrant_simulators::microsoft::{
    Decision, MicrosoftConfig, MicrosoftSimulator, OPERATOR_SECRET, REGRANT_CLIENT, consent_set,
};
use regrant_simulators::{KillPoint, OktaSimulator, SimulatorConfig, TokenPower, hostile_demo_set};
use secrecy::SecretString;
use tempfile::TempDir;
use url::Url;

use crate::api_gateway::OPERATOR;
pub use crate::browser::{Browser, Seen};

use crate::bench::{Sides, Stores, api_token, ports_over, simulated_clock};

/// The public URL of Regrant in these tests.
pub const PUBLIC_URL: &str = "https://regrant.example.com";

/// The heading of the page that asks the administrator to agree to a pause.
pub const PAUSES: &str = "Provisioning pauses until you finish";

/// Both simulators, with the demo's orgs and tenants.
pub struct Simulation {
    /// Okta.
    pub okta: OktaSimulator,
    /// Microsoft.
    pub microsoft: MicrosoftSimulator,
    /// Counts their calls.
    pub kill_point: Arc<KillPoint>,
    /// Their clock.
    pub clock: Arc<dyn Clock>,
    /// The clients' timeout.
    pub timeout: Duration,
}

impl Simulation {
    /// Starts the simulators with this clock.
    pub async fn new(clock: Arc<dyn Clock>) -> Self {
        let kill_point = Arc::new(KillPoint::default());
        let microsoft = MicrosoftConfig { kill_point: Some(kill_point.clone()), ..MicrosoftConfig::new(clock.clone()) };
        let microsoft = MicrosoftSimulator::start(microsoft).await.unwrap();
        let redirect = PublicUrl::parse(PUBLIC_URL, LoopbackPolicy::Refuse).unwrap();
        let redirects = Cloud::ALL.map(|cloud| redirect.redirect_uri(cloud).to_string()).to_vec();
        consent_set(&microsoft, redirects, clock.now());
        let config = SimulatorConfig {
            microsoft: Some(microsoft.clone()),
            kill_point: Some(kill_point.clone()),
            ..SimulatorConfig::new(clock.clone())
        };
        let okta = OktaSimulator::start(config).await.unwrap();
        for demo in hostile_demo_set() {
            let mut org = demo.org;
            org.apps_limit = 10_000;
            for token in &mut org.tokens {
                token.power = TokenPower::Full;
            }
            okta.add_org(org);
        }
        Self { okta, microsoft, kill_point, clock, timeout: OktaConfig::default().timeout }
    }

    /// Embedded stores in `folder`, and the real clients for this simulation.
    pub async fn ports(&self, folder: &Path) -> Ports {
        self.ports_over(Stores::embedded(folder, &self.clock).await)
    }

    /// The given stores, and the real clients for this simulation.
    pub fn ports_over(&self, stores: Stores) -> Ports {
        let origin = |url: String| Url::parse(&url).unwrap();
        let simulator =
            SimulatedMicrosoft { login: origin(self.microsoft.login_url()), graph: origin(self.microsoft.graph_url()) };
        let sides = Sides {
            okta: OktaConfig { timeout: self.timeout, ..OktaConfig::default() },
            microsoft: MicrosoftClientConfig {
                simulator: Some(simulator),
                timeout: self.timeout,
                ..MicrosoftClientConfig::default()
            },
            settings: Settings {
                public_url: Some(PublicUrl::parse(PUBLIC_URL, LoopbackPolicy::Refuse).unwrap()),
                ..Settings::default()
            },
        };
        ports_over(stores, self.clock.clone(), sides)
    }

    /// The URL that Microsoft redirects a browser to.
    pub fn at_microsoft(&self, url: &Url, person: &str, decision: Decision) -> Url {
        let tenant = url.path_segments().unwrap().next().unwrap().to_owned();
        let domain = self.microsoft.with_tenant(&tenant, |tenant| tenant.initial_domain.clone()).unwrap();
        let upn = if person.contains('@') { person.to_owned() } else { format!("{person}@{domain}") };
        self.microsoft.answer(url, &upn, decision).unwrap()
    }

    /// The text of Okta's final page.
    pub async fn at_okta(&self, url: &Url) -> String {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.okta.port()));
        let client = reqwest::Client::builder().no_proxy().resolve(url.host_str().unwrap(), address).build().unwrap();
        client.get(url.clone()).send().await.unwrap().text().await.unwrap()
    }

    /// Takes a browser from the invitation to a verified session. Returns the session's path.
    pub async fn sign_in(&self, browser: &mut Browser, invitation: &str, person: &str) -> String {
        let sent = browser.post(invitation, &[]).await;
        let back = self.at_microsoft(&sent.location_url(), person, Decision::Accept);
        browser.get_url(&back).await.location()
    }

    /// Opens Okta's consent from a verified session and accepts it. Returns the text of Okta's page.
    pub async fn consent_at_okta(&self, browser: &mut Browser, session: &str) -> String {
        let link = self.open_okta(browser, session).await.unwrap();
        let back = self.at_microsoft(&link, "ada.administrator", Decision::Accept);
        self.at_okta(&back).await
    }

    /// Opens Okta's consent from a verified session, and agrees that provisioning pauses if the page asks for it. Returns the
    /// link on the session's page; `None` if no consent is left to give.
    pub async fn open_okta(&self, browser: &mut Browser, session: &str) -> Option<Url> {
        browser.open_consent(session).await
    }

    /// Takes a browser from the invitation to the hand-over. Returns the session's path.
    pub async fn consent(&self, browser: &mut Browser, invitation: &str) -> String {
        let session = self.sign_in(browser, invitation, "ada.administrator").await;
        let shown = self.consent_at_okta(browser, &session).await;
        let token = browser.form_token(&session).await;
        browser.post(&format!("{session}/handover"), &[("token", &token), ("handover", &shown)]).await;
        session
    }
}

/// Regrant's registration in the simulated Microsoft, with a client secret.
pub fn registration(mfa: MfaEvidence) -> Registration {
    Registration {
        cloud: Cloud::Global,
        client_id: REGRANT_CLIENT.parse().unwrap(),
        credential: ClientCredential::Secret { value: SecretString::from(OPERATOR_SECRET) },
        mfa,
        watch: WatchAccess::default(),
    }
}

/// Stores a registration as the current one.
pub async fn register(ports: &Ports, registration: &Registration) {
    let name = SecretName::Entra(registration.cloud);
    ports.vault.put_pending(&name, &registration.seal()).await.unwrap();
    ports.vault.promote(&name).await.unwrap();
}

/// Adds the demo's orgs and scans them.
pub async fn add_and_scan_demo_orgs(simulation: &Simulation, ports: &Ports) {
    for demo in hostile_demo_set() {
        let url = simulation.okta.org_url(demo.name);
        orgs::add(ports, &url, Cloud::Global, &api_token(demo.token)).await.unwrap();
    }
    start_scan(ports, &Selection::All).await.unwrap();
    drain_scans(ports, 4, || ()).await.unwrap();
}

/// The org and the app of a tenant.
pub async fn app_of(ports: &Ports, tenant: &str) -> (OrgId, AppId) {
    let all = ports.ledger.apps(&AppFilter::default(), PageRequest::first(100)).await.unwrap();
    let mut found = all.items.into_iter().map(|app| app.identity);
    let identity = found.find(|app| app.tenant.as_ref().is_some_and(|name| name.as_str() == tenant)).unwrap();
    (identity.org, identity.app)
}

/// All functions over one set of ports, called from this machine.
pub fn router(ports: &Ports) -> Router {
    regrant_discovery::router(ports.clone())
        .merge(regrant_consent_url::router(ports.clone()).reset_fallback())
        .merge(regrant_callback::router(ports.clone()).reset_fallback())
        .merge(regrant_save::router(ports.clone()).reset_fallback())
        .merge(regrant_notify::router(ports.clone()).reset_fallback())
        .layer(as_tester())
}

/// Makes the caller of each request the person who runs this machine.
pub fn as_tester() -> axum::Extension<Caller> {
    axum::Extension(Caller::ThisMachine(Actor::OsUser { name: UntrustedText::new("tester") }))
}

/// Makes [`OPERATOR`] an administrator of all customers.
pub async fn grant_operator(ports: &Ports) {
    let claim = ClaimMatch::new("sub", OPERATOR).unwrap();
    roles::grant(ports, &claim, Role::Administrator, &Scope::All).await.unwrap();
}

/// Regrant on a simulation.
pub struct ConsentBench {
    /// The simulators.
    pub simulation: Simulation,
    /// The ports of the use cases.
    pub ports: Ports,
    /// The shared clock.
    pub clock: SimulatedClock,
    folder: TempDir,
}

impl ConsentBench {
    /// Regrant with a registration at Microsoft.
    pub async fn new() -> Self {
        let bench = Self::without_registration().await;
        register(&bench.ports, &registration(MfaEvidence::default())).await;
        bench
    }

    /// Regrant with a registration, and clients with this timeout.
    pub async fn impatient(timeout: Duration) -> Self {
        let bench = Self::set(Some(timeout)).await;
        register(&bench.ports, &registration(MfaEvidence::default())).await;
        bench
    }

    /// Regrant without a registration.
    pub async fn without_registration() -> Self {
        Self::set(None).await
    }

    /// Regrant without a registration, whose orgs waive the sign-in.
    pub async fn waiving() -> Self {
        let bench = Self::without_registration().await;
        for tenant in ["acme", "contoso"] {
            let (org, _) = bench.ids(tenant).await;
            assert!(orgs::set_sign_in(&bench.ports, &org, SignInPolicy::Waived).await.unwrap());
        }
        bench
    }

    async fn set(timeout: Option<Duration>) -> Self {
        let clock = simulated_clock();
        let mut simulation = Simulation::new(Arc::new(clock.clone())).await;
        simulation.timeout = timeout.unwrap_or(simulation.timeout);
        let folder = tempfile::tempdir().unwrap();
        let ports = simulation.ports(&folder.path().join("data")).await;
        add_and_scan_demo_orgs(&simulation, &ports).await;
        Self { simulation, ports, clock, folder }
    }

    /// The app of a tenant.
    pub async fn app(&self, tenant: &str) -> AppRecord {
        let (org, app) = self.ids(tenant).await;
        self.ports.ledger.app(&org, &app).await.unwrap().unwrap()
    }

    /// The ids of the org and the app of a tenant.
    pub async fn ids(&self, tenant: &str) -> (OrgId, AppId) {
        app_of(&self.ports, tenant).await
    }

    /// Creates an invitation for a tenant's app. Returns the path of its link.
    pub async fn invite(&self, tenant: &str) -> String {
        let (org, app) = self.ids(tenant).await;
        invite(&self.ports, &org, &app).await.unwrap().link.path().to_owned()
    }

    /// The events of a tenant's app.
    pub async fn events(&self, tenant: &str) -> Vec<EventKind> {
        let (org, app) = self.ids(tenant).await;
        let events = self.ports.ledger.events(&org, &app, PageRequest::first(500)).await.unwrap();
        events.items.into_iter().map(|event| event.kind).collect()
    }

    /// The names of all secrets in the vault that have a version, without the prefix.
    pub fn secrets(&self) -> Vec<String> {
        fn collect(folder: &Path, root: &Path, found: &mut Vec<String>) {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    collect(&path, root, found);
                } else if path.extension().is_some_and(|extension| extension == "age") {
                    found.push(folder.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
                }
            }
        }
        let (mut found, root) = (Vec::new(), self.folder.path().join("data/vault/regrant"));
        collect(&root, &root, &mut found);
        found.sort();
        found.dedup();
        found
    }

    /// A new browser.
    pub fn browser(&self) -> Browser {
        Browser::new(router(&self.ports))
    }

    /// Processes the save queue until it is empty.
    pub async fn work(&self) {
        for _ in 0..20 {
            self.work_once().await;
        }
    }

    /// Processes the visible messages of the save queue; delayed ones become visible before the next call.
    pub async fn work_once(&self) {
        drain_saves(&self.ports).await.unwrap();
        self.clock.advance(Duration::from_secs(6));
    }

    /// The URL that Microsoft redirects a browser to.
    pub fn at_microsoft(&self, url: &Url, person: &str, decision: Decision) -> Url {
        self.simulation.at_microsoft(url, person, decision)
    }

    /// The text of Okta's final page.
    pub async fn at_okta(&self, url: &Url) -> String {
        self.simulation.at_okta(url).await
    }

    /// Takes a browser from the invitation to a verified session. Returns the session's path.
    pub async fn sign_in(&self, browser: &mut Browser, invitation: &str, person: &str) -> String {
        self.simulation.sign_in(browser, invitation, person).await
    }

    /// Opens Okta's consent from a verified session and accepts it. Returns the text of Okta's page.
    pub async fn consent_at_okta(&self, browser: &mut Browser, session: &str) -> String {
        self.simulation.consent_at_okta(browser, session).await
    }

    /// Completes a consent with a hand-over. Returns the session's path.
    pub async fn walk(&self, browser: &mut Browser, tenant: &str) -> String {
        let invitation = self.invite(tenant).await;
        let session = self.simulation.consent(browser, &invitation).await;
        self.work().await;
        session
    }
}
