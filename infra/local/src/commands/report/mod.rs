//! `regrant report`: what operators and customers are given to read, and the evidence behind it.

mod evidence;
mod file;
mod make;
mod trail;

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
  regrant report evidence acme.okta.com 0oa1 --to evidence
  regrant report verify
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
pub enum ReportCommand {
    /// Write the evidence pack of an app: who asked, who approved, the permissions granted, and the results read back.
    Evidence(evidence::Evidence),
    /// Sign a digest of the audit trail now. `regrant serve` and a stack sign one every day.
    Digest(trail::SignDigest),
    /// Print the public key that verifies digests and exports.
    Key(trail::Key),
    /// Write the audit trail to a file that `verify` checks without access to this installation.
    Export(trail::Export),
    /// Find events that were changed, removed, reordered or cut off.
    Verify(trail::Verify),
}

pub(crate) async fn run(global: &Global, options: &Report, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    match &options.command {
        None => make::run(global, &options.make, terminal).await,
        Some(ReportCommand::Evidence(evidence)) => evidence::run(global, evidence, terminal).await,
        Some(ReportCommand::Digest(digest)) => trail::sign(global, digest, terminal).await,
        Some(ReportCommand::Key(key)) => trail::key(global, key, terminal).await,
        Some(ReportCommand::Export(export)) => trail::export(global, export, terminal).await,
        Some(ReportCommand::Verify(verify)) => trail::verify(global, verify, terminal).await,
    }
}
