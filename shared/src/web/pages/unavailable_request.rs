//! The page for a request link that is forged, expired, or no longer has anything to show.

use axum::http::StatusCode;
use maud::html;

use super::layout::{Frame, Page, Presentation, Verdict};
use super::request::status_command;
use super::{FailureView, Recovery, failure};
use crate::domain::failure::consent::ConsentFailure;
use crate::emails::inline_code;
use crate::usecases::notify::request_status::RequestLinkError;

/// Renders the page, which says why and what to do. It reveals nothing about the request's state.
pub fn unavailable_request(presentation: &Presentation<'_>, why: &RequestLinkError) -> Page {
    let (words, labels) = (&presentation.words().request, &presentation.words().labels);
    let (heading, request, what_happened, next_step) = match why {
        RequestLinkError::Forged(_) => return forged(presentation),
        RequestLinkError::Ended { request, org_domain, at } => (
            words.expired_heading,
            request,
            (words.expired_on)(&labels.utc_time(*at)),
            (words.expired_next)(&status_command(org_domain.as_deref())),
        ),
        RequestLinkError::Gone { request } => {
            (words.gone_heading, request, words.gone.to_owned(), words.gone_next.to_owned())
        }
        RequestLinkError::NoLongerAContact { request } => {
            (words.not_a_contact_heading, request, words.not_a_contact.to_owned(), words.not_a_contact_next.to_owned())
        }
    };
    let content = html! {
        p.lead { (what_happened) }
        p { (inline_code(&(words.came_with_email)(request.as_str()))) }
        h2 { (presentation.words().recovery.heading) }
        p { (inline_code(&next_step)) }
        p.soft { (words.changed_nothing) }
    };
    let frame = Frame { status: StatusCode::GONE, heading, verdict: Verdict::Unclear, ..Frame::default() };
    frame.around(presentation, &content)
}

fn forged(presentation: &Presentation<'_>) -> Page {
    let view = FailureView {
        failure: ConsentFailure::LinkForged,
        code: None,
        session: None,
        subject: None,
        okta_changed: None,
        operators_notified: false,
        recovery: Recovery::default(),
    };
    failure(presentation, &view)
}
