//! `regrant mail test`: one email about nothing.

use regrant::embedded::mail_server;
use regrant::usecases::notify::test_email;

use crate::args::{Global, MailTest};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::installation::{Installation, Workers};
use crate::terminal::Terminal;

pub(super) async fn run(global: &Global, options: &MailTest, terminal: &mut Terminal) -> Result<Outcome, CliError> {
    let installation = Installation::open(global).await?;
    let sent = test_email::send_test_email(&installation.ports, &options.address, options.language).await;
    let id = sent.map_err(|error| CliError::NoEmail { reason: mail_server::reason_of(&error) })?;
    let to = &options.address;
    let in_a_folder =
        installation.workers == Workers::ThisProcess && mail_server::current(&installation.ports).await?.is_none();
    terminal.line(&if in_a_folder {
        format!("No mail server is set, so the email to {to} is the file {id}.eml in the folder `outbox`.")
    } else {
        format!(
            "The email to {to} was taken ({}). Check whether it arrives.",
            regrant::domain::text::UntrustedText::new(id)
        )
    })?;
    Ok(Outcome::Fine)
}
