//! One email about nothing, to find out whether emails arrive.

use crate::domain::contact::{Language, MailAddress};
use crate::emails;
use crate::mail::MailError;
use crate::randomness::token;

use crate::usecases::Ports;
use crate::usecases::notify::envelope::Envelope;

/// Sends the trial email to one address, and gives what the transport called it.
pub async fn send(ports: &Ports, to: &MailAddress, language: Language) -> Result<String, MailError> {
    let envelope = Envelope::of(&ports.settings)?;
    let id = token(&*ports.randomness);
    let email = emails::test_email(&envelope.sender(&ports.settings), to, language, &id)?;
    Ok(ports.mail.send(&email).await?.0)
}
