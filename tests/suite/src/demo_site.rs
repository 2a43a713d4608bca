//! The demo's orgs and tenants behind a real address, for a real browser.

use std::sync::Arc;
use std::time::Duration;

use axum::middleware::map_response;
use axum::response::Response;
use regrant::clock::{Clock, SystemClock};
use regrant::domain::cloud::Cloud;
use regrant::embedded::worker::{drain_saves, drain_scans};
use regrant::http::loopback::LoopbackPolicy;
use regrant::microsoft::MfaEvidence;
use regrant::microsoft::config::{MicrosoftConfig as MicrosoftClientConfig, SimulatedMicrosoft};
use regrant::okta::config::OktaConfig;
use regrant::settings::{PublicUrl, Settings};
use regrant::usecases::Ports;
use regrant::usecases::access::orgs;
use regrant::usecases::consent::invite::invite;
use regrant::usecases::scan::start::{Selection, start_scan};
use regrant_simulators::microsoft::{MicrosoftConfig, MicrosoftSimulator, consent_set};
use regrant_simulators::{OktaSimulator, SimulatorConfig, TokenPower, demo_set};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use url::Url;

use crate::bench::{Sides, Stores, api_token, ports_over};
use crate::consent::{app_of, register, registration, router};

/// How often the queue of saves is processed when no one requests a page. A request starts its work at once.
const BEAT: Duration = Duration::from_millis(250);

/// A running installation with the demo's orgs and tenants. It stops when it is dropped.
pub struct DemoSite {
    /// Okta.
    pub okta: OktaSimulator,
    /// Microsoft.
    pub microsoft: MicrosoftSimulator,
    /// The ports of the use cases.
    pub ports: Ports,
    /// Where browsers reach it, such as `http://localhost:1234`.
    pub address: String,
    tasks: Vec<JoinHandle<()>>,
    _folder: TempDir,
}

impl DemoSite {
    /// Starts it with a registration of Regrant at Microsoft.
    pub async fn start(mfa: MfaEvidence) -> Self {
        Self::start_with(Settings::default(), mfa).await
    }

    /// Starts it with these settings, except for the public URL.
    pub async fn start_with(settings: Settings, mfa: MfaEvidence) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let public_url = PublicUrl::parse(&address, LoopbackPolicy::Allow).unwrap();
        let microsoft = MicrosoftSimulator::start(MicrosoftConfig::new(clock.clone())).await.unwrap();
        consent_set(&microsoft, vec![public_url.redirect_uri(Cloud::Global).to_string()], clock.now());
        let config = SimulatorConfig { microsoft: Some(microsoft.clone()), ..SimulatorConfig::new(clock.clone()) };
        let okta = OktaSimulator::start(config).await.unwrap();
        let origin = |url: String| Url::parse(&url).unwrap();
        let simulator =
            SimulatedMicrosoft { login: origin(microsoft.login_url()), graph: origin(microsoft.graph_url()) };
        let folder = tempfile::tempdir().unwrap();
        let sides = Sides {
            okta: OktaConfig::default(),
            microsoft: MicrosoftClientConfig { simulator: Some(simulator), ..MicrosoftClientConfig::default() },
            settings: Settings { public_url: Some(public_url), ..settings },
        };
        let ports = ports_over(Stores::embedded(&folder.path().join("data"), &clock).await, clock, sides);
        register(&ports, &registration(mfa)).await;
        add_orgs(&okta, &ports).await;
        let (requested, worker) = (Arc::new(Notify::new()), ports.clone());
        let request = requested.clone();
        let routes = router(&ports).layer(map_response(move |response: Response| {
            request.notify_one();
            async move { response }
        }));
        let tasks = vec![
            tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() }),
            tokio::spawn(async move {
                loop {
                    drain_saves(&worker).await.unwrap();
                    tokio::select! { () = requested.notified() => (), () = worker.clock.sleep(BEAT) => () }
                }
            }),
        ];
        Self { okta, microsoft, ports, address, tasks, _folder: folder }
    }

    /// Creates an invitation for a tenant's app. Returns its link.
    pub async fn invite(&self, tenant: &str) -> String {
        let (org, app) = app_of(&self.ports, tenant).await;
        invite(&self.ports, &org, &app).await.unwrap().link.to_string()
    }
}

impl Drop for DemoSite {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn add_orgs(okta: &OktaSimulator, ports: &Ports) {
    for demo in demo_set() {
        let mut org = demo.org;
        for token in &mut org.tokens {
            token.power = TokenPower::Full;
        }
        okta.add_org(org);
        orgs::add(ports, &okta.org_url(demo.name), Cloud::Global, &api_token(demo.token)).await.unwrap();
    }
    start_scan(ports, &Selection::All).await.unwrap();
    drain_scans(ports, 4, || ()).await.unwrap();
}
