//! The `regrant` binary: reads the arguments, runs the command, exits with its code.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    regrant_cli::run(regrant_cli::args::Cli::parse())
}
