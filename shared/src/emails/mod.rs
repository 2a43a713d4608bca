//! The letters: what people are told, in their language, as text and as HTML.
//!
//! Pure: a [`Telling`] in, a [`Letter`] out. Each kind of letter is first a document (headings, facts, steps, one button,
//! tables), whose words come from a catalogue a language; one template makes text of any document and one makes HTML, so
//! both always say the same.
//!
//! What every letter that asks for something holds: org, app, what and by when in its subject; what stops working and
//! since when; who must act, and whether it may be passed on; steps and minutes; every permission with its reason; one
//! link, to a page of ours, with its end and what is then; how to find out that it is real, and how to do it without us;
//! the best time; when it comes again, who else got it, whom to ask, how to have it wait. It asks nobody to paste
//! anything or to send a password, and nothing in it is fetched from anywhere.

mod access;
mod asked;
mod asks;
mod digest;
mod document;
mod done;
mod handed;
mod headers;
mod parts;
mod render;
pub mod samples;
mod shown;
mod telling;
mod trial;
mod view;
mod waived;
mod words;

pub use asked::{Asked, asked_about_app, asked_about_trouble, trouble_in_words};
pub use telling::{AlsoTold, FailedWork, Link, MailDomain, NotAMailDomain, Sender, Summary, Telling};
pub use trial::trial;

use document::Document;
use view::View;

use crate::domain::notice::About;
use crate::domain::standing::Standing;
use crate::mail::{InvalidLetter, Letter};

/// Writes the letter of a notice.
///
/// Reminders follow where the app stands: a Microsoft administrator is asked for consent, an Okta operator for the save.
pub fn write(telling: &Telling<'_>) -> Result<Letter, InvalidLetter> {
    let address = telling.notice.address().ok_or(InvalidLetter::NotALetter { about: telling.notice.about.name() })?;
    let document = document(&View::of(telling))?;
    let not_rendered = |error: askama::Error| InvalidLetter::Message(error.to_string());
    Ok(Letter {
        from: telling.sender.from.clone(),
        to: address.as_str().parse()?,
        reply_to: telling.sender.reply_to.cloned(),
        subject: document.subject.clone(),
        text: render::text(&document).map_err(not_rendered)?,
        html: render::html(&document).map_err(not_rendered)?,
        message_id: headers::message_id(telling),
        headers: headers::headers(telling),
        tags: headers::tags(telling),
    })
}

fn document(view: &View<'_>) -> Result<Document, InvalidLetter> {
    let telling = view.telling;
    let about = &telling.notice.about;
    let app = || telling.app.ok_or(InvalidLetter::Incomplete { about: about.name(), missing: "its app" });
    Ok(match about {
        About::Invitation => asks::ask(view, app()?, app()?.known_standing()),
        About::Urgent => asks::ask(view, app()?, Standing::Broken),
        About::HandedToOperator => handed::handed(view, app()?),
        About::Reminder { .. } => match app()?.known_standing() {
            Standing::NeedsSave | Standing::ByHand => handed::handed(view, app()?),
            standing => asks::ask(view, app()?, standing),
        },
        About::Done => done::done(view, app()?),
        About::Digest { day } => {
            let missing = InvalidLetter::Incomplete { about: about.name(), missing: "what it counts" };
            digest::digest(view, *day, telling.digest.as_ref().ok_or(missing)?)
        }
        About::AccessTrouble { trouble, since } => access::access(view, trouble, *since),
        About::WaiverExpired { ended_at } => waived::waived(view, app()?, *ended_at),
        About::StandingChanged { .. } => return Err(InvalidLetter::NotALetter { about: about.name() }),
    })
}

#[cfg(test)]
mod tests;
