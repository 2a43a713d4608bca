//! `aws …`: looking after a stack in AWS. Only there in builds that can talk to AWS.

use clap::Subcommand;

/// `aws …`.
#[derive(Debug, Subcommand)]
pub enum Aws {
    /// Check a stack: table, queues, secrets, API, scans. Name it with --stack.
    Doctor,
}
