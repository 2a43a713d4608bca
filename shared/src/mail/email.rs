//! An email: one recipient, a subject, and the same content as text and as HTML.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue, MessageId as MessageIdHeader};
use lettre::message::{Mailbox, MultiPart};
use sha2::{Digest as _, Sha256};

/// The tag that carries the request's id. Tags hold letters, digits, `-` and `_` (SES API, `MessageTag`).
pub const REQUEST_TAG: &str = "regrant-request";
/// The tag that carries the notification's id.
pub const NOTIFICATION_TAG: &str = "regrant-notification";

/// A mail address, with or without a name before it: `Ada Admin <ada@contoso.example>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(Mailbox);

impl FromStr for Address {
    type Err = InvalidEmail;
    fn from_str(text: &str) -> Result<Self, InvalidEmail> {
        let bad = || InvalidEmail::Address { address: crate::domain::text::UntrustedText::new(text).to_string() };
        // What could end a header line is never part of an address.
        if text.chars().any(char::is_control) {
            return Err(bad());
        }
        text.parse().map(Self).map_err(|_| bad())
    }
}

impl Address {
    /// The address alone, without a name.
    pub fn bare(&self) -> String {
        self.0.email.to_string()
    }

    /// The address alone, for an envelope.
    #[cfg(feature = "embedded")]
    pub(crate) fn email(&self) -> lettre::Address {
        self.0.email.clone()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A transport's id of an email that it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageId(pub String);

/// Why an email cannot be a mail.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEmail {
    /// Not an address.
    #[error("{address} is no mail address; it has the form name@example.com")]
    Address {
        /// What was given.
        address: String,
    },
    /// A header that no mail may have.
    #[error("the header {name} cannot be written: its name or its value has characters that headers must not have")]
    Header {
        /// Its name.
        name: String,
    },
    /// Nobody is written to about it, or not by mail.
    #[error("a notification about {about} to this recipient is no email; send it to a hook")]
    NotAnEmail {
        /// What it is about.
        about: &'static str,
    },
    /// What the email is about was not handed over.
    #[error(
        "the email about {about} cannot be written without {missing}; this is a mistake in Regrant, please report it"
    )]
    Incomplete {
        /// What it is about.
        about: &'static str,
        /// What is missing.
        missing: &'static str,
    },
    /// It could not be put together.
    #[error("the mail could not be put together: {0}")]
    Message(String),
}

/// An email to one person. One recipient each, so that nobody reads who else was written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    /// Who it is from.
    pub from: Address,
    /// Who it is to.
    pub to: Address,
    /// Where answers go, if not to the sender.
    pub reply_to: Option<Address>,
    /// What it is about.
    pub subject: String,
    /// All of it, as text.
    pub text: String,
    /// All of it, as HTML.
    pub html: String,
    /// `Message-ID`, angle brackets included (RFC 5322 section 3.6.4): the same for the same email, however often it is sent.
    pub message_id: String,
    /// Further headers, such as `List-Id` or `References`.
    pub headers: Vec<(String, String)>,
    /// Names and values that a transport repeats in what it reports of the email. They are not in the mail.
    pub tags: Vec<(String, String)>,
}

impl Email {
    /// What tells this email to this person from every other: the same however often it is sent.
    pub(crate) fn digest(&self) -> String {
        let digest = Sha256::digest(format!("{}\n{}", self.message_id, self.to.bare()));
        URL_SAFE_NO_PAD.encode(&digest[..12])
    }

    /// The email as a mail: `multipart/alternative`, the text first (RFC 2046 section 5.1.4).
    pub fn to_mime(&self) -> Result<Vec<u8>, InvalidEmail> {
        let one_line = |name: &str, value: &str| {
            let bad = value.chars().any(char::is_control);
            if bad { Err(InvalidEmail::Header { name: name.to_owned() }) } else { Ok(value.to_owned()) }
        };
        let mut message = Message::builder()
            .from(self.from.0.clone())
            .to(self.to.0.clone())
            .subject(one_line("Subject", &self.subject)?)
            .header(MessageIdHeader::from(one_line("Message-ID", &self.message_id)?));
        if let Some(reply_to) = &self.reply_to {
            message = message.reply_to(reply_to.0.clone());
        }
        for (name, value) in &self.headers {
            let invalid = || InvalidEmail::Header { name: name.clone() };
            let header = HeaderName::new_from_ascii(name.clone()).map_err(|_| invalid())?;
            message = message.raw_header(HeaderValue::new(header, one_line(name, value)?));
        }
        let body = MultiPart::alternative_plain_html(self.text.clone(), self.html.clone());
        let message = message.multipart(body).map_err(|error| InvalidEmail::Message(error.to_string()))?;
        Ok(message.formatted())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
mod tests {
    use super::*;
    use crate::testing::mail::email;

    #[test]
    fn it_has_both_bodies_the_text_first_and_every_header() {
        let mime = String::from_utf8(email("ada@contoso.example").to_mime().unwrap()).unwrap();
        let (text, html) = (mime.find("text/plain").unwrap(), mime.find("text/html").unwrap());
        assert!(text < html, "{mime}");
        for header in
            ["From: Regrant <regrant@example.com>", "To: ada@contoso.example", "List-Id: <regrant.example.com>"]
        {
            assert!(mime.contains(header), "{header} in {mime}");
        }
        assert!(mime.contains("Message-ID: <acme.0oa1.1@regrant.example.com>"), "{mime}");
    }

    #[test]
    fn nothing_that_came_from_outside_becomes_a_header() {
        for subject in ["Hello\r\nBcc: eve@example.com", "Hello\nBcc: eve@example.com", "Hello\u{0}"] {
            let bad = Email { subject: subject.to_owned(), ..email("ada@contoso.example") };
            assert!(matches!(bad.to_mime(), Err(InvalidEmail::Header { .. })), "{subject:?}");
        }
        for address in ["", "ada", "ada@contoso.example\r\nBcc: eve@example.com", "a@b, c@d", "<ada@contoso.example"] {
            assert!(address.parse::<Address>().is_err(), "{address:?}");
        }
        let bad = Email { headers: vec![("X: y\r\nZ".to_owned(), "1".to_owned())], ..email("a@contoso.example") };
        assert!(matches!(bad.to_mime(), Err(InvalidEmail::Header { .. })));
    }
}
