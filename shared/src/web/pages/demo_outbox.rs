//! The outbox of the demo: emails that were written but not sent.

use maud::html;

use super::layout::{Frame, Page, Presentation};
use crate::domain::text::UntrustedText;

/// One email in the list.
#[derive(Debug)]
pub struct OutboxLine {
    /// Its number, starting at 1.
    pub number: usize,
    /// The recipient.
    pub to: String,
    /// The subject.
    pub subject: String,
}

/// Renders the list, newest first.
pub fn outbox(presentation: &Presentation<'_>, emails: &[OutboxLine]) -> Page {
    let content = html! {
        p { "In this demo, Regrant shows its emails here instead of sending them." }
        @if emails.is_empty() { p { "No emails yet. Run a scan to create some." } }
        @else {
            table {
                thead { tr { th scope="col" { "To" } th scope="col" { "Subject" } th.whole scope="col" { "As text" } } }
                tbody {
                    @for email in emails.iter().rev() {
                        tr {
                            td { (UntrustedText::new(email.to.as_str())) }
                            td { a href=(format!("/outbox/{}", email.number)) { (UntrustedText::new(email.subject.as_str())) } }
                            td.whole { a href=(format!("/outbox/{}/text", email.number)) { "text" } }
                        }
                    }
                }
            }
        }
    };
    Frame { heading: "Outbox", ..Frame::default() }.around(&presentation.in_english(), &content)
}
