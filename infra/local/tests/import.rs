//! `regrant org import` against the simulated Okta.

#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use regrant::clock::SystemClock;
use regrant_simulators::{Fleet, OktaSimulator, SimulatorConfig};
use serde_json::Value;

fn regrant(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_regrant"))
        .args(["--allow-loopback", "--data-dir"])
        .arg(folder.join("data"))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn import(folder: &Path, more: &[&str]) -> (Option<i32>, Value) {
    let file = folder.join("orgs.csv");
    let arguments = [&["org", "import", "--json", file.to_str().unwrap()], more].concat();
    let output = regrant(folder, &arguments);
    let shown = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(!shown.contains("canary"), "{shown}");
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap_or_else(|_| Value::String(shown)))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_can_be_repeated_until_every_org_has_a_credential() {
    let simulator = OktaSimulator::start(SimulatorConfig::new(Arc::new(SystemClock))).await.unwrap();
    let fleet = Fleet::new(5, 4);
    simulator.add_fleet(fleet);
    let folder = tempfile::tempdir().unwrap();
    let row = |index: u32, token: &str| {
        format!("{},Customer {index},ada@acme.example,{token}\n", simulator.org_url(&Fleet::name(index)))
    };
    let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text).unwrap();
    write("0.token", format!("\u{feff}{}\r\n", fleet.token(0)));
    write("wrong.token", "00canary".to_owned());
    let header = "host,customer,administrators,token_file\n";
    write(
        "orgs.csv",
        [header, &row(0, "0.token"), &row(1, "wrong.token"), &row(2, ""), &row(3, "none.token")].concat(),
    );

    let folder = folder.path();
    let (code, checked) = import(folder, &["--dry-run"]);
    assert_eq!((code, &checked["failed"]), (Some(2), &Value::from(1)), "{checked}");
    assert!(!folder.join("data").exists(), "a dry run keeps nothing");

    let (code, first) = import(folder, &[]);
    assert_eq!((code, &first["added"], &first["without_credential"]), (Some(2), &1.into(), &1.into()), "{first}");
    assert_eq!(first["results"][1]["result"], "failed", "{first}");
    assert!(first["results"][3]["problem"].as_str().unwrap().contains("none.token"), "{first}");

    write("orgs.csv", [header, &row(0, "wrong.token"), &row(1, "1.token"), &row(2, "2.token")].concat());
    write("1.token", fleet.token(1));
    write("2.token", fleet.token(2));
    let (code, second) = import(folder, &[]);
    assert_eq!((code, &second["known"], &second["added"]), (Some(0), &1.into(), &2.into()), "{second}");

    let listed = regrant(folder, &["org", "list", "--json", "--customer", "Customer 2"]);
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!((listed["orgs"].as_array().unwrap().len(), &listed["orgs"][0]["contacts"]), (1, &1.into()), "{listed}");
}
