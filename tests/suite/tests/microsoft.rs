//! Tests the Microsoft client against misbehaving servers: retries, validation of responses, and that nothing leaks and no
//! token is lost.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed test may panic")]

#[path = "microsoft/application_tokens.rs"]
mod application_tokens;
#[path = "microsoft/code_exchange.rs"]
mod code_exchange;
#[path = "microsoft/consent_changes.rs"]
mod consent_changes;
#[path = "microsoft/credentials.rs"]
mod credentials;
#[path = "microsoft/graph.rs"]
mod graph;
#[path = "microsoft/graph_lists.rs"]
mod graph_lists;
#[path = "microsoft/hostile.rs"]
mod hostile;
#[path = "microsoft/people.rs"]
mod people;
#[path = "microsoft/people_changes.rs"]
mod people_changes;
#[path = "microsoft/refreshes.rs"]
mod refreshes;
#[path = "microsoft/registered_credentials.rs"]
mod registered_credentials;
#[path = "microsoft/registration_changes.rs"]
mod registration_changes;
#[path = "microsoft/renewals.rs"]
mod renewals;
#[path = "microsoft/sign_ins.rs"]
mod sign_ins;
#[path = "microsoft/signing_keys.rs"]
mod signing_keys;
#[path = "microsoft/tenants.rs"]
mod tenants;
#[path = "microsoft/thousands.rs"]
mod thousands;
#[path = "microsoft/watched.rs"]
mod watched;

use std::sync::Arc;
use std::time::Duration;

use hostile::{Heard, Hostile, Reply};
use regrant::clock::SimulatedClock;
use regrant::domain::cloud::Cloud;
use regrant::domain::tenant::TenantId;
use regrant::http::loopback::LoopbackPolicy;
use regrant::microsoft::client::MicrosoftClient;
use regrant::microsoft::config::{MicrosoftConfig, SimulatedMicrosoft};
use regrant::microsoft::{
    ClientCredential, Graph, MfaEvidence, Microsoft as _, MicrosoftError, Redemption, Registration, SignIn, TokenSet,
};
use regrant::randomness::SeededRandomness;
use regrant_simulators::microsoft::OPERATOR_SECRET;
use regrant_tests::bench::simulated_clock;
use regrant_tests::consent::registration;
use secrecy::SecretString;
use serde_json::{Value, json};

const TENANT: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const TOKEN: &str = "/oauth2/v2.0/token";
const REDIRECT_URI: &str = "https://regrant.example.com/oauth/microsoft/global/callback";
const CODE: &str = "canary-code";
const VERIFIER: &str = "canary-verifier-dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gF";
const REFRESH_TOKEN: &str = "canary-refresh-token";
const ACCESS_TOKEN: &str = "canary-access-token";

/// The real client, and a server in place of Microsoft.
struct Bench {
    server: Hostile,
    client: MicrosoftClient,
    clock: SimulatedClock,
}

impl Bench {
    /// A server that returns the replies of each path in turn and repeats the last one.
    async fn with(replies: Vec<(&str, Vec<Reply>)>) -> Self {
        Self::configured(MicrosoftConfig::default(), replies).await
    }

    /// A bench whose client has a short timeout.
    async fn impatient(replies: Vec<(&str, Vec<Reply>)>) -> Self {
        let timeout = Duration::from_millis(300);
        Self::configured(MicrosoftConfig { timeout, ..MicrosoftConfig::default() }, replies).await
    }

    async fn configured(config: MicrosoftConfig, replies: Vec<(&str, Vec<Reply>)>) -> Self {
        let clock = simulated_clock();
        let server = Hostile::start(clock.clone(), replies).await;
        let client = client(&config, &server.base, &server.base, &clock);
        Self { server, client, clock }
    }

    async fn refresh(&self) -> Result<TokenSet, MicrosoftError> {
        self.refresh_as(&registration(MfaEvidence::default())).await
    }

    async fn refresh_as(&self, registration: &Registration) -> Result<TokenSet, MicrosoftError> {
        self.client.refresh(registration, &tenant(), &SecretString::from(REFRESH_TOKEN)).await
    }

    async fn application_token(&self) -> Result<TokenSet, MicrosoftError> {
        self.client.application_token(&registration(MfaEvidence::default()), &tenant()).await
    }

    async fn redeem(&self) -> Result<SignIn, MicrosoftError> {
        let secret = |text: &str| SecretString::from(text.to_owned());
        let redemption = Redemption {
            code: &secret(CODE),
            tenant: &tenant(),
            redirect_uri: &REDIRECT_URI.parse().unwrap(),
            nonce: &secret("the-nonce"),
            code_verifier: &secret(VERIFIER),
        };
        self.client.redeem(&registration(MfaEvidence::default()), &redemption).await
    }

    fn graph(&self) -> Box<dyn Graph> {
        self.client.graph(Cloud::Global, &SecretString::from(ACCESS_TOKEN))
    }

    fn heard(&self) -> Vec<Heard> {
        self.server.heard()
    }

    /// The simulated time between consecutive requests.
    fn pauses(&self) -> Vec<Duration> {
        let heard = self.heard();
        heard.windows(2).map(|pair| pair[1].at.duration_since(pair[0].at).try_into().unwrap()).collect()
    }
}

/// The real client for two origins.
fn client(config: &MicrosoftConfig, login: &str, graph: &str, clock: &SimulatedClock) -> MicrosoftClient {
    let simulator = SimulatedMicrosoft::parse(&format!("{login},{graph}"), LoopbackPolicy::Allow).unwrap();
    let config = MicrosoftConfig { simulator: Some(simulator), ..config.clone() };
    MicrosoftClient::new(config, Arc::new(clock.clone()), Arc::new(SeededRandomness::new(7))).unwrap()
}

fn tenant() -> TenantId {
    TENANT.parse().unwrap()
}

fn proven_by(credential: ClientCredential) -> Registration {
    Registration { credential, ..registration(MfaEvidence::default()) }
}

/// A token response (RFC 6749 section 5.1).
fn tokens() -> Value {
    json!({
        "token_type": "Bearer",
        "scope": "openid profile https://graph.microsoft.com/Directory.Read.All",
        "expires_in": 3_600,
        "access_token": "canary-new-access-token",
        "refresh_token": "canary-new-refresh-token",
    })
}

/// Checks that neither the display nor the debug form of an error contains sent data or vendor error texts.
fn tells_no_secret(error: &MicrosoftError) {
    let told = format!("{error} {error:?}");
    assert!(!told.contains("canary") && !told.contains(OPERATOR_SECRET), "{told}");
}
