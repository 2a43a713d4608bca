//! The progress bar of a scan, drawn on stderr.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use regrant::domain::scan::Scan;

/// A progress bar that counts orgs. Hidden unless `visible`.
#[derive(Debug, Clone)]
pub struct ScanProgress(ProgressBar);

impl ScanProgress {
    /// A bar for `scan`.
    pub fn new(visible: bool, scan: &Scan) -> Self {
        let target = if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(total(scan)), target);
        if let Ok(style) = ProgressStyle::with_template("Scanning {bar:20} {pos}/{len} orgs, {elapsed}") {
            bar.set_style(style);
        }
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
