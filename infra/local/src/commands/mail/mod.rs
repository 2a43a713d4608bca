//! `regrant mail …`: emails, and who takes them.

mod preview;
mod server;
mod trial;

use crate::args::{Global, Mail};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::terminal::Terminal;

pub(super) async fn run(global: &Global, mail: &Mail, terminal: &mut Terminal) -> Result<Outcome, CliError> {
    match mail {
        Mail::Preview(options) => preview::run(options, terminal).await,
        Mail::Server(server) => server::run(global, server, terminal).await,
        Mail::Test(options) => trial::run(global, options, terminal).await,
    }
}
