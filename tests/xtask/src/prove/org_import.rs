//! How long `regrant org import` takes, by the real program and the simulated Okta with the latency of a long way.

use std::fmt::Write as _;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use regrant::clock::SystemClock;
use regrant_simulators::{Fleet, OktaSimulator, SimulatorConfig};
use serde_json::{Value, json};
use tokio::process::Command;

use super::{Outcome, Report, Size};

pub(crate) const NAME: &str = "org-import";

/// The time of each answer.
const LATENCY: Duration = Duration::from_millis(200);
/// The target for 600 orgs.
const TARGET: Duration = Duration::from_secs(15);

pub(crate) async fn prove(size: Size) -> Outcome {
    let orgs = if size == Size::Full { 600 } else { 20 };
    let config = SimulatorConfig { latency: LATENCY, ..SimulatorConfig::new(Arc::new(SystemClock)) };
    let simulator = OktaSimulator::start(config).await?;
    let fleet = Fleet::new(5, orgs);
    simulator.add_fleet(fleet);
    let folder = tempfile::tempdir()?;
    let mut file = "host,customer,token_file\n".to_owned();
    for index in 0..orgs {
        std::fs::write(folder.path().join(format!("{index}.token")), fleet.token(index))?;
        writeln!(file, "{},Customer {},{index}.token", simulator.org_url(&Fleet::name(index)), index % 30)?;
    }
    let path = folder.path().join("orgs.csv");
    std::fs::write(&path, file)?;
    let program = regrant_tests::program::regrant()?;
    let import = async || -> Result<(f64, Value), Box<dyn std::error::Error + Send + Sync>> {
        let started = Instant::now();
        let output = Command::new(&program)
            .args(["--allow-loopback", "--data-dir"])
            .arg(folder.path().join("data"))
            .args(["org", "import", "--json"])
            .arg(&path)
            .stdin(Stdio::null())
            .output()
            .await?;
        let seconds = started.elapsed().as_secs_f64();
        Ok((seconds, serde_json::from_slice(&output.stdout)?))
    };
    let (seconds, first) = import().await?;
    let (seconds_again, second) = import().await?;
    let complete = first["added"] == orgs && second["known"] == orgs;
    Ok(Report::new(
        NAME,
        complete && seconds < TARGET.as_secs_f64(),
        [
            ("orgs", json!(orgs)),
            ("added", first["added"].clone()),
            ("failed", first["failed"].clone()),
            ("seconds", json!((seconds * 10.0).round() / 10.0)),
            ("known_in_the_second_run", second["known"].clone()),
            ("seconds_of_the_second_run", json!((seconds_again * 10.0).round() / 10.0)),
            ("target_seconds", json!(TARGET.as_secs())),
        ],
    ))
}
