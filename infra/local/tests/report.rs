//! Reports, evidence and events through the real binary.

#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

use std::path::Path;
use std::process::{Command, Output};

use regrant::embedded::{self, Config};
use regrant_tests::estate::Estate;
use serde_json::Value;
use tempfile::TempDir;

fn regrant(folder: &TempDir, arguments: &[&str]) -> Output {
    let program = Command::new(env!("CARGO_BIN_EXE_regrant"))
        .args(arguments)
        .env("REGRANT_DATA_DIR", folder.path().join("data"))
        .current_dir(folder.path())
        .output();
    program.unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn object(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| unreachable!("{error}: {}", text(&output.stdout)))
}

/// A folder with an estate in `data`.
fn estate() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let ports = embedded::open(&data, Config::default()).await.unwrap();
        Estate { orgs: 40, apps_per_org: 2, customers: 4, events_per_app: 3 }.fill(&*ports.ledger).await;
    });
    folder
}

#[test]
fn reports_are_written_compared_and_limited() {
    let folder = estate();
    let files = ["--to", "a.html", "--to", "a.csv", "--to", "a.json", "--action-plan", "plan.csv"];
    let dry = regrant(&folder, &[&["report", "--dry-run"], &files[..]].concat());
    assert!(text(&dry.stdout).contains("Would write a.html with 80 apps."), "{dry:?}");
    assert!(!folder.path().join("a.html").exists(), "a dry run writes nothing");
    let written = regrant(&folder, &[&["report"], &files[..]].concat());
    assert_eq!(written.status.code(), Some(2), "an org could not be read");
    for file in ["a.html", "a.csv", "a.json", "plan.csv"] {
        assert!(folder.path().join(file).exists(), "{file}");
        is_private(&folder.path().join(file));
    }
    let compared = object(&regrant(&folder, &["report", "--json", "--compare", "a.json"]));
    assert_eq!(compared["comparison"]["changes"], serde_json::json!([]), "nothing changed");
    let other = regrant(&folder, &["report", "--compare", "a.json", "--customer", "Bellows College"]);
    assert!(text(&other.stderr).contains("different customers or orgs"), "{other:?}");
    let copy = object(&regrant(
        &folder,
        &["report", "--json", "--for", "customer", "--customer", "Bellows College", "--standing", "consented"],
    ));
    assert!(copy["head"]["generated_by"].is_null() && copy["head"]["sources"]["scan"]["extent"].is_null());
    assert!(copy["apps"].as_array().unwrap().iter().all(|app| app["standing"] == "consented"));
}

#[cfg(unix)]
fn is_private(file: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600, "{}", file.display());
}

#[cfg(not(unix))]
fn is_private(_: &Path) {}

#[test]
fn wrong_reports_are_refused_with_a_reason() {
    let folder = estate();
    for (arguments, reason) in [
        (&["report", "--for", "customer"][..], "covers one customer"),
        (&["report", "--customer", "Typo"], "no org has the customer Typo"),
        (&["report", "--org", "typo"], "typo"),
        (&["report", "--to", "report.pdf"], "end it in .html"),
        (&["report", "--compare", "missing.json"], "missing.json could not be read"),
        (&["report", "verify", "missing.jsonl"], "missing.jsonl could not be read"),
        (&["report", "verify", "--checkpoint", "1:abc"], "a checkpoint is"),
        (&["report", "verify", "--key", "abc"], "a public key has 43"),
    ] {
        let output = regrant(&folder, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).contains(reason), "{arguments:?}: {}", text(&output.stderr));
    }
}

#[test]
fn trail_is_signed_exported_and_verified() {
    let folder = estate();
    let unsigned = regrant(&folder, &["report", "verify"]);
    assert_eq!(unsigned.status.code(), Some(2), "no digest vouches for it");
    let signed = regrant(&folder, &["report", "digest"]);
    let checkpoint = text(&signed.stdout).trim().rsplit(' ').next().unwrap().to_owned();
    let own = regrant(&folder, &["report", "verify", "--checkpoint", &checkpoint]);
    assert_eq!(own.status.code(), Some(0), "{}", text(&own.stdout));
    assert!(text(&own.stdout).contains("Followed 240 events of 80 apps, and 1 digest."), "{}", text(&own.stdout));

    let key = text(&regrant(&folder, &["report", "key"]).stdout).trim().to_owned();
    assert!(regrant(&folder, &["report", "export", "--to", "trail.jsonl"]).status.success());
    let verify = |key: Option<&str>| {
        let trust = key.map(|key| vec!["--key", key]).unwrap_or_default();
        regrant(&folder, &[&["report", "verify", "trail.jsonl"], &trust[..]].concat())
    };
    assert_eq!(verify(Some(&key)).status.code(), Some(0));
    assert_eq!(verify(None).status.code(), Some(2), "nothing that is trusted signed it");
    let file = folder.path().join("trail.jsonl");
    let lines = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, lines.replacen("Step 1.", "Step 9.", 1)).unwrap();
    let changed = verify(Some(&key));
    assert_eq!(changed.status.code(), Some(1));
    assert!(text(&changed.stdout).contains("event 2 was changed"), "{}", text(&changed.stdout));
}

#[test]
fn evidence_and_events_are_printed_and_written() {
    let folder = estate();
    let pack = regrant(&folder, &["report", "evidence", "00o00001", "0oa00001000", "--to", "packs"]);
    assert_eq!(pack.status.code(), Some(0), "{}", text(&pack.stderr));
    let json = std::fs::read(folder.path().join("packs/0oa00001000.json")).unwrap();
    let json: Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["evidence"]["trail"].as_array().unwrap().len(), 3);
    assert!(folder.path().join("packs/0oa00001000.html").exists());
    for (format, member) in [("json", "hash"), ("ocsf", "class_uid")] {
        let events = regrant(&folder, &["events", "--since", "2026-01-01", "--format", format]);
        let lines: Vec<Value> = text(&events.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 240, "{format}");
        assert!(lines.iter().all(|line| !line[member].is_null()), "{format}");
    }
    assert!(regrant(&folder, &["events"]).stdout.is_empty(), "nothing in the last 24 hours");
}
