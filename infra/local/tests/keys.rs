//! `regrant keys rotate`: which links and sessions survive a rotation, and what people see after it.

#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

use std::path::Path;
use std::process::{Command, Output, Stdio};

use regrant::usecases::access::keys::{rotate_keys, rotate_keys_at_once};
use regrant_tests::consent::{Browser, ConsentBench};

const TENANT: &str = "acmelabs";
/// The tenant of a link that no one has opened yet.
const OTHER_TENANT: &str = "contoso";
const ADMINISTRATOR: &str = "ada.administrator@acmelabs.onmicrosoft.com";

/// A browser whose cookie opens a session, and the path of that session.
async fn signed_in(bench: &ConsentBench) -> (Browser, String) {
    let mut browser = bench.browser();
    let invitation = bench.invite(TENANT).await;
    let session = bench.sign_in(&mut browser, &invitation, ADMINISTRATOR).await;
    (browser, session)
}

/// The page behind a link or session that no longer works has a heading and is not a server error.
async fn is_refused(browser: &mut Browser, path: &str) {
    let page = browser.get(path).await;
    assert!(page.status.is_client_error(), "{} for {path}", page.status);
    assert!(!page.heading().is_empty(), "{}", page.body);
}

#[tokio::test]
async fn links_and_sessions_survive_one_rotation_only() {
    let bench = ConsentBench::new().await;
    let (mut browser, session) = signed_in(&bench).await;
    let invitation = bench.invite(OTHER_TENANT).await;
    rotate_keys(&bench.ports).await.unwrap();
    assert_eq!(browser.get(&session).await.status, 200);
    assert_eq!(bench.browser().get(&invitation).await.status, 200);
    rotate_keys(&bench.ports).await.unwrap();
    is_refused(&mut browser, &session).await;
    is_refused(&mut bench.browser(), &invitation).await;
}

#[tokio::test]
async fn rotating_at_once_invalidates_links_and_sessions() {
    let bench = ConsentBench::new().await;
    let (mut browser, session) = signed_in(&bench).await;
    let invitation = bench.invite(OTHER_TENANT).await;
    rotate_keys_at_once(&bench.ports).await.unwrap();
    is_refused(&mut browser, &session).await;
    is_refused(&mut bench.browser(), &invitation).await;
    let fresh = bench.invite(OTHER_TENANT).await;
    assert_eq!(bench.browser().get(&fresh).await.status, 200);
}

fn regrant(data: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_regrant"))
        .args(["--data-dir", data.to_str().unwrap()])
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn dropping_the_previous_key_needs_confirmation() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let dry = regrant(&data, &["keys", "rotate", "--at-once", "--dry-run"]);
    assert!(dry.status.success() && text(&dry).contains("stop working at once"), "{}", text(&dry));
    assert!(!data.exists(), "a dry run creates nothing");

    let rotated = regrant(&data, &["keys", "rotate"]);
    assert!(rotated.status.success() && text(&rotated).contains("until the next rotation"), "{}", text(&rotated));
    let refused = regrant(&data, &["keys", "rotate", "--at-once"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused).contains("--yes"), "{}", text(&refused));
    let dropped = regrant(&data, &["keys", "rotate", "--at-once", "--yes"]);
    assert!(dropped.status.success() && text(&dropped).contains("stop working at once"), "{}", text(&dropped));

    let doctor = regrant(&data, &["doctor"]);
    assert!(text(&doctor).contains("0 days old"), "{}", text(&doctor));
}

#[test]
fn reading_commands_create_no_data_folder() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    for arguments in [
        &["status"][..],
        &["status", "--json"],
        &["org", "list"],
        &["org", "check"],
        &["hook", "list"],
        &["entra", "list"],
        &["mail", "suppressed"],
        &["mail", "server", "show"],
        &["doctor"],
        &["scan"],
    ] {
        let output = regrant(&data, arguments);
        assert!(output.status.code().is_some_and(|code| code != 101), "{}", text(&output));
        assert!(!data.exists(), "{arguments:?}");
    }
}

#[cfg(not(feature = "aws"))]
#[test]
fn stack_without_the_aws_feature_says_how_to_install_it() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["--stack", "regrant", "status"][..], &["aws", "doctor", "--stack", "regrant"]] {
        let output = Command::new(env!("CARGO_BIN_EXE_regrant"))
            .args(arguments)
            .env("REGRANT_DATA_DIR", folder.path())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(
            text(&output).contains("cargo install --locked --path infra/local --features aws"),
            "{}",
            text(&output)
        );
    }
}
