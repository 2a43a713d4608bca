//! The conformance suite of mail transports.

#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a conformance test fails by panicking")]

use std::sync::Arc;

use crate::mail::{Email, MailError, MailTransport};

/// A new mail transport, and a way to read what it has sent.
pub struct Bench<S> {
    /// The transport.
    pub transport: Arc<dyn MailTransport>,
    /// Every email that it has sent so far, as RFC 5322 messages.
    pub sent: S,
}

/// Checks an adapter against the contract.
pub async fn conforms<S, Fut>(bench: Bench<S>)
where
    S: Fn() -> Fut,
    Fut: Future<Output = Vec<Vec<u8>>>,
{
    an_invalid_email_is_rejected(&*bench.transport).await;
    assert!((bench.sent)().await.is_empty(), "nothing was sent");
    every_email_is_sent_completely(&*bench.transport, &bench.sent).await;
}

/// An email with every field set.
pub fn email(to: &str) -> Email {
    Email {
        from: "Regrant <regrant@example.com>".parse().expect("the test's own address is an address"),
        to: to.parse().expect("the test's own address is an address"),
        reply_to: Some("operators@example.com".parse().expect("the test's own address is an address")),
        subject: "Gr\u{fc}\u{df}e: consent for Office 365".to_owned(),
        text: "Dear administrator,\n\n.\nFrom here on: \u{fc}\u{1d11e}\n".to_owned(),
        html: "<p>Dear administrator, <b>\u{fc}\u{1d11e}</b></p>".to_owned(),
        message_id: "<acme.0oa1.1@regrant.example.com>".to_owned(),
        headers: [
            ("List-Id", "<regrant.example.com>"),
            ("X-Regrant-Notification", "n1"),
            ("References", "<RG-A@regrant.example.com>"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec(),
        tags: vec![("regrant-notification".to_owned(), "n1".to_owned())],
    }
}

async fn an_invalid_email_is_rejected(transport: &dyn MailTransport) {
    let bad = Email { subject: "Hello\r\nBcc: eve@example.com".to_owned(), ..email("ada@contoso.example") };
    let refused = transport.send(&bad).await;
    assert!(matches!(refused, Err(MailError::Invalid(_))), "a subject of two lines: {refused:?}");
}

async fn every_email_is_sent_completely<S, Fut>(transport: &dyn MailTransport, sent: &S)
where
    S: Fn() -> Fut,
    Fut: Future<Output = Vec<Vec<u8>>>,
{
    let mut ids = Vec::new();
    for to in ["ada@contoso.example", "Bo Operator <bo@contoso.example>"] {
        let id = transport.send(&email(to)).await.expect("an email is sent");
        assert!(!id.0.is_empty(), "it has an id");
        ids.push(id);
    }
    assert_ne!(ids[0], ids[1], "each email has its own id");
    let mails = sent().await;
    assert_eq!(mails.len(), 2, "each email is a mail of its own");
    for to in ["ada@contoso.example", "bo@contoso.example"] {
        let is_to = |mail: &&Vec<u8>| {
            String::from_utf8_lossy(mail).lines().any(|line| line.starts_with("To: ") && line.contains(to))
        };
        let mail = mails.iter().find(is_to).expect("there is a mail to each");
        let mail = String::from_utf8_lossy(mail).replace("\r\n", "\n");
        for part in [
            "From: Regrant <regrant@example.com>",
            "Reply-To: operators@example.com",
            "X-Regrant-Notification: n1",
            "References: <RG-A@regrant.example.com>",
            "List-Id: <regrant.example.com>",
            "Content-Type: multipart/alternative",
            "Dear administrator",
        ] {
            assert!(mail.contains(part), "{part} is in the mail to {to}: {mail}");
        }
        // Amazon SES replaces `Message-ID` and `Date`, so no promise rests on their values.
        assert!(mail.contains("\nMessage-ID: <") && mail.contains("\nDate: "), "{mail}");
        assert!(!mail.contains("Bcc"), "no one else receives it");
    }
}
