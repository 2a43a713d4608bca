//! Sign-ins at the simulated Microsoft.

use std::sync::Arc;

use regrant::clock::{Clock as _, SimulatedClock};
use regrant::domain::tenant::TenantId;
use regrant::microsoft::client::MicrosoftClient;
use regrant::microsoft::config::MicrosoftConfig;
use regrant::microsoft::{
    AuthorizationRequest, MfaEvidence, Microsoft as _, MicrosoftError, Redemption, Registration, SignIn,
};
use regrant_simulators::microsoft::{Decision, MicrosoftConfig as SimulatorConfig, MicrosoftSimulator, consent_set};
use regrant_tests::bench::simulated_clock;
use regrant_tests::consent::registration;
use secrecy::SecretString;

use super::{REDIRECT_URI, VERIFIER, client};

pub(crate) const DOMAIN: &str = "acmelabs.onmicrosoft.com";

/// The real client and the simulator.
pub(crate) struct SignIns {
    pub(crate) microsoft: MicrosoftSimulator,
    pub(crate) client: MicrosoftClient,
    pub(crate) clock: SimulatedClock,
    pub(crate) tenant: TenantId,
    pub(crate) registration: Registration,
}

impl SignIns {
    /// A client with a client secret.
    pub(crate) async fn new() -> Self {
        Self::of(registration(MfaEvidence::default())).await
    }

    /// A client with this registration.
    pub(crate) async fn of(registration: Registration) -> Self {
        let clock = simulated_clock();
        let microsoft = MicrosoftSimulator::start(SimulatorConfig::new(Arc::new(clock.clone()))).await.unwrap();
        consent_set(&microsoft, vec![REDIRECT_URI.to_owned()], clock.now());
        let (login, graph) = (microsoft.login_url(), microsoft.graph_url());
        let client = client(&MicrosoftConfig::default(), &login, &graph, &clock);
        let tenant = microsoft.with_tenant(DOMAIN, |tenant| tenant.id.clone()).unwrap().parse().unwrap();
        Self { microsoft, client, clock, tenant, registration }
    }

    /// A code of the tenant's administrator.
    pub(crate) fn code(&self) -> SecretString {
        let request = AuthorizationRequest {
            tenant: &self.tenant,
            redirect_uri: &REDIRECT_URI.parse().unwrap(),
            state: &SecretString::from("the-state"),
            nonce: &SecretString::from("the-nonce"),
            code_verifier: &SecretString::from(VERIFIER),
            claims: None,
        };
        let url = self.client.authorize_url(&self.registration, &request).unwrap();
        let person = format!("ada.administrator@{DOMAIN}");
        let back = self.microsoft.answer(&url, &person, Decision::Accept).unwrap();
        let code = back.query_pairs().find(|(name, _)| name == "code").map(|(_, value)| value.into_owned());
        SecretString::from(code.unwrap())
    }

    pub(crate) async fn redeem(&self, code: &SecretString) -> Result<SignIn, MicrosoftError> {
        let redemption = Redemption {
            code,
            tenant: &self.tenant,
            redirect_uri: &REDIRECT_URI.parse().unwrap(),
            nonce: &SecretString::from("the-nonce"),
            code_verifier: &SecretString::from(VERIFIER),
        };
        self.client.redeem(&self.registration, &redemption).await
    }

    pub(crate) async fn sign_in(&self) -> Result<SignIn, MicrosoftError> {
        self.redeem(&self.code()).await
    }
}
