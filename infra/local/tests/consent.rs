//! The consent commands: the real binary against simulated Okta and Microsoft.

#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

use std::process::Stdio;
use std::sync::Arc;

use jiff::SignedDuration;
use regrant_simulators::demo_set;
use regrant_simulators::microsoft::{Decision, OPERATOR_SECRET, REGRANT_CLIENT};
use regrant_tests::accelerated_clock::AcceleratedClock;
use regrant_tests::consent::Simulation;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use url::Url;

/// A data folder and the simulators it is used with.
struct Desk {
    simulation: Simulation,
    folder: TempDir,
}

/// The output of a command and its exit code.
struct Printed {
    out: String,
    err: String,
    code: Option<i32>,
}

impl Desk {
    /// Adds two of the demo's orgs and scans them.
    async fn start() -> Self {
        let simulation = Simulation::new(Arc::new(AcceleratedClock::ahead_by(SignedDuration::ZERO))).await;
        let desk = Self { simulation, folder: tempfile::tempdir().unwrap() };
        for demo in demo_set().iter().filter(|demo| ["acme", "contoso"].contains(&demo.name)) {
            let added = desk.run(&["org", "add", &desk.simulation.okta.org_url(demo.name)], demo.token).await;
            assert_eq!(added.code, Some(0), "{}", added.err);
        }
        desk.run(&["scan"], "").await;
        desk
    }

    fn spawn(&self, arguments: &[&str]) -> Child {
        let simulator = format!("{},{}", self.simulation.microsoft.login_url(), self.simulation.microsoft.graph_url());
        Command::new(env!("CARGO_BIN_EXE_regrant"))
            .args(["--allow-loopback", "--public-url", "https://regrant.example.com"])
            .args(arguments)
            .env("REGRANT_DATA_DIR", self.folder.path().join("data"))
            .env("REGRANT_MICROSOFT_SIMULATOR", simulator)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap()
    }

    async fn run(&self, arguments: &[&str], stdin: &str) -> Printed {
        let mut child = self.spawn(arguments);
        // A command that does not read standard input may have exited already.
        let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes()).await;
        let output = child.wait_with_output().await.unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Printed { out: text(output.stdout), err: text(output.stderr), code: output.status.code() }
    }

    /// The org and the id of a tenant's app.
    async fn app(&self, tenant: &str) -> (String, String) {
        let listed: Value = serde_json::from_str(&self.run(&["status", "--json"], "").await.out).unwrap();
        let app = listed["apps"].as_array().unwrap().iter().find(|app| app["tenant"] == tenant).unwrap().clone();
        (app["org"].as_str().unwrap().to_owned(), app["app"].as_str().unwrap().to_owned())
    }
}

#[tokio::test]
async fn registrations_are_listed_without_their_secret() {
    let desk = Desk::start().await;
    let kept = desk.run(&["entra", "set", "--client-id", REGRANT_CLIENT], OPERATOR_SECRET).await;
    assert_eq!(kept.code, Some(0), "{}", kept.err);
    let listed = desk.run(&["entra", "list"], "").await;
    assert!(
        listed.out.contains(REGRANT_CLIENT)
            && listed.out.contains("https://regrant.example.com/oauth/microsoft/callback")
    );
    assert!(!format!("{}{}{}{}", kept.out, kept.err, listed.out, listed.err).contains(OPERATOR_SECRET));
    assert_eq!(desk.run(&["entra", "remove"], "").await.code, Some(0));
    assert!(!desk.run(&["entra", "list"], "").await.out.contains(REGRANT_CLIENT));
}

#[tokio::test]
async fn a_new_invitation_revokes_the_older_link() {
    let desk = Desk::start().await;
    let (org, app) = desk.app("acmelabs").await;
    let refused = desk.run(&["invite", &org, &app], "").await;
    assert!(refused.code == Some(2) && refused.err.contains("regrant entra set"), "{}", refused.err);
    assert_eq!(desk.run(&["entra", "set", "--client-id", REGRANT_CLIENT], OPERATOR_SECRET).await.code, Some(0));
    let dry = desk.run(&["invite", &org, &app, "--dry-run"], "").await;
    assert!(dry.code == Some(0) && !dry.out.contains("/consent/"), "{}", dry.out);
    let first = desk.run(&["invite", &org, &app], "").await;
    assert!(first.out.contains("https://regrant.example.com/consent/"), "{}{}", first.out, first.err);
    let second: Value = serde_json::from_str(&desk.run(&["invite", &org, &app, "--json"], "").await.out).unwrap();
    assert!(second["link"].as_str().unwrap().starts_with("https://regrant.example.com/consent/"), "{second}");
    let id = second["id"].as_str().or(second["invitation"].as_str()).unwrap().to_owned();
    assert_eq!(desk.run(&["invite", &org, &app, "--revoke", &id], "").await.code, Some(0), "{second}");
}

#[tokio::test]
async fn dry_runs_change_nothing_and_a_save_enables_the_connection() {
    let desk = Desk::start().await;
    let (org, app) = desk.app("contosoemea").await;
    let before = desk.simulation.okta.snapshot("contoso");
    for command in ["save", "finish"] {
        assert_eq!(desk.run(&[command, &org, &app, "--dry-run"], "").await.code, Some(0));
    }
    assert_eq!(desk.simulation.okta.snapshot("contoso"), before);
    let saved = desk.run(&["save", &org, &app], "").await;
    assert!(
        saved.code == Some(0) && saved.out.contains("the connection is enabled, with OAuth"),
        "{}{}",
        saved.out,
        saved.err
    );
    let status = desk.run(&["status", "--json"], "").await.out;
    let status: Value = serde_json::from_str(&status).unwrap();
    let saved = status["apps"].as_array().unwrap().iter().find(|listed| listed["app"] == app.as_str()).unwrap();
    assert_eq!(saved["standing"], "consented");
}

#[tokio::test]
async fn an_operator_completes_a_consent() {
    let desk = Desk::start().await;
    let (org, app) = desk.app("acmelabs").await;
    let mut child = desk.spawn(&["finish", &org, &app]);
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut link = String::new();
    out.read_line(&mut link).await.unwrap();
    let link = Url::parse(link.trim()).unwrap();
    let upn = "ada.administrator@acmelabs.onmicrosoft.com";
    let back = desk.simulation.microsoft.answer(&link, upn, Decision::Accept).unwrap();
    child.stdin.take().unwrap().write_all(back.as_str().as_bytes()).await.unwrap();
    let mut rest = String::new();
    out.read_to_string(&mut rest).await.unwrap();
    assert!(child.wait().await.unwrap().success() && rest.contains("the connection is enabled, with OAuth"), "{rest}");
}

#[tokio::test]
async fn pasting_an_unrelated_text_changes_nothing() {
    let desk = Desk::start().await;
    let (org, app) = desk.app("acmelabs").await;
    let before = desk.simulation.okta.snapshot("acme");
    let evil = "https://evil.example/api/v1/apps/office365/x/oauth2/callback?code=c&state=s";
    let refused = desk.run(&["finish", &org, &app], evil).await;
    assert_eq!(refused.code, Some(2), "{}{}", refused.out, refused.err);
    assert!(refused.err.contains("own host"), "{}", refused.err);
    assert_eq!(desk.simulation.okta.snapshot("acme"), before);
}
