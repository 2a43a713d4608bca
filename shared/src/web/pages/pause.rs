//! The page that asks the administrator to agree that provisioning pauses. Nothing has changed when it is shown.

use maud::html;

use super::layout::{Frame, Page, Presentation, Verdict};
use super::steps::{StepState, steps};
use super::{Subject, technical_details};
use crate::domain::id::SessionId;

/// The data of the page.
#[derive(Debug)]
pub struct PauseView<'a> {
    /// The app.
    pub subject: &'a Subject,
    /// The session.
    pub session: &'a SessionId,
    /// The anti-forgery token of the form.
    pub form_token: &'a str,
}

/// Renders the page.
pub fn agree_to_pause(presentation: &Presentation<'_>, view: &PauseView<'_>) -> Page {
    let all = presentation.words();
    let (words, path) = (&all.session, format!("/consent/session/{}", view.session));
    let content = html! {
        p.lead { (words.pause_lead) }
        p { (words.pause_unchanged) }
        div.actions {
            form method="post" action=(format!("{path}/okta")) {
                input type="hidden" name="token" value=(view.form_token);
                input type="hidden" name="pause" value="agreed";
                button type="submit" { (words.pause_button) }
            }
            a.button.secondary href=(path) { (words.pause_later) }
        }
        dl.facts { (view.subject.facts(all)) }
        div.details { (technical_details(all, &[(all.facts.session, view.session.as_str())], &html! {})) }
    };
    let frame = Frame {
        heading: words.pause_heading,
        verdict: Verdict::Unclear,
        // Only a verified administrator is asked.
        before_heading: steps(all, [StepState::Done, StepState::Current, StepState::Next]),
        ..Frame::default()
    };
    frame.around(presentation, &content)
}
