//! `regrant mail test`: sends a test email.

use anyhow::anyhow;
use clap::Args;
use regrant::domain::contact::{Language, MailAddress};
use regrant::embedded::mail_server;
use regrant::usecases::notify::test_email;

use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::{Installation, Workers};
use crate::output::escaped;
use crate::terminal::Terminal;

/// `regrant mail test`.
#[derive(Debug, Args)]
#[command(after_help = "\
It is sent like every other email: from REGRANT_MAIL_FROM, through the mail
server that is set, or through Amazon SES with --stack.")]
pub struct TestEmail {
    /// The recipient.
    pub address: MailAddress,
    /// The language: en or de.
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    pub language: Language,
}

pub(crate) async fn run(global: &Global, options: &TestEmail, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open(global).await?;
    let sent = test_email::send_test_email(&installation.ports, &options.address, options.language).await;
    let id = sent.map_err(|error| anyhow!("the email was not sent: {}", mail_server::reason_of(&error)))?;
    let to = &options.address;
    let in_a_folder =
        installation.workers == Workers::ThisProcess && mail_server::current(&installation.ports).await?.is_none();
    terminal.line(&if in_a_folder {
        format!("No mail server is set. The email to {to} is in the folder outbox as {id}.eml.")
    } else {
        format!("The mail server accepted the email to {to} ({}). Check whether it arrives.", escaped(id))
    })?;
    Ok(Outcome::Fine)
}
