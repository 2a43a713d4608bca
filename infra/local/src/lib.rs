//! The `regrant` command line: every function in one process, on an embedded vault and ledger.
//!
//! Results go to stdout, words for people to stderr, and the exit code says what came of it (see [`exit`]).

pub mod args;
pub mod commands;
pub mod error;
pub mod exit;
pub mod installation;
pub mod logging;
pub mod output;
pub mod secret_input;
#[cfg(feature = "aws")]
pub mod stack;
pub mod terminal;

use std::process::ExitCode;

use args::Cli;
use error::CliError;
use exit::Outcome;
use terminal::Terminal;

/// The command line's description, for completions and manual pages.
pub fn command() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

/// Runs what the arguments ask for and gives the exit code.
pub fn run(cli: Cli) -> ExitCode {
    logging::start(cli.global.verbose);
    let mut terminal = Terminal::of_process(&cli.global);
    let result = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(CliError::Output)
        .and_then(|runtime| {
            let result = runtime.block_on(commands::run(cli, &mut terminal));
            // Whatever still waits on a socket or on standard input must not keep the process alive.
            runtime.shutdown_background();
            result
        })
        .and_then(|outcome| terminal.flush().map(|()| outcome).map_err(CliError::Output));
    let outcome = result.unwrap_or_else(|error| {
        if !error.is_closed_pipe() {
            terminal.tell(&format!("error: {error}"));
        }
        Outcome::CouldNotLook
    });
    ExitCode::from(outcome.code())
}
