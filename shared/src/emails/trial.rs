//! The email that somebody sends to find out whether emails arrive. It is about no app and asks for nothing.

use super::document::{Block, Document, Tone};
use super::parts::paragraph;
use super::words::words;
use super::{Email, InvalidEmail, Sender, render};
use crate::domain::contact::{Language, MailAddress};

/// The email to `to`. `id` is this trial's alone, so that no mail program takes two for one.
pub fn trial(sender: &Sender<'_>, to: &MailAddress, language: Language, id: &str) -> Result<Email, InvalidEmail> {
    let words = &words(language).trial;
    let mut blocks = vec![paragraph(words.what), paragraph(words.nothing_to_do)];
    if let Some(public_url) = sender.public_url {
        blocks.push(Block::Facts(vec![(words.pages.to_owned(), public_url.to_string())]));
    }
    let document = Document {
        language,
        subject: words.subject.to_owned(),
        preheader: words.nothing_to_do.to_owned(),
        tone: Tone::Good,
        heading: words.heading.to_owned(),
        blocks,
        small_print: vec![words.footer.to_owned()],
    };
    let not_rendered = |error: askama::Error| InvalidEmail::Message(error.to_string());
    Ok(Email {
        from: sender.from.clone(),
        to: to.as_str().parse()?,
        reply_to: sender.reply_to.cloned(),
        subject: document.subject.clone(),
        text: render::text(&document).map_err(not_rendered)?,
        html: render::html(&document).map_err(not_rendered)?,
        message_id: format!("<trial.{id}@{}>", sender.domain.as_str()),
        // RFC 3834 section 5: nobody's absence note answers it.
        headers: vec![("Auto-Submitted".to_owned(), "auto-generated".to_owned())],
        tags: Vec::new(),
    })
}
