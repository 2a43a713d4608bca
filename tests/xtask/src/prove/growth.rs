//! How a scan's time, CPU and memory grow with the number of orgs.

use std::time::Duration;

use serde_json::{Value, json};

use super::scan_peers::{Run, Setting, measured, of_regrant, rounded};
use super::{Outcome, Report, Size};

pub(crate) const NAME: &str = "growth";

/// The largest allowed exponent of CPU time: 1 is linear.
const EXPONENT: f64 = 1.05;
/// The largest allowed peak with the most orgs, as a multiple of that with the fewest.
const MEMORY_TIMES: f64 = 1.5;

pub(crate) async fn prove(size: Size) -> Outcome {
    let sizes: &[u32] = if size == Size::Full { &[100, 1_000, 10_000] } else { &[4, 16] };
    let mut runs = Vec::new();
    for orgs in sizes {
        let setting = Setting { orgs: *orgs, concurrency: 16, latency: Duration::ZERO };
        let run = measured(&setting, "BROWSER_PLUGIN", |data, _| of_regrant(data, &setting)).await?;
        runs.push((*orgs, run));
    }
    let (Some((fewest, first)), Some((most, last))) = (runs.first(), runs.last()) else { return Err("no run".into()) };
    let orgs_times = f64::from(*most) / f64::from(*fewest);
    let exponent = |of: fn(&Run) -> f64| (of(last) / of(first).max(f64::MIN_POSITIVE)).ln() / orgs_times.ln();
    let (cpu, wall) = (exponent(|run| run.cpu.as_secs_f64()), exponent(|run| run.wall.as_secs_f64()));
    let peak = |run: &Run| f64::from(u32::try_from(run.peak_kib.unwrap_or_default()).unwrap_or(u32::MAX));
    let memory = peak(last) / peak(first).max(1.0);
    let complete = runs.iter().all(|(orgs, run)| run.apps == u64::from(*orgs) * 3);
    let of_each = |of: fn(&Run) -> Value| Value::from(runs.iter().map(|(_, run)| of(run)).collect::<Vec<_>>());
    Ok(Report::new(
        NAME,
        complete && (size == Size::Small || (cpu <= EXPONENT && memory <= MEMORY_TIMES)),
        [
            ("orgs", json!(sizes)),
            ("wall_s", of_each(|run| json!(rounded(run.wall.as_secs_f64())))),
            ("cpu_s", of_each(|run| json!(rounded(run.cpu.as_secs_f64())))),
            ("cpu_ms_a_call", of_each(|run| json!(rounded(run.cpu_ms_a_call())))),
            ("peak_mib", of_each(|run| json!(run.peak_kib.map(|kib| kib / 1_024)))),
            ("cpu_exponent", json!(rounded(cpu))),
            ("wall_exponent", json!(rounded(wall))),
            ("peak_times", json!(rounded(memory))),
        ],
    ))
}
