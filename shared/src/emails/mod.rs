//! Writes every email: a pure function from an [`EmailContext`] to an [`Email`].
//!
//! Each kind of email is first a `Document` of headings, facts, steps, tables and at most one button. Its words come from
//! the catalogue that pages use too. One renderer turns any document into text and another into HTML, so both say the same.
//!
//! Every email that requests an action begins, in at most 250 words, with
//! - a subject of fewer than 60 characters: the org, the app and the action;
//! - what stops working, one link to our own page with its expiry, and what the reader will see on the way: each page of
//!   Microsoft's, and the text to copy back;
//! - who must act, how long it takes, and whether to forward the email.
//!
//! Its details follow: since when, every permission with its purpose, the best time, how to do it without Regrant, how to
//! check that the email is authentic, when reminders follow, who else received it, whom to ask, and how to postpone it.
//! One reader's requests about several apps share an email.
//!
//! No email asks for a password or a code, and its HTML loads nothing.

mod access_problem;
mod administrator_request;
mod completion;
mod context;
mod defuse;
mod digest;
mod document;
mod headers;
mod html;
mod localized;
mod operator_instructions;
mod operator_request;
pub mod samples;
mod secret_ending;
mod several_requests;
mod shared_blocks;
mod test_email;
mod text;
mod waiver_expired;

pub use context::{
    ActionLink, AppInOrg, DigestSummary, EmailContext, FailedTask, MailDomain, NotAMailDomain, OtherRecipients,
    RequestItem, Sender, UncheckedOrg,
};
pub use headers::NOTIFICATION_HEADER;
pub(crate) use html::inline_code;
pub use operator_instructions::{
    OperatorInstructions, access_problem_title, instructions_for_access_problem, instructions_for_app,
};
pub(crate) use several_requests::{MOST_REQUESTS, asks_for_consent};
pub use test_email::test_email;

use document::Document;
use localized::LocalizedContext;

use crate::domain::notification::About;
use crate::domain::standing::Standing;
use crate::mail::{Email, InvalidEmail};

/// Writes the email of a notification.
///
/// A reminder follows the app's current standing: it asks an Okta operator to save, or a Microsoft administrator to consent.
pub fn write(context: &EmailContext<'_>) -> Result<Email, InvalidEmail> {
    let address =
        context.notification.address().ok_or(InvalidEmail::NotAnEmail { about: context.notification.about.name() })?;
    let document = document(&LocalizedContext::new(context))?;
    Ok(Email {
        from: context.sender.from.clone(),
        to: address.as_str().parse()?,
        reply_to: context.sender.reply_to.cloned(),
        text: text::render(&document),
        html: html::render(&document),
        subject: document.subject,
        message_id: headers::message_id(context),
        headers: headers::headers(context),
        tags: headers::tags(context),
    })
}

fn document(localized: &LocalizedContext<'_>) -> Result<Document, InvalidEmail> {
    use access_problem::access_problem;
    use administrator_request::administrator_request;
    use operator_request::operator_request;

    let context = localized.context;
    let about = &context.notification.about;
    if context.several.len() > 1 {
        return Ok(several_requests::several_requests(localized, context.several));
    }
    let app = || context.app.ok_or(InvalidEmail::Incomplete { about: about.name(), missing: "its app" });
    Ok(match about {
        About::Invitation => administrator_request(localized, app()?, app()?.known_standing()),
        About::Urgent => administrator_request(localized, app()?, Standing::Broken),
        About::HandedToOperator => operator_request(localized, app()?),
        About::Reminder { .. } => match app()?.known_standing() {
            Standing::NeedsSave | Standing::ByHand => operator_request(localized, app()?),
            standing => administrator_request(localized, app()?, standing),
        },
        About::Done => completion::completion(localized, app()?),
        About::Digest { day } => {
            let missing = InvalidEmail::Incomplete { about: about.name(), missing: "its summary" };
            digest::digest(localized, *day, context.digest.as_ref().ok_or(missing)?)
        }
        About::AccessProblem { problem, since } => access_problem(localized, problem, *since),
        About::WaiverExpired { ended_at } => waiver_expired::waiver_expired(localized, app()?, *ended_at),
        About::SecretEnding { ends_at, .. } => secret_ending::secret_ending(localized, app()?, *ends_at),
        About::StandingChanged { .. } | About::RequestOpened | About::RequestChanged { .. } | About::RequestEnded => {
            return Err(InvalidEmail::NotAnEmail { about: about.name() });
        }
    })
}

#[cfg(test)]
mod tests;
