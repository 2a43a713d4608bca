//! The `regrant` command line: all functions in one process, with an embedded vault and ledger.
//!
//! Results go to stdout, messages for people to stderr. The exit code summarizes the result (see [`exit`]).

mod actor;
pub mod commands;
pub mod exit;
pub mod global;
pub mod installation;
pub mod logging;
pub mod output;
pub mod secret_input;
pub mod server;
#[cfg(feature = "aws")]
pub mod stack;
pub mod terminal;

use std::io;
use std::process::ExitCode;

use regrant::domain::failure::machine;
use regrant::usecases::records::consent_error::ConsentError;

use commands::Cli;
use exit::Outcome;
use terminal::Terminal;

/// The command line's description, for completions and manual pages.
pub fn command() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

/// Runs the parsed command and returns the exit code.
pub fn run(cli: Cli) -> ExitCode {
    logging::start(cli.global.verbose);
    let mut terminal = Terminal::of_process(&cli.global);
    let outcome = run_to_end(cli, &mut terminal).unwrap_or_else(|error| {
        if !is_closed_pipe(&error) {
            terminal.message(&format!("error: {}", explained(&error)));
        }
        Outcome::CouldNotCheck
    });
    ExitCode::from(outcome.code())
}

fn run_to_end(cli: Cli, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    // Most commands wait for others. Waking a second thread would cost them more than it does for them.
    let mut threads = if cli.serves() {
        tokio::runtime::Builder::new_multi_thread()
    } else {
        tokio::runtime::Builder::new_current_thread()
    };
    let runtime = threads.enable_all().build()?;
    let result = runtime.block_on(commands::run(cli, terminal));
    // Tasks that still wait for a socket or for standard input must not keep the process alive.
    runtime.shutdown_background();
    let outcome = result?;
    terminal.flush()?;
    Ok(outcome)
}

/// The message for a person: the cause, then what to do. A vendor's error code brings its explanation along.
fn explained(error: &anyhow::Error) -> String {
    if let Some(error) = error.downcast_ref::<ConsentError>() {
        return match error.code.as_deref().and_then(regrant::domain::failure::find) {
            Some(known) => format!("{} {} {}", error.cause, known.cause, known.next_step),
            None => error.cause.clone(),
        };
    }
    let head = error.chain().next().and_then(|head| head.downcast_ref::<io::Error>());
    match (head, error.downcast_ref::<io::Error>()) {
        // Commands name the file when reading or writing one fails, so a bare I/O error can only come from the output.
        (Some(cause), _) => format!("the output could not be written: {}", machine::explained(cause)),
        (None, Some(cause)) => format!("{error}: {}", machine::explained(cause)),
        (None, None) => error.to_string(),
    }
}

/// Whether the reader of our output has gone away, as `head` does.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
