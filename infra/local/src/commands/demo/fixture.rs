//! The demo's fixture: the Okta and Microsoft simulators, and an installation with their orgs and a registration.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use regrant::clock::{Clock, SystemClock};
use regrant::domain::app::AppRecord;
use regrant::domain::cloud::Cloud;
use regrant::domain::contact::{Contacts, NotAnAddress};
use regrant::domain::customer::{CustomerChange, LabelChange};
use regrant::domain::id::OrgId;
use regrant::embedded::Config;
use regrant::http::loopback::LoopbackPolicy;
use regrant::ledger::{AppFilter, PageRequest};
use regrant::microsoft::config::{MicrosoftConfig as MicrosoftClientConfig, SimulatedMicrosoft};
use regrant::microsoft::{ClientCredential, MfaEvidence, Registration, WatchAccess};
use regrant::okta::OktaCredential;
use regrant::settings::{MailSettings, PublicUrl, Settings};
use regrant::usecases::access::orgs as access_orgs;
use regrant::usecases::access::registration;
use regrant::usecases::consent::invite::invite;
use regrant::usecases::notify::contacts::set_contacts;
use regrant::usecases::scan::start::{Selection, start_scan};
use regrant_simulators::microsoft::{
    MicrosoftConfig, MicrosoftSimulator, OPERATOR_SECRET, REGRANT_CLIENT, consent_set,
};
use regrant_simulators::{DemoOrg, OktaSimulator, SimulatorConfig, TokenPower, demo_set};
use secrecy::SecretString;
use url::Url;

use super::super::scan;
use super::WORKERS;
use super::outbox::Outbox;
use crate::installation::{Installation, PAGE, okta_config};

/// The running demo.
pub(super) struct DemoFixture {
    /// The installation.
    pub(super) installation: Installation,
    /// The Microsoft simulator.
    pub(super) microsoft: MicrosoftSimulator,
    /// The demo's orgs.
    pub(super) orgs: Vec<OrgId>,
    /// The emails that would have been sent.
    pub(super) outbox: Arc<Outbox>,
    _okta: OktaSimulator,
}

impl DemoFixture {
    /// Starts the simulators and sets up the installation, which browsers reach on `port` of this machine.
    pub(super) async fn start(folder: &Path, port: u16) -> anyhow::Result<Self> {
        let failed = |error: &dyn std::fmt::Display| anyhow!("the demo could not start its simulators: {error}");
        let clock = Arc::new(SystemClock);
        let microsoft = MicrosoftSimulator::start(MicrosoftConfig::new(clock.clone())).await;
        let microsoft = microsoft.map_err(|error| failed(&error))?;
        let config = SimulatorConfig { microsoft: Some(microsoft.clone()), ..SimulatorConfig::new(clock.clone()) };
        let okta = OktaSimulator::start(config).await.map_err(|error| failed(&error))?;

        let public_url = PublicUrl::parse(&format!("http://localhost:{port}"), LoopbackPolicy::Allow);
        let public_url = public_url.map_err(|error| failed(&error))?;
        consent_set(&microsoft, vec![public_url.redirect_uri(Cloud::Global).to_string()], clock.now());
        let origin = |text: String| Url::parse(&text).map_err(|error| failed(&error));
        let simulator =
            SimulatedMicrosoft { login: origin(microsoft.login_url())?, graph: origin(microsoft.graph_url())? };
        let config = Config {
            okta: okta_config(LoopbackPolicy::Allow),
            microsoft: MicrosoftClientConfig { simulator: Some(simulator), ..MicrosoftClientConfig::default() },
            settings: Settings {
                public_url: Some(public_url),
                mail: mail_settings().map_err(|error| failed(&error))?,
                ..Settings::default()
            },
        };
        let mut installation = Installation::open_at(folder, config).await?;
        let outbox = Arc::new(Outbox::default());
        installation.ports.mail = outbox.clone();
        registration::set_registration(&installation.ports, &registration().map_err(|error| failed(&error))?).await?;
        let orgs = Box::pin(add_orgs(&installation, &okta)).await?;
        for org in &orgs {
            name_administrator(&installation, org).await?;
        }
        Ok(Self { installation, microsoft, orgs, outbox, _okta: okta })
    }

    /// Creates a consent link for the app of a tenant.
    pub(super) async fn invite(&self, tenant: &str) -> anyhow::Result<Url> {
        let app = self.app(tenant).await?;
        Ok(invite(&self.installation.ports, &app.identity.org, &app.identity.app).await?.link)
    }

    /// The app of a tenant.
    pub(super) async fn app(&self, tenant: &str) -> anyhow::Result<AppRecord> {
        let page = self.installation.ports.ledger.apps(&AppFilter::default(), PageRequest::first(PAGE)).await?;
        let is = |app: &AppRecord| app.identity.tenant.as_ref().is_some_and(|name| name.as_str() == tenant);
        page.items.into_iter().find(is).with_context(|| format!("the demo found no app of the tenant {tenant}"))
    }
}

/// Sample contacts, which all orgs of the demo share.
fn mail_settings() -> Result<MailSettings, NotAnAddress> {
    let operators = vec!["okta.operator@acme.example".parse()?];
    let contacts = Contacts { operators, escalation: vec!["it.manager@acme.example".parse()?], ..Contacts::default() };
    let sender = Some("regrant@acme.example".parse()?);
    Ok(MailSettings {
        sender,
        questions_to: Some("okta.operator@acme.example".parse()?),
        contacts,
        ..MailSettings::default()
    })
}

/// Names a Microsoft administrator of each org's tenants, so that the outbox holds the email that administrators receive.
async fn name_administrator(installation: &Installation, org: &OrgId) -> anyhow::Result<()> {
    let Some(profile) = installation.ports.ledger.org(org).await? else { return Ok(()) };
    let name = profile.domain().split('.').next().unwrap_or_default().to_owned();
    let contacts =
        Contacts { administrators: vec![format!("ada.administrator@{name}.example").parse()?], ..Contacts::default() };
    set_contacts(&installation.ports, org, contacts).await?;
    Ok(())
}

fn registration() -> Result<Registration, regrant::domain::tenant::NotAGuid> {
    Ok(Registration {
        cloud: Cloud::Global,
        client_id: REGRANT_CLIENT.parse()?,
        credential: ClientCredential::Secret { value: SecretString::from(OPERATOR_SECRET) },
        mfa: MfaEvidence::default(),
        watch: WatchAccess::default(),
    })
}

/// Adds the orgs. An org with a revoked token is first scanned with a working one, so that its apps are known but can no
/// longer be checked.
async fn add_orgs(installation: &Installation, simulator: &OktaSimulator) -> anyhow::Result<Vec<OrgId>> {
    let mut orgs = Vec::new();
    let mut lost = Vec::new();
    for demo in demo_set() {
        let revoked = demo.org.tokens.iter().any(|token| token.power == TokenPower::Revoked);
        simulator.add_org(demo.org.clone());
        set_power(simulator, &demo, revoked.then_some(TokenPower::Full));
        let credential = OktaCredential::ApiToken { token: SecretString::from(demo.token) };
        let added =
            access_orgs::add(&installation.ports, &simulator.org_url(demo.name), Cloud::Global, &credential).await?;
        // One org stays without a customer, as in an installation that has just begun to use them.
        if let Some(customer) = customer_of(demo.name) {
            let change = LabelChange { customer: CustomerChange::Set(customer.parse()?), ..LabelChange::default() };
            access_orgs::relabel(&installation.ports, &added.profile.id, &change).await?;
        }
        orgs.push(added.profile.id.clone());
        if revoked {
            lost.push((added.profile.id, demo));
        }
    }
    if lost.is_empty() {
        return Ok(orgs);
    }
    let first = Selection::Orgs(lost.iter().map(|(org, _)| org.clone()).collect());
    scan::run_to_end(installation, start_scan(&installation.ports, &first).await?, WORKERS, false).await?;
    for (_, demo) in &lost {
        set_power(simulator, demo, Some(TokenPower::Revoked));
    }
    Ok(orgs)
}

fn customer_of(org: &str) -> Option<&'static str> {
    match org {
        "acme" => Some("Acme"),
        "contoso" => Some("Contoso"),
        "globex" => Some("Globex"),
        _ => None,
    }
}

fn set_power(simulator: &OktaSimulator, demo: &DemoOrg, power: Option<TokenPower>) {
    if let Some(power) = power {
        simulator.with_org(demo.name, |org| {
            for token in &mut org.tokens {
                token.power = power;
            }
        });
    }
}
