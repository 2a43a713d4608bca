//! `regrant org record`, `replay` and `questions`, as a person runs them.

#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use regrant_simulators::{App, Connection, OktaSimulator, Org, SimulatorConfig, TokenPower};
use regrant_tests::bench::simulated_clock;
use serde_json::Value;

const TOKEN: &str = "00-invented-token";

fn regrant(data: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_regrant"))
        .args(["--allow-loopback", "--data-dir", data.to_str().unwrap()])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_org_replays_with_the_same_standing() {
    let simulator = OktaSimulator::start(SimulatorConfig::new(Arc::new(simulated_clock()))).await.unwrap();
    let connection = Connection::OAuth2 { enabled: true, authorize: true };
    let app = App::office365("Initech Office", "initech").provisioned(connection);
    simulator.add_org(Org::new("initech").with_token(TOKEN, TokenPower::Full).with_app(app));
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join("recorded.json"));
    let (url, file) = (simulator.org_url("initech"), file.to_str().unwrap());

    let added = regrant(&data, &["org", "add", &url], TOKEN);
    assert!(added.status.success(), "{}", text(&added));
    let host = url.trim_start_matches("http://");
    let recorded = regrant(&data, &["org", "record", host, "--to", file], "");
    assert!(recorded.status.success(), "{}", text(&recorded));
    let written = std::fs::read_to_string(file).unwrap();
    assert!(!written.to_lowercase().contains("initech") && !written.contains(TOKEN), "{written}");
    let again = regrant(&data, &["org", "record", host, "--to", file], "");
    assert_eq!(again.status.code(), Some(2), "an existing file is not replaced: {}", text(&again));

    let nothing = folder.path().join("none");
    let replayed = regrant(&nothing, &["org", "replay", file, "--json"], "");
    let shown: Value = serde_json::from_slice(&replayed.stdout).unwrap_or_default();
    assert_eq!(shown.pointer("/apps/0/standing").and_then(Value::as_str), Some("consented"), "{}", text(&replayed));
    assert!(!nothing.exists(), "a replay creates no installation");

    let asked = regrant(&data, &["org", "questions", host, "--json"], "");
    let shown: Value = serde_json::from_slice(&asked.stdout).unwrap();
    assert_eq!(shown["questions"].as_array().map(Vec::len), Some(10), "{shown}");
    assert!(regrant(&data, &["org", "questions", host], "").status.success());
    assert_eq!(regrant(&data, &["org", "replay", "/nowhere.json"], "").status.code(), Some(2));
}
