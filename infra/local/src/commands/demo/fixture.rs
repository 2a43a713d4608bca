//! The demonstration's fixture: both simulators, a Regrant that knows them, and its own registration.

use std::path::Path;
use std::sync::Arc;

use regrant::clock::{Clock, SystemClock};
use regrant::domain::app::AppRecord;
use regrant::domain::cloud::Cloud;
use regrant::domain::contact::{Contacts, NotAnAddress};
use regrant::domain::id::OrgId;
use regrant::embedded::Config;
use regrant::http::loopback::LoopbackPolicy;
use regrant::ledger::{AppFilter, PageRequest};
use regrant::microsoft::config::{MicrosoftConfig as OktaConfig, SimulatedMicrosoft};
use regrant::microsoft::{ClientCredential, MfaEvidence, Registration, WatchAccess};
use regrant::okta::OktaCredential;
use regrant::settings::{MailSettings, PublicUrl, Settings};
use regrant::usecases::access::orgs;
use regrant::usecases::access::registration;
use regrant::usecases::consent::invite::invite;
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
use crate::error::CliError;
use crate::installation::{Installation, PAGE, okta_config};

/// Everything that the demonstration plays with.
pub(super) struct DemoFixture {
    /// Regrant.
    pub(super) installation: Installation,
    /// Microsoft.
    pub(super) microsoft: MicrosoftSimulator,
    /// The orgs it knows.
    pub(super) orgs: Vec<OrgId>,
    /// The emails that would have been sent.
    pub(super) outbox: Arc<Outbox>,
    _okta: OktaSimulator,
}

impl DemoFixture {
    /// Sets it, for a Regrant that browsers reach on `port` of this machine.
    pub(super) async fn set(folder: &Path, port: u16) -> Result<Self, CliError> {
        let failed = |error: &dyn std::fmt::Display| CliError::Simulators(error.to_string());
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
            microsoft: OktaConfig { simulator: Some(simulator), ..OktaConfig::default() },
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
        let orgs = know_orgs(&installation, &okta).await?;
        Ok(Self { installation, microsoft, orgs, outbox, _okta: okta })
    }

    /// A link for the app of a tenant.
    pub(super) async fn invite(&self, tenant: &str) -> Result<Url, CliError> {
        let app = self.app(tenant).await?;
        Ok(invite(&self.installation.ports, &app.identity.org, &app.identity.app).await?.link)
    }

    /// The app of a tenant.
    pub(super) async fn app(&self, tenant: &str) -> Result<AppRecord, CliError> {
        let page = self.installation.ports.ledger.apps(&AppFilter::default(), PageRequest::first(PAGE)).await?;
        let is = |app: &AppRecord| app.identity.tenant.as_ref().is_some_and(|name| name.as_str() == tenant);
        let missing = || CliError::Simulators(format!("no app of the tenant {tenant} was found"));
        page.items.into_iter().find(is).ok_or_else(missing)
    }
}

/// Invented people. Who can consent is each tenant's own; the demonstration's tenants share one of each side.
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

fn registration() -> Result<Registration, regrant::domain::tenant::NotAGuid> {
    Ok(Registration {
        cloud: Cloud::Global,
        client_id: REGRANT_CLIENT.parse()?,
        credential: ClientCredential::Secret { value: SecretString::from(OPERATOR_SECRET) },
        mfa: MfaEvidence::default(),
        watch: WatchAccess::default(),
    })
}

/// Adds the orgs. One whose token is revoked had a good one before, and was scanned with it: so its apps are known
/// and can no longer be looked at.
async fn know_orgs(installation: &Installation, simulator: &OktaSimulator) -> Result<Vec<OrgId>, CliError> {
    let mut orgs = Vec::new();
    let mut lost = Vec::new();
    for demo in demo_set() {
        let revoked = demo.org.tokens.iter().any(|token| token.power == TokenPower::Revoked);
        simulator.add_org(demo.org.clone());
        set_power(simulator, &demo, revoked.then_some(TokenPower::Full));
        let credential = OktaCredential::ApiToken { token: SecretString::from(demo.token) };
        let added = orgs::add(&installation.ports, &simulator.org_url(demo.name), Cloud::Global, &credential).await?;
        orgs.push(added.profile.id.clone());
        if revoked {
            lost.push((added.profile.id, demo));
        }
    }
    if lost.is_empty() {
        return Ok(orgs);
    }
    let first = Selection::Orgs(lost.iter().map(|(org, _)| org.clone()).collect());
    scan::look(installation, start_scan(&installation.ports, &first).await?, WORKERS, false).await?;
    for (_, demo) in &lost {
        set_power(simulator, demo, Some(TokenPower::Revoked));
    }
    Ok(orgs)
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
