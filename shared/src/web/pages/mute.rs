//! The two pages of muting: confirmation before, result after.

use maud::html;

use super::layout::{Frame, Page, Presentation, Verdict};
use crate::domain::contact::MailAddress;
use crate::domain::id::RequestId;
use crate::emails::inline_code;

/// The data of the pages.
#[derive(Debug)]
pub struct MuteView<'a> {
    /// The request.
    pub request: &'a RequestId,
    /// The recipient of the reminders.
    pub address: &'a MailAddress,
    /// The path that the button posts to.
    pub action: &'a str,
}

/// Renders the confirmation page. Opening it changes nothing.
pub fn confirm_mute(presentation: &Presentation<'_>, view: &MuteView<'_>) -> Page {
    let words = presentation.words();
    let content = html! {
        p.lead { (inline_code(&(words.mute.confirm)(view.request.as_str(), view.address.as_str()))) }
        div.actions { form method="post" action=(view.action) { button type="submit" { (words.mute.confirm_button) } } }
        p { (words.mute.confirm_stays_open) }
        p.soft { (words.general.changes_nothing) }
    };
    Frame { heading: words.mute.confirm_heading, ..Frame::default() }.around(presentation, &content)
}

/// Renders the result page.
pub fn muted(presentation: &Presentation<'_>, view: &MuteView<'_>) -> Page {
    let words = &presentation.words().mute;
    let content = html! {
        p.lead { (inline_code(&(words.muted)(view.request.as_str(), view.address.as_str()))) }
        p { (words.muted_next) }
    };
    Frame { heading: words.muted_heading, verdict: Verdict::Good, ..Frame::default() }.around(presentation, &content)
}
