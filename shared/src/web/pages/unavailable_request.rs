//! The page for a request link that is forged, expired, or no longer has anything to show.

use axum::http::StatusCode;
use maud::{Markup, html};

use super::invitation::utc_time;
use super::layout::{Frame, Page, Presentation, Verdict};
use super::{FailureView, Recovery, failure};
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::id::RequestId;
use crate::domain::text::UntrustedText;
use crate::usecases::notify::request_status::RequestLinkError;

/// Renders the page, which says why and what to do. It reveals nothing about the request's state.
pub fn unavailable_request(presentation: &Presentation<'_>, why: &RequestLinkError) -> Page {
    let (heading, request, content) = match why {
        RequestLinkError::Forged(_) => return forged(presentation),
        RequestLinkError::Ended { request, org_domain, at } => {
            let content = html! {
                p { "The link expired on " (utc_time(*at)) "." }
                h2 { "What to do" }
                p { "If we email you about it again, you will get a new link. Until then, your company's Okta team can see the request with " (status(org_domain.as_deref())) "." }
            };
            ("This link has expired", request, content)
        }
        RequestLinkError::Gone { request } => {
            let content = html! {
                p { "Regrant no longer manages the Okta org or the app that the email is about." }
                h2 { "What to do" }
                p { "You don't need to do anything. " (status(None)) " lists the apps that Regrant manages." }
            };
            ("This request no longer exists", request, content)
        }
        RequestLinkError::NoLongerAContact { request } => {
            let content = html! {
                p { "The recipient of the email is no longer a contact for the Okta org, so we can't show you the request." }
                h2 { "What to do" }
                p { "Contact your company's Okta team. They can see the request with " (status(None)) " and its recipients with " code { "regrant org contacts" } "." }
            };
            ("This link is no longer valid", request, content)
        }
    };
    framed(presentation, heading, request, &content)
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

fn framed(presentation: &Presentation<'_>, heading: &str, request: &RequestId, content: &Markup) -> Page {
    let content = html! {
        p { "This link came with an email about request " code { (request) } "." }
        (content)
        p.small { "Opening this page changed nothing." }
    };
    let frame = Frame { status: StatusCode::GONE, heading, verdict: Verdict::Unclear, ..Frame::default() };
    frame.around(&presentation.in_english(), &content)
}

fn status(org_domain: Option<&str>) -> Markup {
    html! {
        code { "regrant status" @if let Some(org) = org_domain { " --org " (UntrustedText::new(org)) } }
    }
}
