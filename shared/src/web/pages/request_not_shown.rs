//! A link of an email that shows nothing: it is none of ours, has ended, or has nothing to show any more.

use axum::http::StatusCode;
use maud::{Markup, html};

use super::invitation::day;
use super::layout::{Frame, Page};
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::id::RequestId;
use crate::domain::text::UntrustedText;
use crate::usecases::notify::request_status::RequestLinkError;
use crate::web::consent::failure_page;

/// The page that says why, and what to do. It tells nothing of how the request stands.
pub fn request_not_shown(why: &RequestLinkError) -> Page {
    let (heading, request, part) = match why {
        RequestLinkError::Forged(_) => return failure_page(ConsentFailure::LinkForged, None, None, None, false),
        RequestLinkError::Ended { request, org_domain, at } => {
            let part = html! {
                p { "The link ended on " (day(*at)) ", and nothing happens here any more." }
                h2 { "What to do" }
                p { "The next email about it, if there is one, brings a new link. Until then " (status(org_domain.as_deref())) " shows how it stands, to whoever looks after Okta at your company." }
            };
            ("This link has ended", request, part)
        }
        RequestLinkError::Gone { request } => {
            let part = html! {
                p { "The Okta org or the app that the email is about is not looked after here any more." }
                h2 { "What to do" }
                p { "Nothing. " (status(None)) " shows what is looked after." }
            };
            ("There is nothing to show any more", request, part)
        }
        RequestLinkError::NoLongerAContact { request } => {
            let part = html! {
                p { "The email with this link went to somebody whom this installation does not write to about the Okta org any more, so the link shows nothing." }
                h2 { "What to do" }
                p { "Ask whoever looks after Okta at your company. " (status(None)) " shows them how it stands, and " code { "regrant org contacts" } " who is written to." }
            };
            ("This link shows nothing any more", request, part)
        }
    };
    named(heading, request, &part)
}

fn named(heading: &str, request: &RequestId, part: &Markup) -> Page {
    let part = html! {
        p { "This link is of an email about request " code { (request) } "." }
        (part)
        p.small { "Nothing has been changed by opening this page." }
    };
    Frame { status: StatusCode::GONE, heading, form_targets: &[] }.around(&part)
}

fn status(org_domain: Option<&str>) -> Markup {
    html! {
        code { "regrant status" @if let Some(org) = org_domain { " --org " (UntrustedText::new(org)) } }
    }
}
