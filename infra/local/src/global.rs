//! Options that every command has.
//!
//! No argument and no environment variable takes a secret, because other programs on the machine can read both (`ps`,
//! `/proc`, shell history). Secrets come from standard input, from a hidden prompt or from a file.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The folder with the ledger and the vault.
    ///
    /// Default: `REGRANT_DATA_DIR`, then `$XDG_DATA_HOME/regrant`, then `~/.local/share/regrant`.
    // `demo` must not write to REGRANT_DATA_DIR, where real orgs are, so clap does not read the variable.
    #[arg(long, global = true, value_name = "FOLDER", help_heading = "Global options")]
    pub data_dir: Option<PathBuf>,
    /// Use the stack with this name in AWS instead of data on this machine.
    ///
    /// Account, region and credentials are those of the AWS command line (`AWS_PROFILE`, `AWS_REGION`). Needs a build
    /// with the feature `aws`.
    #[arg(long, global = true, value_name = "NAME", conflicts_with = "data_dir", help_heading = "Global options")]
    pub stack: Option<String>,
    /// Accept loopback addresses as orgs, over plain HTTP. For simulators and mocks only.
    #[arg(long, global = true, help_heading = "Global options")]
    pub allow_loopback: bool,
    /// The URL at which browsers reach this installation, such as `https://regrant.example.com`.
    ///
    /// Links in invitations start with it. Default: `REGRANT_PUBLIC_URL`.
    #[arg(long, global = true, value_name = "URL", help_heading = "Global options")]
    pub public_url: Option<String>,
    /// When to use colour. `NO_COLOR` is respected.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = "Global options")]
    pub color: ColorChoice,
    /// Write logs to stderr; repeat for all details.
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Global options")]
    pub verbose: u8,
    /// Print results and errors only, without progress and hints.
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Global options")]
    pub quiet: bool,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Also in files and pipes.
    Always,
    /// Never.
    Never,
}
