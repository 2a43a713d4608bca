//! `regrant completions`: the completion script of a shell.

use clap::CommandFactory;

use crate::args::Cli;
use crate::error::CliError;
use crate::exit::Outcome;
use crate::terminal::Terminal;

pub(super) fn run(shell: clap_complete::Shell, terminal: &mut Terminal) -> Result<Outcome, CliError> {
    // Written to memory first: the generator stops the process where its writer fails, as `| head` makes it.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "regrant", &mut script);
    terminal.out().write_all(&script)?;
    Ok(Outcome::Fine)
}
