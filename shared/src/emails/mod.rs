//! The emails: what people are told, in their language, as text and as HTML.
//!
//! Pure: a [`EmailContext`] in, a [`Email`] out. Each kind of email is first a document (headings, facts, steps, one button,
//! tables), whose words come from a catalogue a language; one template makes text of any document and one makes HTML, so
//! both always say the same.
//!
//! What every email that asks for something holds: org, app, what and by when in its subject; what stops working and
//! since when; who must act, and whether it may be passed on; steps and minutes; every permission with its reason; one
//! link, to a page of ours, with its end and what is then; how to find out that it is real, and how to do it without us;
//! the best time; when it comes again, who else got it, whom to ask, how to have it wait. It asks nobody to paste
//! anything or to send a password, and nothing in it is fetched from anywhere.

mod access;
mod asked;
mod asks;
mod context;
mod digest;
mod document;
mod done;
mod handed;
mod headers;
mod parts;
mod render;
pub mod samples;
mod shown;
mod trial;
mod view;
mod waived;
mod words;

pub use asked::{Asked, asked_about_app, asked_about_problem, problem_in_words};
pub use context::{ActionLink, AlsoTold, EmailContext, FailedTasks, MailDomain, NotAMailDomain, Sender, Summary};
pub use trial::trial;

use document::Document;
use view::View;

use crate::domain::notification::About;
use crate::domain::standing::Standing;
use crate::mail::{Email, InvalidEmail};

/// Writes the email of a notification.
///
/// Reminders follow where the app stands: a Microsoft administrator is asked for consent, an Okta operator for the save.
pub fn write(context: &EmailContext<'_>) -> Result<Email, InvalidEmail> {
    let address =
        context.notification.address().ok_or(InvalidEmail::NotAnEmail { about: context.notification.about.name() })?;
    let document = document(&View::of(context))?;
    let not_rendered = |error: askama::Error| InvalidEmail::Message(error.to_string());
    Ok(Email {
        from: context.sender.from.clone(),
        to: address.as_str().parse()?,
        reply_to: context.sender.reply_to.cloned(),
        subject: document.subject.clone(),
        text: render::text(&document).map_err(not_rendered)?,
        html: render::html(&document).map_err(not_rendered)?,
        message_id: headers::message_id(context),
        headers: headers::headers(context),
        tags: headers::tags(context),
    })
}

fn document(view: &View<'_>) -> Result<Document, InvalidEmail> {
    let context = view.context;
    let about = &context.notification.about;
    let app = || context.app.ok_or(InvalidEmail::Incomplete { about: about.name(), missing: "its app" });
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
            let missing = InvalidEmail::Incomplete { about: about.name(), missing: "what it counts" };
            digest::digest(view, *day, context.digest.as_ref().ok_or(missing)?)
        }
        About::AccessProblem { problem, since } => access::access(view, problem, *since),
        About::WaiverExpired { ended_at } => waived::waived(view, app()?, *ended_at),
        About::StandingChanged { .. } => return Err(InvalidEmail::NotAnEmail { about: about.name() }),
    })
}

#[cfg(test)]
mod tests;
