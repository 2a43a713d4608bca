//! Runs the real functions under cargo-lambda: its Runtime API delivers their events, and its API Gateway emulation turns
//! requests into events. Records, secrets and queues are in the AWS emulator.
//!
//! The test suite makes the same walk under the project's own Runtime API, which needs only Rust. This measurement checks
//! that against an independent implementation. A file gives cargo-lambda the template's routes. Each function runs with
//! its own variables and access key.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use regrant::aws::secrets_manager::SecretsManagerConfig;
use regrant::clock::SystemClock;
use regrant::domain::cloud::Cloud;
use regrant::domain::standing::Standing;
use regrant::microsoft::MfaEvidence;
use regrant::usecases::access::orgs;
use regrant_simulators::demo_set;
use regrant_template::routes;
use regrant_tests::aws::{Account, access_key, template};
use regrant_tests::bench::api_token;
use regrant_tests::consent::{Browser, Simulation, app_of, grant_operator, register, registration};
use regrant_tests::deployment::{Deployment, FUNCTIONS};
use regrant_tests::reverse_proxy;
use regrant_tests::runtime_api::{Host, schedule_event};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};

use super::{Outcome, Report};

pub(crate) const NAME: &str = "cargo-lambda";

const TENANT: &str = "acmelabs";
/// The heading of the final page.
const PROVEN: &str = "Done, and verified on both sides";
/// The number of attempts before polling fails.
const LOOKS: usize = 90;
/// Longer than any message waits in its queue during a consent.
const A_WAIT: Duration = Duration::from_secs(61);

type Failure = Box<dyn std::error::Error + Send + Sync>;

pub(crate) async fn prove() -> Outcome {
    let folder = tempfile::tempdir()?;
    let emulator = CargoLambda::start(folder.path()).await?;
    let simulation = Simulation::new(Arc::new(SystemClock)).await;
    let account = Account::open().await;
    let stack = account.stack(SecretsManagerConfig::default()).await;
    let operator = simulation.ports_over(account.stores("operator", &stack).await);
    grant_operator(&operator).await;
    register(&operator, &registration(MfaEvidence::default())).await;
    for demo in demo_set() {
        orgs::add(&operator, &simulation.okta.org_url(demo.name), Cloud::Global, &api_token(demo.token)).await?;
    }
    let host = Host::CargoLambda(&emulator.url);
    let functions = Deployment::start_under(host, &account, &stack, &simulation, folder.path()).await;
    let api = reverse_proxy::router(&emulator.url, None);

    let (fine, started) = functions.invoke("discovery", schedule_event()).await;
    let scan = started["id"].as_str().filter(|_| fine).ok_or_else(|| format!("no scan started: {started}"))?.to_owned();
    functions.deliver_all(&account).await;
    // cargo-lambda's gateway has no authorizer, so operators call the functions as API Gateway does.
    let mut operators = Browser::new(functions.router());
    let scanned = json_of(&mut operators, "GET", &format!("/v1/scans/{scan}")).await?;

    let (org, app) = app_of(&operator, TENANT).await;
    let path = format!("/v1/apps/{org}/{app}");
    let before = json_of(&mut operators, "GET", &path).await?;
    let invitation = json_of(&mut operators, "POST", &format!("{path}/invitations")).await?;
    let link: url::Url = invitation["link"].as_str().ok_or("no link was made")?.parse()?;
    let mut browser = Browser::new(api);
    let session = simulation.consent(&mut browser, link.path()).await;
    let mut page = browser.get(&session).await;
    for _ in 0..LOOKS {
        if page.body.contains(PROVEN) {
            break;
        }
        functions.deliver().await;
        account.pass_time(A_WAIT).await;
        page = browser.get(&session).await;
    }
    let after = json_of(&mut operators, "GET", &path).await?;

    let calls = account.calls().await;
    let callers: BTreeSet<_> = calls.iter().map(|call| call.access_key.as_str()).collect();
    let up = FUNCTIONS.iter().filter(|function| callers.contains(access_key(function).as_str())).count();
    let (verified, standing) = (page.body.contains(PROVEN), &after["app"]["standing"]);
    let holds = scanned["orgs_pending"] == 0
        && scanned["orgs_not_seen"] == json!([])
        && before["app"]["standing"] == json!(Standing::NeedsConsent)
        && verified
        && *standing == json!(Standing::Consented)
        && up == FUNCTIONS.len();
    Ok(Report::new(
        NAME,
        holds,
        [
            ("version", json!(emulator.version)),
            ("functions_that_called_aws", json!(up)),
            ("routes", json!(routes(template()).len())),
            ("requests_through_its_gateway", json!(browser.visited.len())),
            ("orgs_seen", scanned["orgs_seen"].clone()),
            ("apps_seen", scanned["apps_seen"].clone()),
            ("standing_before", before["app"]["standing"].clone()),
            ("page_says_proven", json!(verified)),
            ("standing_after", standing.clone()),
        ],
    ))
}

/// The answer of the operators' API to a path.
async fn json_of(operators: &mut Browser, method: &str, path: &str) -> Result<Value, Failure> {
    let seen = operators.send(method, path, axum::body::Body::empty()).await;
    if seen.status.is_success() {
        return Ok(serde_json::from_str(&seen.body)?);
    }
    Err(format!("{method} {path}: {} {}", seen.status, seen.body).into())
}

/// A `cargo lambda watch` process that builds nothing. Dropping it ends the process.
struct CargoLambda {
    process: Child,
    url: String,
    version: String,
}

impl Drop for CargoLambda {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl CargoLambda {
    /// Starts it with the template's routes. Writes its configuration and log to `folder`.
    async fn start(folder: &Path) -> Result<Self, Failure> {
        let version = Command::new("cargo").args(["lambda", "--version"]).output()?;
        if !version.status.success() {
            return Err("cargo-lambda is not installed; infra/template/requirements.txt says which one".into());
        }
        let config = folder.join("CargoLambda.toml");
        std::fs::write(&config, configuration())?;
        let log = File::create(folder.join("cargo-lambda.log"))?;
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?.local_addr()?;
        let process = Command::new("cargo")
            .args(["lambda", "watch", "--only-lambda-apis", "--disable-cors", "--invoke-address", "127.0.0.1"])
            .args(["--invoke-port", &free.port().to_string(), "--global"])
            .arg(&config)
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
        let started = Self { process, url: format!("http://{free}"), version };
        listens(free).await?;
        Ok(started)
    }
}

/// Waits until the port accepts connections. A request would become an event, and no function is running yet.
async fn listens(address: SocketAddr) -> Result<(), Failure> {
    for _ in 0..LOOKS {
        if TcpStream::connect(address).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Err("cargo lambda watch does not listen".into())
}

/// The template's routes in cargo-lambda's format: for each path, the function of each method.
fn configuration() -> String {
    let mut router: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (key, function) in routes(template()) {
        let (method, path) = key.split_once(' ').unwrap_or_default();
        router.entry(path.to_owned()).or_default().push(json!({"method": method, "function": function}));
    }
    toml::to_string(&json!({"watch": {"router": router}})).unwrap_or_default()
}
