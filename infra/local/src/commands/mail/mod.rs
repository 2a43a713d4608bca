//! `regrant mail …`: emails, the server that delivers them, and the addresses that receive none.

pub mod hold;
pub mod preview;
pub mod server;
pub mod suppressed;
pub mod test_email;

use clap::Subcommand;

use crate::exit::Outcome;
use crate::global::Global;
use crate::terminal::Terminal;

/// `regrant mail …`.
#[derive(Debug, Subcommand)]
pub enum Mail {
    /// Show all emails with sample data. Sends nothing.
    Preview(preview::Preview),
    /// Set, show and remove this machine's mail server. A stack uses Amazon SES instead.
    #[command(subcommand)]
    Server(server::Server),
    /// Send a test email.
    Test(test_email::TestEmail),
    /// Put email on hold, for the whole installation or one org, or show what is held.
    Hold(hold::Hold),
    /// Release a hold and send what is due.
    Release(hold::Release),
    /// List the addresses that receive no emails because one bounced or was reported as spam.
    Suppressed(suppressed::Suppressed),
    /// Send emails to a suppressed address again.
    Unsuppress(suppressed::Unsuppress),
    /// Send the digest, or reminders, to an address again that has muted them.
    Unmute(suppressed::Unmute),
}

pub(crate) async fn run(global: &Global, mail: &Mail, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    match mail {
        Mail::Preview(options) => preview::run(options, terminal),
        Mail::Server(server) => server::run(global, server, terminal).await,
        Mail::Test(options) => test_email::run(global, options, terminal).await,
        Mail::Hold(options) => hold::run(global, options, terminal).await,
        Mail::Release(options) => hold::run_release(global, options, terminal).await,
        Mail::Suppressed(options) => suppressed::list(global, options, terminal).await,
        Mail::Unsuppress(options) => suppressed::lift(global, options, terminal).await,
        Mail::Unmute(options) => suppressed::unmute(global, options, terminal).await,
    }
}
