//! Deploys the whole stack with `sam deploy` to an AWS emulator that supports `CloudFormation`, API Gateway and Lambda, and
//! runs one scan and one consent through it.
//!
//! The emulator (ministack) creates the template's resources, runs the real functions, and delivers messages and requests
//! to them. Okta and Microsoft are simulated in this process; a copy of the template points to them and is otherwise
//! unchanged. The limits of the emulator are listed in `infra/template/README.md`.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use regrant::aws::Stack;
use regrant::aws::secrets_manager::SecretsManagerConfig;
use regrant::clock::{Clock, SystemClock};
use regrant::domain::cloud::Cloud;
use regrant::domain::standing::Standing;
use regrant::embedded::in_process_queues;
use regrant::microsoft::MfaEvidence;
use regrant::usecases::Ports;
use regrant::usecases::access::orgs;
use regrant::usecases::consent::invite::invite;
use regrant_simulators::demo_set;
use regrant_tests::aws::{Account, REGION};
use regrant_tests::bench::{Stores, api_token};
use regrant_tests::consent::{Browser, PUBLIC_URL, Simulation, app_of, register, registration};
use regrant_tests::program::built;
use regrant_tests::reverse_proxy;
use regrant_tests::runtime_api::schedule_event;
use serde_json::{Value, json};

use super::{Outcome, Report};

pub(crate) const NAME: &str = "deployed-stack";

const STACK: &str = "regrant-local";
const TENANT: &str = "acmelabs";
const ENDPOINT: &str = "http://127.0.0.1:4566";
/// The checks of `regrant aws doctor` that must pass after deployment and scan, without those the emulator cannot support.
const LOOKED_AFTER: [&str; 8] =
    ["stack", "scan queue", "save queue", "notification queue", "dead letters", "schedules", "orgs", "scans"];
/// The number of attempts, one per second, before polling fails.
const LOOKS: usize = 90;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The emulator process. Dropping it ends the process.
struct Emulator(Child);

impl Drop for Emulator {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

pub(crate) async fn prove() -> Outcome {
    let folder = tempfile::tempdir()?;
    let _emulator = start_emulator(folder.path()).await?;
    let simulation = Simulation::new(Arc::new(SystemClock)).await;
    tokio::task::block_in_place(|| deploy(folder.path(), &simulation))?;

    let account = Account::at(ENDPOINT);
    let deployed = Deployed::find(&account).await?;
    let operator = deployed.operator(&account, &simulation).await;
    register(&operator, &registration(MfaEvidence::default())).await;
    for demo in demo_set() {
        orgs::add(&operator, &simulation.okta.org_url(demo.name), Cloud::Global, &api_token(demo.token)).await?;
    }

    let started = deployed.invoke("DiscoveryFunction", &schedule_event()).await?;
    let scan = started["id"].as_str().ok_or_else(|| format!("no scan started: {started}"))?.parse()?;
    let mut looks = 0..LOOKS;
    let scanned = loop {
        let scan = operator.ledger.scan(&scan).await?.ok_or("the scan is not in the table")?;
        if scan.orgs_pending == 0 || looks.next().is_none() {
            break scan;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    };
    if scanned.orgs_pending > 0 {
        return Err(format!("the scan did not end: {} orgs are pending", scanned.orgs_pending).into());
    }

    let (org, app) = app_of(&operator, TENANT).await;
    let invitation = invite(&operator, &org, &app).await?;
    let mut browser = Browser::new(deployed.http_api());
    let session = simulation.consent(&mut browser, invitation.link.path()).await;
    let mut page = browser.get(&session).await;
    for _ in 0..LOOKS {
        if page.body.contains("Done, and verified on both sides") {
            break;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        page = browser.get(&session).await;
    }
    let record = operator.ledger.app(&org, &app).await?.ok_or("the app is not in the table")?;
    let doctor = tokio::task::block_in_place(doctor)?;
    let verified = page.body.contains("Done, and verified on both sides");
    let holds = verified
        && record.assessment.standing == Standing::Consented
        && scanned.orgs_not_seen.is_empty()
        && LOOKED_AFTER.iter().all(|part| doctor.fine.iter().any(|fine| fine == part));
    Ok(Report::new(
        NAME,
        holds,
        [
            ("resources", json!(deployed.resources.len())),
            ("orgs_seen", json!(scanned.orgs_seen)),
            ("apps_seen", json!(scanned.apps_seen)),
            ("page_says_proven", json!(verified)),
            ("standing", json!(record.assessment.standing)),
            ("doctor_finds_fine", json!(doctor.fine)),
            ("doctor_finds_wrong", json!(doctor.wrong)),
        ],
    ))
}

/// The report of `regrant aws doctor`.
#[derive(Default)]
struct Doctor {
    fine: Vec<String>,
    wrong: Vec<String>,
}

/// Runs `regrant aws doctor` as an operator does, in a separate build.
fn doctor() -> Result<Doctor, Failure> {
    let mut command = Command::new("cargo");
    command.args(["run", "--quiet", "--package", "regrant-cli", "--features", "aws", "--"]);
    command.args(["--stack", STACK, "--color", "never", "aws", "doctor"]).env("COLUMNS", "80");
    let ran = environment(&mut command).current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).output()?;
    let mut doctor = Doctor::default();
    for line in String::from_utf8(ran.stdout)?.lines() {
        // The first line of a check names it; further lines are its details.
        let named = |mark: &str| Some(line.strip_prefix(mark)?.split("  ").next()?.to_owned());
        doctor.fine.extend(named("  ok     "));
        doctor.wrong.extend(named("  wrong  "));
    }
    if doctor.fine.is_empty() {
        return Err(format!("`regrant aws doctor` printed nothing: {}", String::from_utf8_lossy(&ran.stderr)).into());
    }
    Ok(doctor)
}

async fn start_emulator(folder: &Path) -> Result<Emulator, Failure> {
    let log = std::fs::File::create(folder.join("emulator.log"))?;
    let mut command = Command::new("ministack");
    // Its child processes inherit this, so the functions find the emulator.
    environment(&mut command).stdout(log.try_clone()?).stderr(log).stdin(Stdio::null());
    let emulator = Emulator(command.spawn().map_err(|error| format!("cannot start ministack: {error}"))?);
    for _ in 0..LOOKS {
        if reqwest::get(ENDPOINT).await.is_ok() {
            return Ok(emulator);
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Err("ministack does not answer".into())
}

fn environment(command: &mut Command) -> &mut Command {
    command.envs([
        ("AWS_ENDPOINT_URL", ENDPOINT),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_DEFAULT_REGION", REGION),
        ("AWS_REGION", REGION),
        ("SAM_CLI_TELEMETRY", "0"),
    ])
}

/// Places the functions where the template expects them, points it to the simulators, and deploys it.
fn deploy(folder: &Path, simulation: &Simulation) -> Result<(), Failure> {
    for function in regrant_tests::deployment::FUNCTIONS {
        let package = folder.join("functions").join(function);
        std::fs::create_dir_all(&package)?;
        std::fs::copy(built(&format!("regrant-{function}"), function)?, package.join("bootstrap"))?;
    }
    let template = include_str!("../../../../template.yaml");
    let (before, rest) = template.split_once("        REGRANT_PUBLIC_URL: !If\n").ok_or("the template names no URL")?;
    let (_, after) = rest.split_once("        REGRANT_INSTALLATION:").ok_or("the template names no installation")?;
    let simulators = format!(
        "        REGRANT_PUBLIC_URL: {PUBLIC_URL}\n        REGRANT_ALLOW_LOOPBACK: \"1\"\n        \
         REGRANT_MICROSOFT_SIMULATOR: \"{},{}\"\n        REGRANT_INSTALLATION:",
        simulation.microsoft.login_url(),
        simulation.microsoft.graph_url(),
    );
    std::fs::write(folder.join("template.yaml"), [before, &simulators, after].concat())?;
    let processor = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
    let mut command = Command::new("sam");
    let sam = environment(&mut command).current_dir(folder).args([
        "deploy",
        "--template-file",
        "template.yaml",
        "--stack-name",
        STACK,
        "--resolve-s3",
        "--no-confirm-changeset",
        "--no-progressbar",
        "--capabilities",
        "CAPABILITY_IAM",
        "--parameter-overrides",
        "JwtIssuer=https://acme.okta.com/oauth2/default",
        "JwtAudience=regrant",
        "JwtReadScope=regrant.read",
        "JwtWriteScope=regrant.write",
        &format!("Architecture={processor}"),
    ]);
    let deployed = sam.output().map_err(|error| format!("cannot start sam: {error}"))?;
    if deployed.status.success() {
        return Ok(());
    }
    Err(format!("sam deploy failed: {}", String::from_utf8_lossy(&deployed.stderr)).into())
}

/// The deployed stack.
struct Deployed {
    stack: Stack,
    api: String,
    /// Physical ids by their names in the template.
    resources: std::collections::BTreeMap<String, String>,
}

impl Deployed {
    async fn find(account: &Account) -> Result<Self, Failure> {
        let client = aws_sdk_cloudformation::Client::new(&account.config("operator").await);
        let found = client.describe_stack_resources().stack_name(STACK).send().await?;
        let resources: std::collections::BTreeMap<_, _> = found
            .stack_resources()
            .iter()
            .filter_map(|one| Some((one.logical_resource_id()?.to_owned(), one.physical_resource_id()?.to_owned())))
            .collect();
        let id = |name: &str| resources.get(name).cloned().ok_or_else(|| format!("{name} was not deployed"));
        let stack = Stack {
            table: id("Table")?,
            secrets: SecretsManagerConfig::default(),
            scan_queue: Some(id("ScanQueue")?),
            save_queue: Some(id("SaveQueue")?),
            notification_queue: Some(id("NotificationQueue")?),
            configuration_set: None,
        };
        Ok(Self { stack, api: id("Api")?, resources })
    }

    /// The stack's records and secrets, without queues.
    async fn operator(&self, account: &Account, simulation: &Simulation) -> Ports {
        let stores = account.stores("operator", &self.stack).await;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        simulation.ports_over(Stores { queues: in_process_queues(&clock), ..stores })
    }

    /// Invokes a function and waits for its response.
    async fn invoke(&self, function: &str, event: &Value) -> Result<Value, Failure> {
        let name = self.resources.get(function).ok_or_else(|| format!("{function} was not deployed"))?;
        let url = format!("{ENDPOINT}/2015-03-31/functions/{name}/invocations");
        let scope = format!("AKIATEST/20260302/{REGION}/lambda/aws4_request");
        let authorization = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0");
        let invoked =
            reqwest::Client::new().post(url).header("authorization", authorization).json(event).send().await?;
        Ok(invoked.error_for_status()?.json().await?)
    }

    /// The HTTP API. The emulator selects the API by host.
    fn http_api(&self) -> Router {
        reverse_proxy::router(ENDPOINT, Some(&format!("{}.execute-api.localhost:4566", self.api)))
    }
}
