//! Faults of the machine and mistakes of its user, through the real binary.

#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// The commands that create an installation. All others read, or need an installation to do anything.
const CREATE: [&str; 9] =
    ["demo", "serve", "org add", "org import", "entra set", "hook add", "mail server set", "mail test", "keys rotate"];
/// Commands that run until they are stopped, or write to a path that they are given.
const NOT_RUN: [&str; 2] = ["restore", "mail preview"];

fn regrant(data: &Path, arguments: &[&str], stdin: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_regrant"))
        .args(["--data-dir", data.to_str().unwrap()])
        .args(arguments)
        .env_remove("HTTPS_PROXY")
        .env_remove("https_proxy")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read standard input may have exited already.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    child.wait_with_output().unwrap()
}

/// What was printed, without the line breaks of the terminal's width.
fn text(output: &Output) -> String {
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An installation with a ledger, a key and a secret.
struct Fixture {
    folder: TempDir,
}

impl Fixture {
    fn new() -> Self {
        let fixture = Self { folder: tempfile::tempdir().unwrap() };
        fixture.ok(&["keys", "rotate"]);
        fixture
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn ok(&self, arguments: &[&str]) -> String {
        let output = regrant(&self.data(), arguments, b"");
        assert!(output.status.success(), "{arguments:?}: {}", text(&output));
        text(&output)
    }

    /// The text of a command that fails with exit code 2.
    fn refused(&self, arguments: &[&str]) -> String {
        let output = regrant(&self.data(), arguments, b"");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", text(&output));
        text(&output)
    }
}

/// Every command without subcommands, as a person would type it, with something in place of each required argument.
fn leaf_commands() -> Vec<(String, Vec<String>)> {
    fn walk(command: &clap::Command, path: &[String], found: &mut Vec<(String, Vec<String>)>) {
        if command.has_subcommands() {
            for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
                walk(inner, &[path, &[inner.get_name().to_owned()]].concat(), found);
            }
            return;
        }
        let mut arguments = path.to_vec();
        for argument in command.get_arguments() {
            let value = match argument.get_id().as_str() {
                "org" | "host" => "acme.okta.com",
                "app" => "0oa1",
                "address" => "ada@acme.example",
                "shell" => "bash",
                "until" => "2w",
                "url" => "smtp://localhost:25",
                "client_id" => "11111111-2222-4333-8444-555555555555",
                _ => "word",
            };
            let is_needed =
                argument.is_required_set() || ["org", "app", "until", "reason"].contains(&argument.get_id().as_str());
            if is_needed && argument.is_positional() {
                arguments.push(value.to_owned());
            } else if is_needed && let Some(long) = argument.get_long() {
                arguments.extend([format!("--{long}"), value.to_owned()]);
            }
        }
        found.push((path.join(" "), arguments));
    }
    let mut found = Vec::new();
    walk(&regrant_cli::command(), &[], &mut found);
    found
}

#[test]
fn only_commands_that_add_something_create_an_installation() {
    let commands = leaf_commands();
    assert!(commands.len() > 25, "{}", commands.len());
    for name in CREATE {
        assert!(commands.iter().any(|(command, _)| command == name), "{name} is not a command");
    }
    for (name, arguments) in commands {
        if CREATE.contains(&name.as_str()) || NOT_RUN.contains(&name.as_str()) {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("typo");
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = regrant(&data, &arguments, b"");
        assert!(output.status.code().is_some_and(|code| code <= 2), "{name}: {}", text(&output));
        assert!(!data.exists(), "`{name}` created the data folder");
    }
}

#[test]
fn a_wrong_data_folder_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let output = regrant(&folder.path().join("typo"), &["org", "list"], b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).contains("typo does not exist") && text(&output).contains("--data-dir"), "{}", text(&output));
}

#[test]
fn a_missing_key_is_not_a_different_key() {
    let fixture = Fixture::new();
    fs::remove_file(fixture.data().join("vault/vault.key")).unwrap();
    for command in [&["status"][..], &["doctor"], &["keys", "rotate"], &["org", "list"]] {
        let refused = fixture.refused(command);
        assert!(refused.contains("vault.key is missing") && refused.contains("regrant restore FILE"), "{refused}");
    }
    assert!(!fixture.data().join("vault/vault.key").exists());
}

#[test]
fn a_lost_ledger_is_not_an_empty_installation() {
    let fixture = Fixture::new();
    let ledger = fixture.data().join("ledger.sqlite");
    let whole = fs::read(&ledger).unwrap();
    for (damage, words) in [
        (Some(&b""[..]), "is empty"),
        (None, "is missing"),
        (Some(b"Dear reader, this is a letter."), "is not a ledger"),
        (Some(&whole[..whole.len() / 2]), "damaged or cut off"),
    ] {
        for side in ["ledger.sqlite-wal", "ledger.sqlite-shm"] {
            let _ = fs::remove_file(fixture.data().join(side));
        }
        match damage {
            Some(bytes) => fs::write(&ledger, bytes).unwrap(),
            None => fs::remove_file(&ledger).unwrap(),
        }
        for command in [&["status"][..], &["org", "list"], &["doctor"]] {
            let refused = fixture.refused(command);
            assert!(refused.contains(words) && refused.contains("regrant restore FILE"), "{refused}");
            assert!(!refused.contains("No orgs yet"), "{refused}");
        }
        assert_eq!(fs::read(&ledger).ok().as_deref(), damage, "a damaged ledger is left as it is");
    }
}

#[test]
fn files_that_cannot_be_opened_are_named_with_the_reason() {
    let fixture = Fixture::new();
    for (command, words) in [
        (&["restore", "nosuch.age", "--dry-run"][..], "nosuch.age could not be opened: No such file"),
        (&["org", "replay", "nosuch.json"], "nosuch.json could not be read: No such file"),
        (&["org", "import", "nosuch.csv"], "nosuch.csv could not be read: No such file"),
        (
            &["org", "replay", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")],
            "is not a file of `regrant org record`",
        ),
    ] {
        let refused = fixture.refused(command);
        assert!(refused.contains(words) && !refused.contains("output could not be written"), "{refused}");
        assert!(!refused.contains("expected value"), "a parser's words: {refused}");
    }
}

#[test]
fn names_that_do_not_exist_are_errors() {
    let fixture = Fixture::new();
    for (command, words) in [
        (&["hook", "remove", "nosuch"][..], "regrant hook list"),
        (&["mail", "unsuppress", "ada@acme.example"], "regrant mail suppressed"),
        (&["mail", "server", "remove"], "regrant mail server set"),
        (&["entra", "remove"], "regrant entra list"),
        (&["status", "--org", "typo.okta.com"], "org list"),
    ] {
        assert!(fixture.refused(command).contains(words), "{command:?}");
    }
}

#[test]
fn without_orgs_the_next_step_is_to_add_one() {
    let fixture = Fixture::new();
    for command in [&["status"][..], &["status", "--brief"], &["scan"]] {
        let refused = fixture.refused(command);
        assert!(refused.contains("regrant org add HOST") && !refused.contains("run `regrant scan`"), "{refused}");
    }
}

#[test]
fn a_custom_domain_is_asked_which_org_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let output = regrant(&folder.path().join("data"), &["org", "add", "login.acme.invalid", "--dry-run"], b"");
    assert_eq!(output.status.code(), Some(2));
    let text = text(&output);
    assert!(text.contains("Asking login.acme.invalid which org it is"), "{text}");
    assert!(text.contains("no complete response from login.acme.invalid"), "{text}");
    assert!(!text.contains("not one of Okta's hosts"), "{text}");
}

#[test]
fn a_backup_is_restored_by_the_same_program() {
    let fixture = Fixture::new();
    let file = fixture.folder.path().join("backup.age");
    let file = file.to_str().unwrap();
    let words = b"correct horse battery staple\n";
    let written = regrant(&fixture.data(), &["backup", file], words);
    assert!(written.status.success(), "{}", text(&written));
    let short = regrant(&fixture.data(), &["backup", "other.age"], b"short\n");
    assert_eq!(short.status.code(), Some(2), "{}", text(&short));

    let target = fixture.folder.path().join("new");
    let checked = regrant(&target, &["restore", file, "--dry-run"], words);
    assert!(checked.status.success() && !target.exists(), "{}", text(&checked));
    let restored = regrant(&target, &["restore", file, "--json"], words);
    assert!(restored.status.success(), "{}", text(&restored));
    let doctor = regrant(&target, &["doctor", "--json"], b"");
    assert!(doctor.status.success(), "{}", text(&doctor));
    let again = regrant(&target, &["restore", file], words);
    assert!(again.status.code() == Some(2) && text(&again).contains("not empty"), "{}", text(&again));
}
