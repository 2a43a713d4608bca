//! Runs Regrant in a separate process.

use std::fs::File;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use regrant_tests::consent::Simulation;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::Failure;

/// The time limit for a process to start listening.
const START: Duration = Duration::from_secs(20);
/// How far the clock of a restarted process is ahead, so that the leases of the killed one have expired.
const LATER_SECS: &str = "600";

/// How a process runs and ends.
#[derive(Debug)]
pub(crate) enum Life {
    /// Runs until it is killed.
    Unharmed,
    /// Kills itself after this write.
    EndingAfterWrite(u64),
    /// Restarts after a kill, with a later clock.
    Second,
    /// Logs everything at trace level.
    Logged(File),
}

/// A running process.
pub(crate) struct Running {
    child: Child,
    /// The address it listens on.
    pub(crate) address: String,
}

impl Running {
    /// Kills it and waits for its end.
    pub(crate) async fn kill(&mut self) -> Result<(), Failure> {
        Ok(self.child.kill().await?)
    }
}

/// Starts `program` as Regrant.
pub(super) async fn start(
    program: &Path,
    data: &Path,
    simulation: &Simulation,
    life: Life,
) -> Result<Running, Failure> {
    let mut command = Command::new(program);
    command
        .arg("killable-server")
        .arg("--data")
        .arg(data)
        .args(["--login", &simulation.microsoft.login_url(), "--graph", &simulation.microsoft.graph_url()])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    match life {
        Life::Unharmed => &mut command,
        Life::EndingAfterWrite(write) => command.args(["--end-after-write", &write.to_string()]),
        Life::Second => command.args(["--ahead-secs", LATER_SECS]),
        Life::Logged(log) => command.arg("--trace").stderr(log),
    };
    let mut child = command.spawn()?;
    let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
    let address = tokio::time::timeout(START, lines.next_line()).await??;
    Ok(Running { child, address: address.ok_or("the process ended before it listened")? })
}
