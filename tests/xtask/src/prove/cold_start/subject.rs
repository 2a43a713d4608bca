//! The measured programs: the functions, and the minimal programs they are compared with.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use regrant_tests::program::built;

use super::super::Size;
use super::Failure;

pub(super) const HELLO: &str = "hello";
pub(super) const MINIMAL: &str = "minimal";
pub(super) const PYTHON: &str = "python";
pub(super) const NODE: &str = "node";
/// The functions with warm-up: they make their first calls during start.
pub(super) const PYTHON_WARMED: &str = "python warmed";
pub(super) const NODE_WARMED: &str = "node warmed";
/// The functions themselves.
pub(super) const FUNCTIONS: [&str; 6] = ["discovery", "consent-url", "callback", "save", "notify", "console"];

/// The event that a subject receives.
#[derive(Debug, Clone, Copy)]
pub(super) enum Asked {
    /// A request for the list of apps.
    Apps,
    /// A request for an invitation's page.
    Invitation,
    /// A callback from Microsoft: the person cancelled.
    Cancelled,
    /// A request for the progress of a consent.
    Session,
    /// A request for the page that stops reminders.
    Muting,
    /// A request for the page where operators sign in to the console.
    Console,
}

/// A program to start.
pub(super) struct Subject {
    pub(super) name: &'static str,
    pub(super) event: Asked,
    /// Whether it makes its first calls during start.
    is_warmed: bool,
    program: PathBuf,
    arguments: Vec<OsString>,
    folder: PathBuf,
}

impl Subject {
    /// Its command.
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(&self.folder);
        if self.is_warmed {
            command.env("COLD_START_WARM", "1");
        }
        command
    }
}

/// All available subjects, and the names of missing ones. A short run uses only those built with Rust.
pub(super) async fn subjects(size: Size) -> Result<(Vec<Subject>, Vec<&'static str>), Failure> {
    tokio::task::spawn_blocking(move || {
        let mut subjects = vec![rust(HELLO, "regrant-cold-start", "cold-start-hello", Asked::Invitation)?];
        subjects.push(rust(MINIMAL, "regrant-cold-start", "cold-start-minimal", Asked::Invitation)?);
        let events = [Asked::Apps, Asked::Invitation, Asked::Cancelled, Asked::Session, Asked::Muting, Asked::Console];
        for (name, event) in FUNCTIONS.into_iter().zip(events) {
            subjects.push(rust(name, &format!("regrant-{name}"), name, event)?);
        }
        let mut missing = Vec::new();
        if size == Size::Full {
            let others = [
                (PYTHON, python(PYTHON, false)),
                (PYTHON_WARMED, python(PYTHON_WARMED, true)),
                (NODE, node(NODE, false)),
                (NODE_WARMED, node(NODE_WARMED, true)),
            ];
            for (name, found) in others {
                match found {
                    Some(subject) => subjects.push(subject),
                    None => missing.push(name),
                }
            }
        }
        Ok((subjects, missing))
    })
    .await?
}

fn rust(name: &'static str, package: &str, bin: &str, event: Asked) -> Result<Subject, Failure> {
    let program = built(package, bin)?;
    Ok(Subject { name, event, is_warmed: false, program, arguments: Vec::new(), folder: PathBuf::from("/") })
}

fn folder(of: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../cold-start")).join(of)
}

fn python(name: &'static str, is_warmed: bool) -> Option<Subject> {
    let folder = folder("python");
    let program = folder.join("venv/bin/python");
    works(&program, &["-c", "import awslambdaric, boto3"]).then_some(())?;
    let arguments = ["-m", "awslambdaric", "function.handler"].map(OsString::from).to_vec();
    Some(Subject { name, is_warmed, event: Asked::Invitation, program, arguments, folder })
}

fn node(name: &'static str, is_warmed: bool) -> Option<Subject> {
    let (folder, program) = (folder("node"), PathBuf::from("node"));
    let bundle = folder.join("bundle.mjs");
    (bundle.is_file() && works(&program, &["--version"])).then_some(())?;
    Some(Subject { name, is_warmed, event: Asked::Invitation, program, arguments: vec![bundle.into()], folder })
}

fn works(program: &Path, arguments: &[&str]) -> bool {
    let ran = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    ran.is_ok_and(|status| status.success())
}
