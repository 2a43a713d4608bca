//! `regrant mail …`: letters, and who takes them.

mod preview;
mod server;
mod trial;

use crate::args::{Global, Mail};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::screen::Screen;

pub(super) async fn run(global: &Global, mail: &Mail, screen: &mut Screen) -> Result<Outcome, CliError> {
    match mail {
        Mail::Preview(options) => preview::run(options, screen).await,
        Mail::Server(server) => server::run(global, server, screen).await,
        Mail::Test(options) => trial::run(global, options, screen).await,
    }
}
