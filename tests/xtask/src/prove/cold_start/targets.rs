//! Checks the figures against the targets.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::Summaries;
use super::subject::{FUNCTIONS, HELLO, MINIMAL, NODE, NODE_WARMED, PYTHON, PYTHON_WARMED};

/// The largest ratio of a function's time to the minimal Rust function's.
const TO_MINIMAL: f64 = 1.25;
/// The smallest ratio of Python's and Node's time to a function's, on a full core.
const PYTHON_TO_OURS: f64 = 15.0;
const NODE_TO_OURS: f64 = 10.0;
/// The smallest ratio of either, at the share of a processor.
const EITHER_AT_SHARE: f64 = 30.0;
/// The longest own time of the first invocation, at the share.
const FIRST_OWN: Duration = Duration::from_millis(3);
/// The largest peak memory, in KiB.
const PEAK_KIB: u64 = 20 << 10;

/// One start of a process.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Run {
    /// From the start of the process to its first call for an event.
    pub(super) init: Duration,
    /// From the first event to its answer.
    pub(super) first: Duration,
    /// The first event's time without waiting for AWS.
    pub(super) first_own: Duration,
    /// The median time of the later events.
    pub(super) warm: Duration,
    /// Peak resident memory, in KiB.
    pub(super) peak_kib: u64,
}

/// The medians of several starts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Summary {
    run: Run,
    cold: Duration,
}

impl Summary {
    pub(super) fn of(runs: &[Run]) -> Self {
        let of = |what: fn(&Run) -> Duration| median(runs.iter().map(what).collect());
        let run = Run {
            init: of(|run| run.init),
            first: of(|run| run.first),
            first_own: of(|run| run.first_own),
            warm: of(|run| run.warm),
            peak_kib: median(runs.iter().map(|run| run.peak_kib).collect()),
        };
        Self { run, cold: of(|run| run.init + run.first) }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = |duration: Duration| duration.as_secs_f64() * 1e3;
        let Run { init, first, first_own, warm, peak_kib } = self.run;
        write!(
            f,
            "init {:.1} ms, first {:.1} ms (own {:.1}), cold {:.1} ms, warm {:.2} ms, peak {:.1} MB",
            millis(init),
            millis(first),
            millis(first_own),
            millis(self.cold),
            millis(warm),
            f64::from(u32::try_from(peak_kib).unwrap_or(u32::MAX)) / 1024.0,
        )
    }
}

/// The median of measured values.
pub(super) fn median<T: Ord + Copy + Default>(mut all: Vec<T>) -> T {
    all.sort_unstable();
    all.get(all.len() / 2).copied().unwrap_or_default()
}

/// The ratios and the missed targets.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    pub(super) ratios: BTreeMap<String, f64>,
    pub(super) missed: Vec<String>,
}

/// Checks the figures against the targets. A target without a measurement is missed.
pub(super) fn judge(full_core: &Summaries, at_share: &Summaries) -> Verdict {
    let mut verdict = Verdict::default();
    for function in FUNCTIONS {
        verdict.ratio(full_core, (function, MINIMAL), |ratio| ratio <= TO_MINIMAL);
        verdict.ratio(full_core, (PYTHON, function), |ratio| ratio >= PYTHON_TO_OURS);
        verdict.ratio(full_core, (NODE, function), |ratio| ratio >= NODE_TO_OURS);
        verdict.ratio_at_share(at_share, (PYTHON, function));
        verdict.ratio_at_share(at_share, (NODE, function));
        for warmed in [PYTHON_WARMED, NODE_WARMED] {
            verdict.ratio(full_core, (warmed, function), |_| true);
        }
        let own = at_share.get(function).is_some_and(|summary| summary.run.first_own < FIRST_OWN);
        verdict.require(own, || format!("{function}: first invocation under 3 ms of own time at the share"));
        let small = full_core.get(function).is_some_and(|summary| summary.run.peak_kib < PEAK_KIB);
        verdict.require(small, || format!("{function}: peak under 20 MB"));
    }
    verdict.require(full_core.contains_key(HELLO), || format!("{HELLO} was not measured"));
    verdict
}

impl Verdict {
    fn require(&mut self, met: bool, target: impl FnOnce() -> String) {
        if !met {
            self.missed.push(target());
        }
    }

    fn ratio(&mut self, of: &Summaries, pair: (&str, &str), met: impl FnOnce(f64) -> bool) {
        self.compare("", of, pair, met);
    }

    fn ratio_at_share(&mut self, of: &Summaries, pair: (&str, &str)) {
        self.compare(" at the share", of, pair, |ratio| ratio >= EITHER_AT_SHARE);
    }

    fn compare(&mut self, place: &str, of: &Summaries, (one, other): (&str, &str), met: impl FnOnce(f64) -> bool) {
        let name = format!("{one} to {other}{place}");
        let ratio =
            of.get(one).zip(of.get(other)).map(|(one, other)| one.cold.as_secs_f64() / other.cold.as_secs_f64());
        self.require(ratio.is_some_and(met), || name.clone());
        self.ratios.extend(ratio.map(|ratio| (name, (ratio * 100.0).round() / 100.0)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(function: u64, minimal: u64, python: u64, node: u64) -> Summaries {
        let took = |millis| Run { init: Duration::from_millis(millis), ..Run::default() };
        let warmed = [(PYTHON_WARMED, python), (NODE_WARMED, node)];
        let others = [(HELLO, 5), (MINIMAL, minimal), (PYTHON, python), (NODE, node)].into_iter().chain(warmed);
        let ours = FUNCTIONS.map(|name| (name, function));
        others.chain(ours).map(|(name, millis)| (name, Summary::of(&[took(millis)]))).collect()
    }

    #[test]
    fn fast_enough_functions_meet_every_target() {
        let verdict = judge(&all(10, 8, 150, 100), &all(10, 8, 300, 300));
        assert_eq!(verdict.missed, Vec::<String>::new());
        assert_eq!(verdict.ratios.get("save to minimal"), Some(&1.25));
    }

    #[test]
    fn each_insufficient_ratio_is_named() {
        let slower_than_minimal = judge(&all(11, 8, 300, 300), &all(11, 8, 600, 600)).missed;
        assert_eq!(slower_than_minimal.len(), FUNCTIONS.len(), "{slower_than_minimal:?}");
        assert!(judge(&all(10, 8, 149, 100), &all(10, 8, 300, 300)).missed.contains(&"python to save".to_owned()));
        assert!(judge(&all(10, 8, 150, 99), &all(10, 8, 300, 300)).missed.contains(&"node to save".to_owned()));
        let at_share = judge(&all(10, 8, 150, 100), &all(10, 8, 299, 300)).missed;
        assert!(at_share.contains(&"python to save at the share".to_owned()), "{at_share:?}");
    }

    #[test]
    fn unmeasured_targets_are_missed() {
        let mut without_node = all(10, 8, 150, 100);
        without_node.remove(NODE);
        assert_eq!(judge(&without_node, &all(10, 8, 300, 300)).missed.len(), FUNCTIONS.len());
        assert!(!judge(&all(10, 8, 150, 100), &Summaries::new()).missed.is_empty());
    }
}
