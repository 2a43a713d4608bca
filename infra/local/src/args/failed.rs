//! `failed`: what Okta could not do while a consent was dead, and how to take it along.

use clap::{Args, ValueEnum};
use regrant::domain::id::AppId;

/// `failed`.
#[derive(Debug, Args)]
#[command(after_help = "\
Okta leaves work that failed to be done again by hand: Dashboard > Tasks in its
Admin Console.")]
pub struct Failed {
    /// The app's org, by id or host.
    pub org: String,
    /// The app, by id.
    pub app: AppId,
    /// Print it as JSON or as CSV.
    #[arg(long, value_name = "FORMAT")]
    pub export: Option<Export>,
}

/// What an export is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Export {
    /// One JSON object.
    Json,
    /// Comma-separated values (RFC 4180), with a header.
    Csv,
}
