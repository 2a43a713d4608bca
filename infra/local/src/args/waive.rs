//! `waive`: leaving an app as it is for a while.

use clap::Args;
use jiff::civil::Date;
use regrant::domain::id::AppId;

/// `waive`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  regrant waive acme.okta.com 0oa1 --until 2026-06-30 --reason \"merger first\"
Nobody is written to about the app until then; its operators are when the day
has come.")]
pub struct Waive {
    /// The app's org, by id or host.
    pub org: String,
    /// The app, by id.
    pub app: AppId,
    /// The last day on which it is left as it is, at most a year ahead.
    #[arg(long, value_name = "DAY", required_unless_present = "end")]
    pub until: Option<Date>,
    /// Why: what an email will say when it ends.
    #[arg(long, required_unless_present = "end")]
    pub reason: Option<String>,
    /// End the waiver that there is.
    #[arg(long, conflicts_with_all = ["until", "reason"])]
    pub end: bool,
    /// Say what would be done and stop.
    #[arg(long)]
    pub dry_run: bool,
}
