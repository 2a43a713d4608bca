//! An email: one recipient, a subject, and the same content as text and HTML.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue, MessageId as MessageIdHeader};
use lettre::message::{Mailbox, MultiPart};
use sha2::{Digest as _, Sha256};

/// The tag for the request's id. Tags may contain letters, digits, `-` and `_` (SES API, `MessageTag`).
pub const REQUEST_TAG: &str = "regrant-request";
/// The tag for the notification's id.
pub const NOTIFICATION_TAG: &str = "regrant-notification";

/// An email address, with or without a display name: `Ada Admin <ada@contoso.example>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(Mailbox);

impl FromStr for Address {
    type Err = InvalidEmail;
    fn from_str(text: &str) -> Result<Self, InvalidEmail> {
        let bad = || InvalidEmail::Address { address: crate::domain::text::UntrustedText::new(text).to_string() };
        // A control character could end a header line.
        if text.chars().any(char::is_control) {
            return Err(bad());
        }
        text.parse().map(Self).map_err(|_| bad())
    }
}

impl Address {
    /// The address without the display name.
    pub fn bare(&self) -> String {
        self.0.email.to_string()
    }

    /// The address without the display name, for an SMTP envelope.
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

/// A transport's id of an accepted email.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageId(pub String);

/// Why an email is invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEmail {
    /// The text is not an email address.
    #[error("{address} is not an email address; use the form name@example.com")]
    Address {
        /// The text.
        address: String,
    },
    /// A header name or value contains characters that headers must not have.
    #[error("the header {name} cannot be written: its name or value contains characters that headers must not have")]
    Header {
        /// The header's name.
        name: String,
    },
    /// The notification is not sent by email.
    #[error("a notification about {about} to this recipient is not an email; send it to a hook")]
    NotAnEmail {
        /// The kind of notification.
        about: &'static str,
    },
    /// The email's context lacks required data.
    #[error("the email about {about} cannot be written without {missing}; this is a bug in Regrant, please report it")]
    Incomplete {
        /// The kind of notification.
        about: &'static str,
        /// The missing data.
        missing: &'static str,
    },
    /// The MIME message could not be built.
    #[error("the email could not be built: {0}")]
    Message(String),
}

/// An email to one recipient, so that recipients do not see each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    /// `From`.
    pub from: Address,
    /// `To`.
    pub to: Address,
    /// `Reply-To`, if it differs from `From`.
    pub reply_to: Option<Address>,
    /// The subject.
    pub subject: String,
    /// The content as text.
    pub text: String,
    /// The content as HTML.
    pub html: String,
    /// `Message-ID`, angle brackets included (RFC 5322 section 3.6.4). A resent email has the same; Amazon SES replaces it.
    pub message_id: String,
    /// Further headers, such as `List-Id` or `References`.
    pub headers: Vec<(String, String)>,
    /// Names and values that a transport repeats in its delivery reports. They are not part of the message.
    pub tags: Vec<(String, String)>,
}

impl Email {
    /// Identifies this email to this recipient. A resent email keeps its digest.
    pub fn digest(&self) -> String {
        let digest = Sha256::digest(format!("{}\n{}", self.message_id, self.to.bare()));
        URL_SAFE_NO_PAD.encode(&digest[..12])
    }

    /// Builds the MIME message: `multipart/alternative`, the text first (RFC 2046 section 5.1.4).
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
#[expect(clippy::unwrap_used, reason = "a test may panic when its setup fails")]
mod tests {
    use super::*;
    use crate::testing::mail::email;

    #[test]
    fn message_has_every_header_and_the_text_before_the_html() {
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
    fn untrusted_text_cannot_inject_a_header() {
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
