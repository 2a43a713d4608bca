//! The operator's handbook: every command in it exists, and the ones in its examples run.

#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

use std::process::Stdio;
use std::sync::Arc;

use clap::Parser as _;
use jiff::SignedDuration;
use regrant_cli::commands::Cli;
use regrant_simulators::demo_set;
use regrant_simulators::microsoft::{OPERATOR_SECRET, REGRANT_CLIENT};
use regrant_tests::accelerated_clock::AcceleratedClock;
use regrant_tests::consent::Simulation;
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

const HANDBOOK: &str = include_str!("../../../docs/operations.md");
const TEMPLATE: &str = include_str!("../../../template.yaml");

/// The commands of the examples, in order.
fn examples() -> Vec<&'static str> {
    HANDBOOK.lines().filter_map(|line| line.strip_prefix("$ regrant ")).collect()
}

/// The commands inside sentences and tables.
fn mentioned() -> Vec<&'static str> {
    let spans = HANDBOOK.split('`').skip(1).step_by(2);
    spans.filter_map(|span| span.strip_prefix("regrant ")).filter(|command| !command.contains('\n')).collect()
}

fn with_values(command: &str, org: &str, app: &str) -> Vec<String> {
    let value = |word: &str| match word {
        "HOST" => org.to_owned(),
        "APP" => app.to_owned(),
        "TENANT" => "11111111-2222-4333-8444-555555555555".to_owned(),
        "STANDING" => "broken".to_owned(),
        "DATE" => "2027-01-31".to_owned(),
        "ADDRESS" => "ada@contoso.example".to_owned(),
        word => word.to_owned(),
    };
    command.split(' ').filter(|word| !word.is_empty()).map(value).collect()
}

#[test]
fn every_command_exists() {
    let commands = [examples(), mentioned()].concat();
    assert!(commands.len() > 25, "{commands:?}");
    let exists = |arguments: Vec<String>| {
        Cli::try_parse_from(std::iter::once("regrant".to_owned()).chain(arguments)).err().map(|error| error.kind())
    };
    for command in commands {
        let failed = exists(with_values(command, "acme.okta.com", "0oa1"));
        // A sentence may name a command without its arguments.
        let incomplete = matches!(
            failed,
            Some(clap::error::ErrorKind::MissingRequiredArgument | clap::error::ErrorKind::DisplayVersion)
        );
        assert!(failed.is_none() || incomplete, "regrant {command}: {failed:?}");
    }
}

#[test]
fn every_alarm_and_standing_has_instructions() {
    let alarms = TEMPLATE.lines().filter_map(|line| line.strip_prefix("  ")?.strip_suffix("Alarm:"));
    let alarms: Vec<&str> = alarms.filter(|name| !name.starts_with(' ')).collect();
    assert!(alarms.len() > 20, "{alarms:?}");
    for alarm in alarms {
        assert!(HANDBOOK.contains(&format!("`{alarm}Alarm`")), "{alarm}Alarm");
    }
    for standing in regrant::domain::standing::Standing::ALL {
        assert!(HANDBOOK.contains(&format!("| `{standing}` |")), "{standing}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_runs() {
    let simulation = Simulation::new(Arc::new(AcceleratedClock::ahead_by(SignedDuration::ZERO))).await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let simulator = format!("{},{}", simulation.microsoft.login_url(), simulation.microsoft.graph_url());
    let run = async |arguments: &[String], stdin: &str| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_regrant"))
            .args(["--allow-loopback", "--public-url", "https://regrant.example.com"])
            .args(arguments)
            .env("REGRANT_DATA_DIR", &data)
            .env("REGRANT_MICROSOFT_SIMULATOR", &simulator)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that does not read standard input may have exited already.
        let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes()).await;
        let output = child.wait_with_output().await.unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let demo = demo_set().into_iter().find(|demo| demo.name == "acme").unwrap();
    let org = simulation.okta.org_url(demo.name);
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    // The handbook refers to a different page for the registration.
    let (code, _, error) = run(&words(&format!("entra set --client-id {REGRANT_CLIENT}")), OPERATOR_SECRET).await;
    assert_eq!(code, Some(0), "{error}");

    let mut app = String::new();
    for command in examples() {
        let token = if command.starts_with("org add") { demo.token } else { "" };
        let host = org.trim_start_matches("http://");
        let host = if command.starts_with("org add") { org.as_str() } else { host };
        let (code, shown, error) = run(&with_values(command, host, &app), token).await;
        // 1 means that an app needs attention, which is not a failure.
        assert!(matches!(code, Some(0 | 1)), "regrant {command}: {code:?} {shown} {error}");
        if command == "status" && app.is_empty() {
            let (_, listed, _) = run(&words("status --json"), "").await;
            let listed: Value = serde_json::from_str(&listed).unwrap();
            let apps = listed["apps"].as_array().unwrap();
            let found = apps.iter().find(|app| app["tenant"] == "acmelabs").unwrap();
            app = found["app"].as_str().unwrap().to_owned();
        }
    }
}
