//! The test email that `regrant mail test` sends to check delivery. It is about no app and requests no action.

use super::document::{Block, Document, Tone};
use super::shared_blocks::paragraph;
use super::{Email, InvalidEmail, Sender, html, text};
use crate::domain::contact::{Language, MailAddress};
use crate::words::words;

/// Writes the test email to `to`. `id` must be unique, so that no email program takes two test emails for one.
pub fn test_email(sender: &Sender<'_>, to: &MailAddress, language: Language, id: &str) -> Result<Email, InvalidEmail> {
    let words = &words(language).test_email;
    let mut blocks = vec![paragraph(words.explanation), paragraph(words.no_action)];
    if let Some(public_url) = sender.public_url {
        blocks.push(Block::Facts(vec![(words.link_prefix.to_owned(), public_url.to_string())]));
    }
    let document = Document {
        language,
        subject: words.subject.to_owned(),
        preheader: words.no_action.to_owned(),
        tone: Tone::Good,
        heading: words.heading.to_owned(),
        blocks,
        small_print: vec![words.footer.to_owned()],
    };
    Ok(Email {
        from: sender.from.clone(),
        to: to.as_str().parse()?,
        reply_to: sender.reply_to.cloned(),
        text: text::render(&document),
        html: html::render(&document),
        subject: document.subject,
        message_id: format!("<test.{id}@{}>", sender.domain.as_str()),
        // Suppresses automatic replies (RFC 3834 section 5).
        headers: vec![("Auto-Submitted".to_owned(), "auto-generated".to_owned())],
        tags: Vec::new(),
    })
}
