//! The memory of a scan does not grow with the number of orgs.
//!
//! The scan is the real `regrant scan` in a separate process; the simulator is in this one. Its peak is the kernel's
//! high-water mark of resident memory, so this measurement works on Linux only.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use regrant::clock::SystemClock;
use regrant_simulators::{Fleet, OktaSimulator, SimulatorConfig};
use regrant_tests::bench::know_fleet_in;
use regrant_tests::program::regrant;
use serde_json::json;
use tokio::process::{Child, Command};

use super::{Outcome, Report, Size};

pub(crate) const NAME: &str = "scan-memory";

/// The largest allowed peak with many orgs, in percent of the peak with few.
const TARGET_PERCENT: u64 = 150;

pub(crate) async fn prove(size: Size) -> Outcome {
    let (few, many) = if size == Size::Full { (100, 10_000) } else { (10, 60) };
    let of_few = peak_of(few).await?;
    let of_many = peak_of(many).await?;
    let percent = of_many.kib * 100 / of_few.kib.max(1);
    let complete = of_few.complete && of_many.complete;
    Ok(Report::new(
        NAME,
        complete && percent <= TARGET_PERCENT,
        [
            ("orgs", json!([few, many])),
            ("peak_resident_kib", json!([of_few.kib, of_many.kib])),
            ("percent", json!(percent)),
            ("target_percent", json!(TARGET_PERCENT)),
            ("every_org_seen", json!(complete)),
        ],
    ))
}

struct Peak {
    kib: u64,
    complete: bool,
}

async fn peak_of(orgs: u32) -> Result<Peak, Box<dyn std::error::Error + Send + Sync>> {
    let simulator = OktaSimulator::start(SimulatorConfig::new(Arc::new(SystemClock))).await?;
    let fleet = Fleet { apps_limit: 100, ..Fleet::new(3, orgs) };
    simulator.add_fleet(fleet);
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    know_fleet_in(&data, &simulator, &fleet).await;
    let output = folder.path().join("scan.json");
    let mut child = Command::new(regrant()?)
        .arg("--data-dir")
        .arg(&data)
        .args(["--allow-loopback", "--quiet", "scan", "--json"])
        .stdout(Stdio::from(std::fs::File::create(&output)?))
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let (_, kib) = peak_until_exit(&mut child).await?;
    let printed: serde_json::Value = serde_json::from_slice(&std::fs::read(&output)?)?;
    let complete = printed["scan"]["orgs_seen"] == json!(orgs) && kib > 0;
    Ok(Peak { kib, complete })
}

/// How often the peak of a running process is read: it is gone with the process.
const SAMPLE_INTERVAL: Duration = Duration::from_millis(5);

/// Waits for a process. Returns how it ended, and the last peak of its resident memory that was read, in KiB.
pub(super) async fn peak_until_exit(child: &mut Child) -> std::io::Result<(ExitStatus, u64)> {
    let status = format!("/proc/{}/status", child.id().unwrap_or_default());
    let mut kib = 0;
    loop {
        kib = high_water_mark(Path::new(&status)).unwrap_or(kib).max(kib);
        if let Ok(ended) = tokio::time::timeout(SAMPLE_INTERVAL, child.wait()).await {
            return Ok((ended?, kib));
        }
    }
}

/// `VmHWM` of a process, in KiB; `None` once it has ended.
pub(super) fn high_water_mark(status: &Path) -> Option<u64> {
    let text = std::fs::read_to_string(status).ok()?;
    text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?.trim().parse().ok()
}
