//! `scan`: looking at the orgs now.

use clap::Args;
use regrant::domain::id::ScanId;

/// `scan`.
#[derive(Debug, Args)]
pub struct Scan {
    /// Only this org, by id or host; may be given several times.
    #[arg(long, value_name = "ORG", conflicts_with = "resume")]
    pub org: Vec<String>,
    /// Go on with a scan that was interrupted.
    #[arg(long, value_name = "ID")]
    pub resume: Option<ScanId>,
    /// How many orgs to look at at once.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub workers: u16,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
    /// Say which orgs would be looked at and stop.
    #[arg(long, conflicts_with = "json")]
    pub dry_run: bool,
}
