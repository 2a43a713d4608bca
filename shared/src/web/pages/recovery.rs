//! What a person can do when a consent stopped: start again, use a different account, or forward it to someone else.

use maud::{Markup, html};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::Subject;
use super::layout::Presentation;
use crate::words::pages::PageWords;

/// Everything but the unreserved characters of RFC 3986, for the fields of a `mailto:` URL (RFC 6068).
const MAILTO: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The ways on from a page.
#[derive(Debug, Clone, Default)]
pub struct Recovery {
    /// The path of the invitation, if this browser may know it and it is still open.
    pub invitation: Option<String>,
    /// The same as an absolute link, to forward.
    pub link: Option<String>,
    /// The path of the session's page, if the session can continue.
    pub session: Option<String>,
    /// The origin of Microsoft's sign-in page, to which a new attempt with a different account leads.
    pub sign_in: Option<Url>,
}

impl Recovery {
    /// A link that leads back to the invitation's page.
    pub(super) fn start_again(&self, words: &PageWords, class: &str) -> Markup {
        html! {
            @if let Some(path) = &self.invitation { a class=(class) href=(path) { (words.recovery.start_again) } }
        }
    }

    /// A button that signs in again and lets the person choose the account.
    pub(super) fn switch_account(&self, words: &PageWords, class: &str) -> Markup {
        html! {
            @if let Some(path) = &self.invitation {
                form method="post" action=(path) {
                    input type="hidden" name="account" value="other";
                    button type="submit" class=(class) { (words.recovery.switch_account) }
                }
            }
        }
    }

    /// A link that leads back to the session's page.
    pub(super) fn back_to_steps(&self, words: &PageWords, class: &str) -> Markup {
        html! {
            @if let Some(path) = &self.session { a class=(class) href=(path) { (words.recovery.back_to_steps) } }
        }
    }
}

/// The prepared text to forward, and a link that opens it in the mail program.
pub(super) fn forward(presentation: &Presentation<'_>, subject: &Subject, link: &str) -> Markup {
    let (words, text) = (&presentation.words().recovery, forward_text(presentation, subject, link));
    html! {
        p { (words.forward_help) }
        p {
            label for="forward-text" { (words.forward_heading) }
            textarea id="forward-text" readonly rows="9" { (text) }
        }
        div.actions { a.button.secondary href=(mailto(presentation, subject, link)) { (words.forward) } }
    }
}

/// A `mailto:` URL with the prepared text and no recipient.
pub(super) fn mailto(presentation: &Presentation<'_>, subject: &Subject, link: &str) -> String {
    let words = &presentation.words().recovery;
    let encoded = |text: &str| utf8_percent_encode(text, MAILTO).to_string();
    // RFC 6068 section 5: line breaks in the body are CRLF.
    let body = forward_text(presentation, subject, link).replace('\n', "\r\n");
    format!(
        "mailto:?subject={}&body={}",
        encoded(&(words.forward_subject)(&subject.names(presentation.words()))),
        encoded(&body)
    )
}

fn forward_text(presentation: &Presentation<'_>, subject: &Subject, link: &str) -> String {
    let request = subject.request.as_ref().map(crate::domain::id::RequestId::as_str);
    (presentation.words().recovery.forward_text)(&subject.names(presentation.words()), link, request)
}
