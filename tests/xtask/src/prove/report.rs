//! The HTML report of a large estate: its time and its memory, by the real `regrant report` in a separate process.
//!
//! The peak is the kernel's high-water mark of resident memory, so this measurement works on Linux only.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use regrant::embedded::{self, Config};
use regrant_tests::estate::Estate;
use regrant_tests::program::regrant;
use serde_json::json;
use tokio::process::Command;

use super::scan_memory::peak_until_exit;
use super::{Outcome, Report, Size};

pub(crate) const NAME: &str = "report";

/// The targets: the time of the whole command, and its peak of resident memory.
const TARGET: Duration = Duration::from_secs(2);
const TARGET_KIB: u64 = 100 * 1_000_000 / 1_024;

pub(crate) async fn prove(size: Size) -> Outcome {
    let orgs = if size == Size::Full { 10_000 } else { 100 };
    let estate = Estate { orgs, apps_per_org: 3, customers: orgs / 33, events_per_app: 1 };
    let folder = tempfile::tempdir()?;
    let ports = embedded::open(&folder.path().join("data"), Config::default()).await?;
    estate.fill(&*ports.ledger).await;
    let mut figures =
        vec![("orgs", json!(orgs)), ("apps", json!(orgs * 3)), ("target_seconds", json!(TARGET.as_secs()))];
    let (mut holds, mut times, mut peaks) = (true, serde_json::Map::new(), serde_json::Map::new());
    for file in ["report.html", "report.csv", "report.json"] {
        let run = run(folder.path(), file).await?;
        // Only the HTML report has a target. In a debug build, time says nothing about a release.
        let fast = run.took <= TARGET || cfg!(debug_assertions);
        holds &= run.complete && (file != "report.html" || (fast && run.kib <= TARGET_KIB));
        times.insert(file.to_owned(), json!(run.took.as_millis()));
        peaks.insert(file.to_owned(), json!(run.kib));
    }
    figures.extend([
        ("milliseconds", times.into()),
        ("peak_resident_kib", peaks.into()),
        ("target_kib", json!(TARGET_KIB)),
    ]);
    let figures = figures.into_iter().map(|(figure, value)| (figure.to_owned(), value)).collect();
    Ok(Report { name: NAME, holds, figures })
}

struct Run {
    took: Duration,
    kib: u64,
    complete: bool,
}

async fn run(folder: &Path, file: &str) -> Result<Run, Box<dyn std::error::Error + Send + Sync>> {
    let output = folder.join(file);
    let program = regrant()?;
    let started = Instant::now();
    let mut child = Command::new(program)
        .arg("--data-dir")
        .arg(folder.join("data"))
        .args(["--quiet", "report", "--to"])
        .arg(&output)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let (ended, kib) = peak_until_exit(&mut child).await?;
    let took = started.elapsed();
    // Some orgs of the estate could not be read, so the exit code is 2.
    let complete = ended.code() == Some(2) && std::fs::metadata(&output)?.len() > 10_000 && kib > 0;
    Ok(Run { took, kib, complete })
}
