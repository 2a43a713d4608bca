//! The console of an installation with many orgs behind a real address, for a real browser.

use std::sync::Arc;

use jiff::SignedDuration;
use regrant::clock::{Clock, SimulatedClock};
use regrant::domain::actor::Actor;
use regrant::domain::contact::Contacts;
use regrant::domain::estate::{EstateSnapshot, StandingCount};
use regrant::domain::org::{OrgProfile, SignInPolicy};
use regrant::domain::standing::Standing;
use regrant::domain::text::UntrustedText;
use regrant::http::loopback::LoopbackPolicy;
use regrant::settings::{MailSettings, PublicUrl, Settings};
use regrant::usecases::Ports;
use regrant::usecases::access::keys::create_keys;
use regrant_console::LocalSignIn;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::bench::{Sides, Stores, ports_over};
use crate::estate::{Estate, scanned_at};

/// How many earlier scans the chart shows.
const SCANS: u32 = 11;

/// A running console. It stops when it is dropped.
pub struct ConsoleSite {
    /// The ports of the use cases.
    pub ports: Ports,
    /// Where browsers reach it, such as `http://localhost:1234`.
    pub address: String,
    /// The URL that opens it once.
    pub sign_in: String,
    server: JoinHandle<()>,
    _folder: TempDir,
}

impl ConsoleSite {
    /// Starts it two hours after the scan of `estate`. Its orgs waive the sign-in at Microsoft, and have an administrator.
    pub async fn start(estate: Estate) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let clock: Arc<dyn Clock> = Arc::new(SimulatedClock::starting_at(scanned_at() + SignedDuration::from_hours(2)));
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            public_url: Some(PublicUrl::parse(&address, LoopbackPolicy::Allow).unwrap()),
            mail: MailSettings { sender: Some("regrant@example.com".parse().unwrap()), ..MailSettings::default() },
            ..Settings::default()
        };
        let stores = Stores::embedded(&folder.path().join("data"), &clock).await;
        let ports = ports_over(stores, clock, Sides { settings, ..Sides::default() });
        create_keys(&ports).await.unwrap();
        estate.fill(&*ports.ledger).await;
        for index in 0..estate.orgs {
            let contacts =
                Contacts { administrators: vec!["ada@contoso.example".parse().unwrap()], ..Contacts::default() };
            let org = OrgProfile { sign_in: SignInPolicy::Waived, contacts, ..estate.org(index) };
            ports.ledger.put_org(&org).await.unwrap();
        }
        for weeks in 1..=SCANS {
            ports.ledger.put_estate_snapshot(&snapshot(weeks, estate.orgs * estate.apps_per_org)).await.unwrap();
        }
        let actor = Actor::OsUser { name: UntrustedText::new("olga") };
        let (local, path) = LocalSignIn::new(actor, &*ports.randomness);
        let sign_in = format!("{address}{path}");
        let router = regrant_console::router(ports.clone(), Some(Arc::new(local)));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { ports, address, sign_in, server, _folder: folder }
    }

    /// The address of a page.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }
}

impl Drop for ConsoleSite {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// How the estate stood some weeks ago: the longer ago, the fewer apps had consent.
fn snapshot(weeks: u32, apps: u32) -> EstateSnapshot {
    let needs = (apps * (weeks + 1) / (SCANS + 3)).min(apps);
    let broken = needs / 6;
    let count = |standing, apps: u32| StandingCount { customer: None, standing, apps: apps.into() };
    EstateSnapshot {
        at: scanned_at() - SignedDuration::from_hours(24 * 7 * i64::from(weeks)),
        counts: vec![
            count(Standing::Broken, broken),
            count(Standing::NeedsConsent, needs - broken),
            count(Standing::Consented, apps - needs),
        ],
    }
}
