//! The outbox: emails that were written and not sent. For demonstrations.

use axum::http::StatusCode;
use maud::html;

use super::layout::{Frame, Page};
use crate::domain::text::UntrustedText;

/// One email of the list.
#[derive(Debug)]
pub struct OutboxLine {
    /// Its number, from 1.
    pub number: usize,
    /// Who it is to.
    pub to: String,
    /// What it is about.
    pub subject: String,
}

/// The list, the newest first.
pub fn outbox(emails: &[OutboxLine]) -> Page {
    let part = html! {
        p { "These emails would have been mailed. In this demonstration nobody gets them." }
        @if emails.is_empty() { p { "None yet: a scan finds what there is to tell." } }
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
    Frame { status: StatusCode::OK, heading: "Outbox", form_targets: &[] }.around(&part)
}
