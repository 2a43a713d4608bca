//! Progress of long work, drawn on stderr.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use regrant::domain::scan::Scan;

use crate::terminal::Terminal;

/// How often a spinner moves.
const TICK: Duration = Duration::from_millis(200);

/// Waits for `work`, and says what it is: with a running time on a terminal, in a line elsewhere.
pub async fn waiting<T>(terminal: &mut Terminal, what: &str, work: impl Future<Output = T>) -> T {
    if !terminal.progress {
        terminal.hint(what);
        return work.await;
    }
    let spinner = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
        spinner.set_style(style);
    }
    spinner.set_message(what.to_owned());
    spinner.enable_steady_tick(TICK);
    let done = work.await;
    spinner.finish_and_clear();
    done
}

/// A bar that counts `total` steps. Hidden unless `visible`. `{what} [bar] {pos}/{len} {of}`.
pub fn counting(visible: bool, total: u64, template: &str) -> ProgressBar {
    let target = if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(total), target);
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

/// A progress bar that counts orgs. Hidden unless `visible`.
#[derive(Debug, Clone)]
pub struct ScanProgress(ProgressBar);

impl ScanProgress {
    /// A bar for `scan`.
    pub fn new(visible: bool, scan: &Scan) -> Self {
        let bar = counting(visible, total(scan), "Scanning {bar:20} {pos}/{len} orgs, {elapsed}");
        bar.set_position(total(scan) - scan.orgs_pending);
        Self(bar)
    }

    /// Shows how far `scan` is.
    pub fn show(&self, scan: &Scan) {
        self.0.set_position(total(scan) - scan.orgs_pending);
    }

    /// Counts one more org.
    pub fn org_done(&self) {
        self.0.inc(1);
    }

    /// Removes the bar.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}

fn total(scan: &Scan) -> u64 {
    scan.orgs_pending + scan.orgs_seen + scan.orgs_not_seen.len() as u64
}
