//! The test email, with which an operator checks that email arrives.

use crate::domain::contact::{Language, MailAddress};
use crate::emails;
use crate::mail::MailError;
use crate::randomness::token;

use crate::usecases::Ports;
use crate::usecases::notify::sender::SenderIdentity;

/// Sends the test email to one address. Returns the mail transport's message id.
pub async fn send_test_email(ports: &Ports, to: &MailAddress, language: Language) -> Result<String, MailError> {
    let identity = SenderIdentity::from_settings(&ports.settings)?;
    let id = token(&*ports.randomness);
    let email = emails::test_email(&identity.sender(&ports.settings), to, language, &id)?;
    Ok(ports.mail.send(&email).await?.0)
}
