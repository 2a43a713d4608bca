//! `regrant mail test`: one letter about nothing.

use regrant::embedded::mail_server;
use regrant::usecases::notify::test_email;

use crate::args::{Global, MailTest};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::house::{House, Workers};
use crate::screen::Screen;

pub(super) async fn run(global: &Global, options: &MailTest, screen: &mut Screen) -> Result<Outcome, CliError> {
    let house = House::open(global).await?;
    let sent = test_email::send(&house.ports, &options.address, options.language).await;
    let id = sent.map_err(|error| CliError::NoLetter { reason: mail_server::reason_of(&error) })?;
    let to = &options.address;
    let in_a_folder = house.workers == Workers::ThisProcess && mail_server::current(&house.ports).await?.is_none();
    screen.line(&if in_a_folder {
        format!("No mail server is set, so the letter to {to} is the file {id}.eml in the folder `outbox`.")
    } else {
        format!("The letter to {to} was taken ({}). Look whether it arrives.", regrant::domain::text::Foreign::new(id))
    })?;
    Ok(Outcome::Fine)
}
