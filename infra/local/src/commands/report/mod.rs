//! `regrant report`: what operators and customers are given to read.

mod file;
mod make;

use clap::{Args, Subcommand};

use crate::exit::Outcome;
use crate::global::Global;
use crate::terminal::Terminal;

/// `regrant report`.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  regrant report --to report.html --to apps.csv
  regrant report --action-plan plan.csv --standing broken
  regrant report --customer Contoso --for customer --to contoso.html
  regrant report --to new.json --compare old.json
Without --to and --format, prints a summary."
)]
pub struct Report {
    /// What to do instead of making a report.
    #[command(subcommand)]
    pub command: Option<ReportCommand>,
    /// The report to make.
    #[command(flatten)]
    pub make: make::Make,
}

/// The commands about evidence.
#[derive(Debug, Subcommand)]
pub enum ReportCommand {}

pub(crate) async fn run(global: &Global, options: &Report, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    match &options.command {
        None => make::run(global, &options.make, terminal).await,
        Some(command) => match *command {},
    }
}
