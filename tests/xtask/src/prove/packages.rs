//! Measures the zipped Lambda packages that `cargo lambda build` creates, for each function and both processors.
//!
//! Lambda loads a package before it starts a function, so its size affects the cold start.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use super::{Outcome, Report};

pub(crate) const NAME: &str = "packages";

const FUNCTIONS: [&str; 6] = ["discovery", "consent-url", "callback", "save", "notify", "console"];
/// The largest allowed size of a zipped package, in bytes.
const TARGET: u64 = 5_000_000;
/// Lambda's processors: Rust's name, the template's name and the `cargo lambda build` option.
const PROCESSORS: [(&str, &str, &str); 2] =
    [("aarch64-unknown-linux-gnu", "arm64", "--arm64"), ("x86_64-unknown-linux-gnu", "x86_64", "--x86-64")];

type Failure = Box<dyn std::error::Error + Send + Sync>;

pub(crate) fn prove() -> Outcome {
    let (mut sizes, mut not_installed) = (BTreeMap::new(), Vec::new());
    for (target, processor, option) in PROCESSORS {
        if is_installed(target)? {
            for (function, bytes) in build(option)? {
                sizes.insert((processor, function), bytes);
            }
        } else {
            not_installed.push(target);
        }
    }
    let largest = sizes.values().max().copied();
    let figures = [
        ("target_bytes_zipped", json!(TARGET)),
        ("largest_bytes_zipped", json!(largest)),
        ("targets_not_installed", json!(not_installed)),
    ];
    let mut report = Report::new(NAME, largest.is_some_and(|bytes| bytes < TARGET), figures);
    let shown =
        sizes.into_iter().map(|((processor, function), bytes)| (format!("{processor}: {function}"), json!(bytes)));
    report.figures.extend(shown);
    Ok(report)
}

/// Whether Rust's standard library for a target is installed.
fn is_installed(target: &str) -> Result<bool, Failure> {
    let asked = Command::new("rustc").args(["--print", "target-libdir", "--target", target]).output()?;
    Ok(asked.status.success() && Path::new(String::from_utf8(asked.stdout)?.trim()).is_dir())
}

/// Builds every function for a processor and returns the package sizes.
fn build(option: &str) -> Result<Vec<(&'static str, u64)>, Failure> {
    let folder = tempfile::tempdir()?;
    let mut command = Command::new("cargo");
    command.args(["lambda", "build", "--release", "--output-format", "zip", option, "--lambda-dir"]).arg(folder.path());
    for function in FUNCTIONS {
        command.args(["--package", &format!("regrant-{function}")]);
    }
    let built = command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).output()?;
    if !built.status.success() {
        let said = String::from_utf8_lossy(&built.stderr);
        return Err(format!("`cargo lambda build {option}` failed; is cargo-lambda installed, with Zig? {said}").into());
    }
    let size = |function: &'static str| {
        let package = folder.path().join(function).join("bootstrap.zip");
        let bytes = std::fs::metadata(&package).map_err(|error| format!("{}: {error}", package.display()))?.len();
        Ok::<_, Failure>((function, bytes))
    };
    FUNCTIONS.into_iter().map(size).collect()
}
