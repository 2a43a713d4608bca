//! The same scan with what people would write instead: Okta's Python and Node SDKs, and a shell script.
//!
//! Each peer scans the same simulated orgs with the same calls at the same concurrency (`tests/scan-peers`). A peer that is not
//! installed is left out. Regrant's time also includes what the peers do not do: it stores signals and standings and plans
//! notifications.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use regrant::clock::SystemClock;
use regrant_simulators::{Fleet, OktaSimulator, SimulatorConfig};
use regrant_tests::bench::know_fleet_in;
use regrant_tests::program::regrant;
use serde_json::{Value, json};

use super::scan_memory::peak_until_exit;
use super::{Outcome, Report, Size};

pub(crate) const NAME: &str = "scan-peers";

/// How many times less CPU per call Regrant must need.
const NODE_TIMES: f64 = 10.0;
const PYTHON_TIMES: f64 = 20.0;
const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../scan-peers");

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The simulated orgs and the load.
pub(super) struct Setting {
    pub(super) orgs: u32,
    pub(super) concurrency: u32,
    pub(super) latency: Duration,
}

pub(crate) async fn prove(size: Size) -> Outcome {
    let full = size == Size::Full;
    let setting = if full {
        Setting { orgs: 600, concurrency: 64, latency: Duration::from_millis(200) }
    } else {
        Setting { orgs: 6, concurrency: 2, latency: Duration::ZERO }
    };
    let mut figures: Vec<(String, Value)> = vec![
        ("orgs".to_owned(), json!(setting.orgs)),
        ("concurrency".to_owned(), json!(setting.concurrency)),
        ("latency_ms".to_owned(), json!(setting.latency.as_millis())),
    ];
    let ours = measured(&setting, "BROWSER_PLUGIN", |data, _| of_regrant(data, &setting)).await?;
    let mut holds = ours.apps == u64::from(setting.orgs) * 3;
    add(&mut figures, "regrant", &ours, &setting);
    for peer in peers(&setting) {
        let name = peer.name;
        if !peer.is_installed() {
            figures.push((format!("{name}_not_installed"), json!(peer.installation)));
            continue;
        }
        let its = measured(&setting, peer.sign_on_mode, |_, orgs| Ok(peer.command(orgs))).await?;
        add(&mut figures, name, &its, &setting);
        let times = its.cpu_ms_a_call() / ours.cpu_ms_a_call();
        figures.push((format!("{name}_times_regrants_cpu_a_call"), json!(rounded(times))));
        if let Some(target) = peer.target {
            figures.push((format!("{name}_target_times"), json!(target)));
            holds &= !full || times >= target;
        }
        if peer.sign_on_mode != "BROWSER_PLUGIN" {
            let recorded = measured(&setting, "BROWSER_PLUGIN", |_, orgs| Ok(peer.command(orgs))).await?;
            figures.push((format!("{name}_apps_decoded_in_the_recorded_shape"), json!(recorded.apps)));
        }
    }
    Ok(Report { name: NAME, holds, figures: figures.into_iter().collect() })
}

fn add(figures: &mut Vec<(String, Value)>, name: &str, run: &Run, setting: &Setting) {
    let ideal = f64::from(u32::try_from(run.calls).unwrap_or(u32::MAX)) * setting.latency.as_secs_f64()
        / f64::from(setting.concurrency);
    let mut figure = |what: &str, value: Value| figures.push((format!("{name}_{what}"), value));
    figure("wall_s", json!(rounded(run.wall.as_secs_f64())));
    figure("ideal_wall_s", json!(rounded(ideal)));
    figure("cpu_s", json!(rounded(run.cpu.as_secs_f64())));
    figure("calls", json!(run.calls));
    figure("apps", json!(run.apps));
    figure("cpu_ms_a_call", json!(rounded(run.cpu_ms_a_call())));
    figure("peak_mib", json!(run.peak_kib.map(|kib| kib / 1_024)));
}

pub(super) fn rounded(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

/// One scan of all orgs.
pub(super) struct Run {
    pub(super) wall: Duration,
    pub(super) cpu: Duration,
    pub(super) calls: u64,
    pub(super) apps: u64,
    /// `None` for a peer that is several processes.
    pub(super) peak_kib: Option<u64>,
}

impl Run {
    pub(super) fn cpu_ms_a_call(&self) -> f64 {
        self.cpu.as_secs_f64() * 1_000.0 / f64::from(u32::try_from(self.calls.max(1)).unwrap_or(u32::MAX))
    }
}

/// Runs a scanner on a new simulator with the same orgs.
pub(super) async fn measured(
    setting: &Setting,
    sign_on_mode: &'static str,
    scanner: impl FnOnce(&Path, &Path) -> Result<Command, Failure>,
) -> Result<Run, Failure> {
    let config = SimulatorConfig { latency: setting.latency, ..SimulatorConfig::new(Arc::new(SystemClock)) };
    let simulator = OktaSimulator::start(config).await?;
    // The limit is out of reach, so that only the latency limits a scan.
    let fleet = Fleet { apps_limit: 100_000, sign_on_mode, ..Fleet::new(3, setting.orgs) };
    simulator.add_fleet(fleet);
    let folder = tempfile::tempdir()?;
    let (data, orgs) = (folder.path().join("data"), folder.path().join("orgs.tsv"));
    know_fleet_in(&data, &simulator, &fleet).await;
    let line = |index| format!("{}\t{}\n", simulator.org_url(&Fleet::name(index)), fleet.token(index));
    std::fs::write(&orgs, (0..setting.orgs).map(line).collect::<String>())?;
    let output = folder.path().join("output.json");
    let mut command = scanner(&data, &orgs)?;
    command.stdin(Stdio::null()).stdout(std::fs::File::create(&output)?).stderr(Stdio::null());

    let one_process = command.get_program() != "bash";
    let (cpu_before, started) = (cpu_of_children()?, Instant::now());
    let (_, peak) = peak_until_exit(&mut tokio::process::Command::from(command).spawn()?).await?;
    let (wall, cpu) = (started.elapsed(), cpu_of_children()?.saturating_sub(cpu_before));
    let printed: Value = serde_json::from_slice(&std::fs::read(&output)?)?;
    let apps = printed["scan"]["apps_seen"].as_u64().or_else(|| printed["apps"].as_u64()).unwrap_or_default();
    let calls = simulator.fleet_statuses().values().sum();
    Ok(Run { wall, cpu, calls, apps, peak_kib: one_process.then_some(peak) })
}

/// The CPU time of all processes that this one has started and waited for (`cutime` and `cstime`, proc(5)).
fn cpu_of_children() -> Result<Duration, Failure> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // The name in the second field can contain spaces.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: u64 = [13, 14].iter().filter_map(|field| fields.get(*field)?.parse::<u64>().ok()).sum();
    Ok(Duration::from_millis(ticks * 1_000 / rustix::param::clock_ticks_per_second()))
}

pub(super) fn of_regrant(data: &Path, setting: &Setting) -> Result<Command, Failure> {
    // An installed program can be measured instead of the one that this workspace builds.
    let program = std::env::var_os("REGRANT_PROGRAM").map_or_else(regrant, |program| Ok(PathBuf::from(program)))?;
    let mut command = Command::new(program);
    command.arg("--data-dir").arg(data).args(["--allow-loopback", "--quiet", "scan", "--json", "--workers"]);
    command.arg(setting.concurrency.to_string());
    Ok(command)
}

/// A program that scans with a different library.
struct Peer {
    name: &'static str,
    /// Exits 0 if the peer can run.
    check: Vec<String>,
    run: Vec<String>,
    concurrency: u32,
    /// How to install it.
    installation: &'static str,
    /// The shape of apps that it can decode.
    sign_on_mode: &'static str,
    /// How many times Regrant's CPU per call it has to need.
    target: Option<f64>,
}

impl Peer {
    fn is_installed(&self) -> bool {
        let checked =
            Command::new(&self.check[0]).args(&self.check[1..]).stdout(Stdio::null()).stderr(Stdio::null()).status();
        checked.is_ok_and(|status| status.success())
    }

    fn command(&self, orgs: &Path) -> Command {
        let mut command = Command::new(&self.run[0]);
        command.args(&self.run[1..]).arg(orgs).arg(self.concurrency.to_string());
        command
    }
}

fn peers(setting: &Setting) -> [Peer; 3] {
    let script = |path: &str| PathBuf::from(SCRIPTS).join(path).display().to_string();
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let python = std::env::var("REGRANT_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let modules = std::env::var("REGRANT_NODE_MODULES").unwrap_or_else(|_| script("node"));
    let node_check = format!("require(require.resolve('@okta/okta-sdk-nodejs', {{ paths: ['{modules}'] }}))");
    let concurrency = setting.concurrency;
    [
        Peer {
            name: "python",
            check: words(&[&python, "-c", "import okta"]),
            run: words(&[&python, &script("python/scan.py")]),
            concurrency,
            installation: "pip install -r tests/scan-peers/python/requirements.txt",
            // It fails to decode an Office 365 app in the recorded shape.
            sign_on_mode: "SAML_1_1",
            target: Some(PYTHON_TIMES),
        },
        Peer {
            name: "node",
            check: words(&["node", "-e", &node_check]),
            run: words(&["node", &script("node/scan.mjs")]),
            concurrency,
            installation: "cd tests/scan-peers/node && npm install",
            sign_on_mode: "BROWSER_PLUGIN",
            target: Some(NODE_TIMES),
        },
        Peer {
            name: "shell",
            check: words(&["bash", "-c", "command -v curl && command -v jq && command -v xargs"]),
            run: words(&["bash", &script("shell/scan.sh")]),
            concurrency,
            installation: "apt-get install curl jq",
            sign_on_mode: "BROWSER_PLUGIN",
            target: None,
        },
    ]
}
