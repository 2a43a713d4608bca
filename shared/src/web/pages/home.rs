//! The root page, which says what this service is, and the 404 page.

use axum::http::StatusCode;
use maud::html;

use super::layout::{Frame, Page, Presentation, Verdict};
use crate::emails::inline_code;

/// Renders the root page.
pub fn home(presentation: &Presentation<'_>) -> Page {
    let words = &presentation.words().home;
    let content = html! {
        p.lead { (words.lead) }
        h2 { (words.administrators_heading) }
        p { (words.administrators) }
        h2 { (words.operators_heading) }
        p { (inline_code(words.operators)) }
        p.soft { (words.no_secret) }
    };
    Frame { heading: words.heading, ..Frame::default() }.around(presentation, &content)
}

/// Renders the page for a path that does not exist.
pub fn not_found(presentation: &Presentation<'_>) -> Page {
    let words = &presentation.words().not_found;
    let content = html! {
        p.lead { (words.lead) }
        p { (words.next_step) }
        div.actions { a.button.secondary href="/" { (words.home) } }
    };
    let frame =
        Frame { status: StatusCode::NOT_FOUND, heading: words.heading, verdict: Verdict::Unclear, ..Frame::default() };
    frame.around(presentation, &content)
}
