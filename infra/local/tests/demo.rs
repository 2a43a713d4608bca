//! The real binary, from its arguments to its exit code.

#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const CANARY: &str = "00canary-Token_that-must-never-be-shown_1";

fn regrant(folder: &Path, arguments: &[&str], stdin: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_regrant"))
        .args(arguments)
        .env_remove("NO_COLOR")
        .env("REGRANT_DATA_DIR", folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read standard input may have exited already.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn everything(output: &Output) -> String {
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_demo_shows_every_standing() {
    let folder = tempfile::tempdir().unwrap();
    let output = regrant(folder.path(), &["demo", "--once"], "");
    let table = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", everything(&output));
    for standing in ["needs-consent", "needs-save", "consented", "not-applicable", "unknown"] {
        assert!(table.contains(standing), "{standing} in {table}");
    }
    assert!(!table.contains('\u{1b}') && !text(&output.stderr).contains('\u{1b}'), "no escape code without a terminal");
}

#[test]
fn the_demo_prints_one_json_object() {
    let folder = tempfile::tempdir().unwrap();
    let output = regrant(folder.path(), &["demo", "--once", "--json"], "");
    let object: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(object["scan"]["orgs_seen"].as_u64().unwrap() >= 2, "{object}");
    assert!(!object["scan"]["finished_at"].is_null());
    assert_eq!(object["scan"]["orgs_not_seen"].as_array().unwrap().len(), 1, "the org whose token was revoked");
    let apps = object["apps"].as_array().unwrap();
    assert!(apps.len() >= 10);
    for app in apps {
        assert!(!app["reasons"].as_array().unwrap().is_empty(), "{app}");
        assert!(app["standing"].is_string() && app["next_step"].is_string() && app["as_of"].is_string(), "{app}");
    }
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none(), "the demo writes nothing into the data folder");
}

#[test]
fn verbose_logs_contain_no_token() {
    let folder = tempfile::tempdir().unwrap();
    let output = regrant(folder.path(), &["demo", "--once", "-vv"], "");
    assert!(output.status.success());
    let everything = everything(&output);
    assert!(everything.contains("TRACE"), "the logs are really on");
    for org in regrant_simulators::demo_set() {
        assert!(!everything.contains(org.token), "the token of {}", org.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_org_added_from_standard_input_can_be_scanned() {
    let simulator = regrant_simulators::OktaSimulator::start(regrant_simulators::SimulatorConfig::new(
        std::sync::Arc::new(regrant::clock::SystemClock),
    ))
    .await
    .unwrap();
    let org = regrant_simulators::Org::new("acme")
        .with_token(CANARY, regrant_simulators::TokenPower::Full)
        .with_app(regrant_simulators::App::office365("Office 365", "acme"));
    simulator.add_org(org);
    let host = simulator.org_url("acme");
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");

    tokio::task::spawn_blocking(move || {
        let dry = regrant(&data, &["org", "add", &host, "--allow-loopback", "--dry-run"], "");
        assert!(dry.status.success(), "{}", everything(&dry));
        assert!(!data.exists(), "a dry run keeps nothing");

        let added = regrant(&data, &["org", "add", &host, "--allow-loopback", "-vv"], &format!("{CANARY}\n"));
        assert!(added.status.success(), "{}", everything(&added));
        let mut shown = everything(&added);
        for (arguments, code) in [
            (&["org", "check", "--allow-loopback", "-vv"][..], 0),
            (&["scan", "--allow-loopback", "-vv"], 0),
            (&["status", "--json"], 0),
            (&["doctor", "--allow-loopback", "-vv"], 0),
            (&["org", "remove", "acme.localhost"], 2),
            (&["org", "list"], 0),
        ] {
            let output = regrant(&data, arguments, "");
            assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", everything(&output));
            shown.push_str(&everything(&output));
        }
        assert!(shown.contains("not-applicable") && !shown.contains(CANARY), "{shown}");

        let wrong = regrant(&data, &["org", "add", &host, "--allow-loopback"], "00wrongCanaryToken\n");
        assert_eq!(wrong.status.code(), Some(2));
        assert!(!everything(&wrong).contains("00wrongCanaryToken"));
    })
    .await
    .unwrap();
}

#[test]
fn scanning_without_orgs_is_not_fine() {
    let folder = tempfile::tempdir().unwrap();
    let output = regrant(folder.path(), &["scan"], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("regrant org add"), "{}", everything(&output));
    let status = regrant(folder.path(), &["status", "--json"], "");
    let object: Value = serde_json::from_slice(&status.stdout).unwrap();
    assert!(object["scan"].is_null() && object["apps"].as_array().unwrap().is_empty());
}

#[test]
fn serving_other_machines_needs_a_flag() {
    let folder = tempfile::tempdir().unwrap();
    let output = regrant(folder.path(), &["serve", "--listen", "0.0.0.0:0"], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("--expose"));
}
