//! The outbox of the demo: emails that were written but not sent.

use maud::html;

use super::layout::{Frame, Page, Presentation};
use super::wrappable;
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
    let words = &presentation.words().outbox;
    let content = html! {
        p.lead { (words.lead) }
        @if emails.is_empty() { p { (words.empty) } }
        @else {
            table role="table" {
                thead role="rowgroup" {
                    tr role="row" {
                        @for heading in [words.to, words.subject, words.as_text] {
                            th scope="col" role="columnheader" { (heading) }
                        }
                    }
                }
                tbody role="rowgroup" {
                    @for email in emails.iter().rev() {
                        tr role="row" {
                            td role="cell" data-name=(words.to) { (wrappable(&email.to)) }
                            td role="cell" data-name=(words.subject) {
                                a href=(format!("/outbox/{}", email.number)) { (UntrustedText::new(email.subject.as_str())) }
                            }
                            td role="cell" { a href=(format!("/outbox/{}/text", email.number)) { (words.text) } }
                        }
                    }
                }
            }
        }
    };
    Frame { heading: words.heading, ..Frame::default() }.around(presentation, &content)
}
