//! The console: sign-in, roles, filters, actions, and what an attacker would try.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

#[path = "console/actions.rs"]
mod actions;
#[path = "console/pages.rs"]
mod pages;
#[path = "console/provider.rs"]
mod provider;
#[path = "console/sign_in.rs"]
mod sign_in;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use provider::SimulatedProvider;
use regrant::domain::access_policy::{ClaimMatch, Role, Scope};
use regrant::domain::actor::Actor;
use regrant::domain::app::AppIdentity;
use regrant::domain::event::AppEvent;
use regrant::domain::org::{OrgProfile, SignInPolicy};
use regrant::domain::standing::Standing;
use regrant::domain::text::UntrustedText;
use regrant::embedded;
use regrant::http::loopback::LoopbackPolicy;
use regrant::okta::config::OktaConfig;
use regrant::settings::{PublicUrl, Settings};
use regrant::testing::records::{app_identity, org_profile, store_app};
use regrant::usecases::Ports;
use regrant::usecases::access::operator_sign_in::set_operator_provider;
use regrant::usecases::access::roles;
use regrant_console::LocalSignIn;
use regrant_tests::consent::Browser;
use serde_json::json;
use tempfile::TempDir;

const EVIL: &str = "\"><script>alert(1)</script>\u{202e}\u{1b}";

struct Bench {
    ports: Ports,
    router: Router,
    local: String,
    _folder: TempDir,
}

async fn add(ports: &Ports, org: &str, app: &str, customer: Option<&str>, label: &str, standing: Standing) {
    let customer = customer.map(|name| name.parse().unwrap());
    let profile = OrgProfile { sign_in: SignInPolicy::Waived, customer, ..org_profile(org) };
    let identity = AppIdentity { tenant: Some(org.to_owned().into()), ..app_identity(org, app, label) };
    store_app(ports, &profile, identity, standing, &format!("Because of {label}.")).await;
}

fn only(customer: &str) -> Scope {
    Scope::Only([customer.parse().unwrap()].into())
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let public_url = PublicUrl::parse("https://regrant.example.com", LoopbackPolicy::Refuse).unwrap();
        let settings = Settings { public_url: Some(public_url), ..Settings::default() };
        let okta = OktaConfig { loopback: LoopbackPolicy::Allow, ..OktaConfig::default() };
        let config = embedded::Config { settings, okta, ..embedded::Config::default() };
        let ports = embedded::open(&folder.path().join("data"), config).await.unwrap();
        regrant::usecases::access::keys::create_keys(&ports).await.unwrap();
        add(&ports, "acme", "0oa1", Some("Acme"), "Acme mail", Standing::NeedsConsent).await;
        add(&ports, "acme", "0oa2", Some("Acme"), EVIL, Standing::Broken).await;
        add(&ports, "globex", "0oa3", Some("Globex"), "Globex mail", Standing::Consented).await;
        for (group, role, scope) in [
            ("viewers", Role::Viewer, only("Acme")),
            ("operators", Role::Operator, only("Acme")),
            ("others", Role::Operator, only("Globex")),
            ("administrators", Role::Administrator, Scope::All),
        ] {
            roles::grant(&ports, &ClaimMatch::new("groups", group).unwrap(), role, &scope).await.unwrap();
        }
        let actor = Actor::OsUser { name: UntrustedText::new("tester") };
        let (sign_in, local) = LocalSignIn::new(actor, &*ports.randomness);
        let router = regrant_console::router(ports.clone(), Some(Arc::new(sign_in)));
        Self { ports, router, local, _folder: folder }
    }

    fn browser(&self) -> Browser {
        Browser::new(self.router.clone())
    }

    async fn local(&self) -> Browser {
        let mut browser = self.browser();
        let seen = browser.get(&self.local).await;
        assert_eq!((seen.status, seen.location().as_str()), (StatusCode::SEE_OTHER, "/console"));
        browser
    }

    /// A browser in which a member of `groups` has signed in.
    async fn operator(&self, provider: &SimulatedProvider, groups: &[&str]) -> Browser {
        let mut browser = self.browser();
        let answer = provider.sign_in(&mut browser, json!({ "groups": groups })).await;
        let seen = browser.get(&answer).await;
        assert_eq!(seen.location(), "/console", "{}", seen.body);
        browser
    }

    async fn with_provider(&self) -> SimulatedProvider {
        let provider = SimulatedProvider::start(self.ports.clock.clone()).await;
        set_operator_provider(&self.ports, &provider.registration()).await.unwrap();
        provider
    }

    async fn kinds(&self, org: &str, app: &str) -> Vec<AppEvent> {
        let page = regrant::ledger::PageRequest::first(100);
        self.ports.ledger.events(&org.parse().unwrap(), &app.parse().unwrap(), page).await.unwrap().items
    }
}
