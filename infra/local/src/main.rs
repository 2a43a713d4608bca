//! The `regrant` binary: parses the arguments, runs the command and exits with its code.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    regrant_cli::run(regrant_cli::commands::Cli::parse())
}
