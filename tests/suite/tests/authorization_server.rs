//! Tests the code exchange against an independent authorization server: `oidc-provider`, a certified `OpenID`
//! provider, with PKCE required. Runs if Node is installed and the package is in `authorization_server/node_modules` or in the folder that
//! `REGRANT_NODE_MODULES` names; otherwise it is listed as ignored.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{ExitCode, Stdio};
use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::{Arguments, Trial};
use regrant::clock::SystemClock;
use regrant::domain::administrator::Mfa;
use regrant::domain::cloud::Cloud;
use regrant::domain::tenant::TenantId;
use regrant::microsoft::client::MicrosoftClient;
use regrant::microsoft::config::{MicrosoftConfig, SimulatedMicrosoft};
use regrant::microsoft::{
    AuthorizationRequest, ClientCredential, MfaEvidence, Microsoft, MicrosoftError, Redemption, Registration, SignIn,
    WatchAccess,
};
use regrant::randomness::{SystemRandomness, secret};
use regrant_simulators::microsoft::{CLIENT_CERTIFICATE, CLIENT_KEY};
use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use url::Url;

const TENANT: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const WITH_SECRET: &str = "22222222-2222-4333-8444-555555555555";
const WITH_CERTIFICATE: &str = "33333333-2222-4333-8444-555555555555";
const SECRET: &str = "invented-client-secret-of-32-emails";
const REDIRECT: &str = "https://regrant.example.com/oauth/microsoft/callback";
/// The time limit for Node to start.
const PATIENCE: Duration = Duration::from_secs(30);

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    libtest_mimic::run(&arguments, trials(modules().is_none())).exit_code()
}

fn trials(ignored: bool) -> Vec<Trial> {
    let mut trials = Vec::new();
    let mut add = |name: &str, test: fn(Provider) -> Running| {
        let run = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async move { test(Provider::start().await).await });
            Ok(())
        };
        trials.push(Trial::test(name, run).with_ignored_flag(ignored));
    };
    add("a_code_is_exchanged_and_the_id_token_holds", |provider| Box::pin(good_exchange(provider)));
    add("new_tokens_come_for_old_ones", |provider| Box::pin(refresh(provider)));
    add("another_code_verifier_is_refused", |provider| Box::pin(wrong_verifier(provider)));
    add("a_code_is_good_once", |provider| Box::pin(code_twice(provider)));
    add("another_nonce_is_not_believed", |provider| Box::pin(wrong_nonce(provider)));
    add("another_client_secret_is_refused", |provider| Box::pin(wrong_secret(provider)));
    add("a_certificate_proves_the_client", |provider| Box::pin(certificate(provider)));
    trials
}

type Running = std::pin::Pin<Box<dyn Future<Output = ()>>>;

/// The folder of the package, if Node is installed.
fn modules() -> Option<PathBuf> {
    let named = std::env::var_os("REGRANT_NODE_MODULES").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| at("node_modules"));
    let node = std::process::Command::new("node").arg("--version").output().is_ok_and(|output| output.status.success());
    (node && folder.join("oidc-provider").is_dir()).then_some(folder)
}

fn at(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("authorization_server").join(path)
}

/// The server, and our client that uses it as Microsoft.
struct Provider {
    _server: Child,
    microsoft: MicrosoftClient,
    tenant: TenantId,
}

/// The state of one attempt between the two redirects.
struct Attempt {
    nonce: SecretString,
    code_verifier: SecretString,
    code: SecretString,
}

impl Provider {
    async fn start() -> Self {
        let mut server = Command::new("node")
            .arg(at("server.mjs"))
            .args([TENANT, WITH_SECRET, SECRET, REDIRECT, CLIENT_CERTIFICATE, WITH_CERTIFICATE])
            .env("REGRANT_NODE_MODULES", modules().unwrap())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
        let port = tokio::time::timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap().unwrap();
        let login = Url::parse(&format!("http://login.localhost:{port}")).unwrap();
        let simulator = SimulatedMicrosoft { graph: login.clone(), login };
        let config = MicrosoftConfig { simulator: Some(simulator), ..MicrosoftConfig::default() };
        let microsoft = MicrosoftClient::new(config, Arc::new(SystemClock), Arc::new(SystemRandomness)).unwrap();
        Self { _server: server, microsoft, tenant: TENANT.parse().unwrap() }
    }

    /// Follows a browser from our authorization URL to the redirect with the code.
    async fn attempt(&self, registration: &Registration) -> Attempt {
        let new = || secret(&SystemRandomness);
        let (state, nonce, code_verifier) = (new(), new(), new());
        let redirect_uri: Url = REDIRECT.parse().unwrap();
        let request = AuthorizationRequest {
            tenant: &self.tenant,
            redirect_uri: &redirect_uri,
            state: &state,
            nonce: &nonce,
            code_verifier: &code_verifier,
            claims: None,
        };
        let back = walk(self.microsoft.authorize_url(registration, &request).unwrap()).await;
        let value = |name: &str| back.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        assert_eq!(value("state").as_deref(), Some(state.expose_secret()), "{back}");
        Attempt { nonce, code_verifier, code: value("code").unwrap().into() }
    }

    async fn redeem(&self, registration: &Registration, attempt: &Attempt) -> Result<SignIn, MicrosoftError> {
        let redemption = Redemption {
            code: &attempt.code,
            tenant: &self.tenant,
            redirect_uri: &REDIRECT.parse().unwrap(),
            nonce: &attempt.nonce,
            code_verifier: &attempt.code_verifier,
        };
        self.microsoft.redeem(registration, &redemption).await
    }
}

/// Follows redirects with cookies until they leave the server.
async fn walk(from: Url) -> Url {
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let (mut cookies, mut url) = (BTreeMap::new(), from.clone());
    for _ in 0..10 {
        if url.host_str() != from.host_str() {
            return url;
        }
        let all: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        // Every name below `localhost` is this machine, but not every system's resolver supports that.
        let mut here = url.clone();
        here.set_host(Some("127.0.0.1")).unwrap();
        let host = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
        let answer = client.get(here).header("host", host).header("cookie", all.join("; ")).send().await.unwrap();
        for cookie in answer.headers().get_all("set-cookie") {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            cookies.insert(name.to_owned(), value.to_owned());
        }
        let location = answer.headers().get("location").map(|place| place.to_str().unwrap().to_owned());
        match location {
            Some(location) => url = url.join(&location).unwrap(),
            None => return Url::parse(&format!("error:{}", answer.text().await.unwrap())).unwrap(),
        }
    }
    url
}

fn registration(client: &str, credential: ClientCredential) -> Registration {
    let (mfa, watch) = (MfaEvidence::default(), WatchAccess::default());
    Registration { cloud: Cloud::Global, client_id: client.parse().unwrap(), credential, mfa, watch }
}

fn with_secret(value: &str) -> Registration {
    registration(WITH_SECRET, ClientCredential::Secret { value: SecretString::from(value) })
}

/// The OAuth error code of a rejection.
fn refused(answered: Result<SignIn, MicrosoftError>) -> String {
    match answered {
        Err(MicrosoftError::OAuth(refusal)) => refusal.error.clone(),
        other => format!("{other:?}"),
    }
}

async fn good_exchange(provider: Provider) {
    let ours = with_secret(SECRET);
    let attempt = provider.attempt(&ours).await;
    let signed_in = provider.redeem(&ours, &attempt).await.unwrap();
    assert_eq!(signed_in.person.tenant, provider.tenant);
    assert_eq!(signed_in.person.username.to_string(), "ada.administrator@contoso.onmicrosoft.com");
    assert!(signed_in.person.roles.unwrap().contains("62e90394-69f5-4237-9190-012177145e10"));
    assert_eq!(signed_in.mfa, Mfa::NotVerified);
    assert!(!signed_in.tokens.access_token.expose_secret().is_empty());
    assert!(signed_in.tokens.refresh_token.is_some());
}

async fn refresh(provider: Provider) {
    let ours = with_secret(SECRET);
    let attempt = provider.attempt(&ours).await;
    let before = provider.redeem(&ours, &attempt).await.unwrap().tokens;
    let old = before.refresh_token.unwrap();
    let after = provider.microsoft.refresh(&ours, &provider.tenant, &old).await.unwrap();
    assert_ne!(after.access_token.expose_secret(), before.access_token.expose_secret());
    assert_ne!(after.refresh_token.unwrap().expose_secret(), old.expose_secret());
}

async fn wrong_verifier(provider: Provider) {
    let ours = with_secret(SECRET);
    let attempt = Attempt { code_verifier: secret(&SystemRandomness), ..provider.attempt(&ours).await };
    assert_eq!(refused(provider.redeem(&ours, &attempt).await), "invalid_grant");
}

async fn code_twice(provider: Provider) {
    let ours = with_secret(SECRET);
    let attempt = provider.attempt(&ours).await;
    provider.redeem(&ours, &attempt).await.unwrap();
    assert_eq!(refused(provider.redeem(&ours, &attempt).await), "invalid_grant");
}

async fn wrong_nonce(provider: Provider) {
    let ours = with_secret(SECRET);
    let attempt = Attempt { nonce: secret(&SystemRandomness), ..provider.attempt(&ours).await };
    assert!(matches!(provider.redeem(&ours, &attempt).await, Err(MicrosoftError::Untrusted(_))));
}

async fn wrong_secret(provider: Provider) {
    let attempt = provider.attempt(&with_secret(SECRET)).await;
    assert_eq!(refused(provider.redeem(&with_secret("another-secret"), &attempt).await), "invalid_client");
}

async fn certificate(provider: Provider) {
    let credential = ClientCredential::Certificate {
        certificate: CLIENT_CERTIFICATE.to_owned(),
        private_key: SecretString::from(CLIENT_KEY),
    };
    let ours = registration(WITH_CERTIFICATE, credential);
    let attempt = provider.attempt(&ours).await;
    let signed_in = provider.redeem(&ours, &attempt).await.unwrap();
    assert!(signed_in.tokens.refresh_token.is_some());
}
