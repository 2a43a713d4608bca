//! The invitation page: what will happen, who can approve, and how to check that the page is genuine. Opening it changes nothing.

use jiff::Timestamp;
use maud::{Markup, html};
use url::Url;

use super::layout::{Frame, Page, Presentation};
use super::permissions::permissions;
use super::recovery::forward;
use super::steps::{StepState, steps};
use super::{Subject, technical_details};
use crate::domain::cloud::Cloud;
use crate::domain::id::InvitationId;
use crate::domain::permission::Permission;
use crate::emails::inline_code;
use crate::settings::PublicUrl;
use crate::words::pages::PageWords;

/// The data of the page.
#[derive(Debug)]
pub struct InvitationView<'a> {
    /// The app.
    pub subject: &'a Subject,
    /// The invitation.
    pub invitation: &'a InvitationId,
    /// When the link expires.
    pub expires_at: Timestamp,
    /// The Microsoft cloud.
    pub cloud: Cloud,
    /// Where administrators sign in; `None` if the org waives the sign-in.
    pub sign_in: Option<&'a Url>,
    /// The permissions that Okta will ask for.
    pub permissions: &'a [Permission],
    /// The address of the pages.
    pub public_url: &'a PublicUrl,
    /// The path that the button posts to, which is also the link's own path.
    pub action: &'a str,
}

/// Renders the page.
pub fn invitation(presentation: &Presentation<'_>, view: &InvitationView<'_>) -> Page {
    let (subject, all) = (view.subject, presentation.words());
    let (words, names) = (&all.invitation, subject.names(all));
    let content = html! {
        p.lead { ((words.lead)(&names)) }
        div.actions {
            form method="post" action=(view.action) {
                button type="submit" {
                    @if view.sign_in.is_some() { (words.start) } @else { (words.start_without_sign_in) }
                }
            }
        }
        dl.facts {
            (subject.facts(all))
            @if view.cloud != Cloud::Global { dt { (all.labels.cloud) } dd { (view.cloud) } }
        }
        p { ((words.who)(&names)) }
        h2 { (words.steps_heading) }
        ol {
            @if let Some(sign_in) = view.sign_in {
                li { (inline_code(&(words.step_sign_in)(sign_in.host_str().unwrap_or_default()))) }
            }
            li { (words.step_accept) }
            li { (words.step_copy) }
        }
        p.soft {
            @if view.sign_in.is_some() { (words.nothing_changes) } @else { (words.nothing_changes_without_sign_in) }
        }
        div.details {
            details { summary { (words.permissions_heading) } (permissions(all, view.permissions)) }
            (genuine(all, view))
            details {
                summary { (all.recovery.forward_heading) }
                (forward(presentation, subject, view.public_url.at(view.action).as_str()))
            }
            details { summary { (words.console_heading) } p { ((words.console_steps)(&names)) } }
            (technical_details(all, &[
                (all.facts.invitation, view.invitation.as_str()),
                (all.facts.link_expires, &all.labels.utc_time(view.expires_at)),
            ], &html! {}))
        }
    };
    let first = if view.sign_in.is_some() { StepState::Current } else { StepState::NotNeeded };
    let second = if view.sign_in.is_some() { StepState::Next } else { StepState::Current };
    let form_targets: Vec<Url> = view.sign_in.into_iter().cloned().collect();
    let frame = Frame {
        heading: words.heading,
        before_heading: steps(all, [first, second, StepState::Next]),
        form_targets: &form_targets,
        ..Frame::default()
    };
    frame.around(presentation, &content)
}

fn genuine(all: &PageWords, view: &InvitationView<'_>) -> Markup {
    let words = &all.invitation;
    html! {
        details {
            summary { (words.genuine_heading) }
            ul {
                li { (inline_code(&(words.genuine_address)(&view.public_url.to_string(), view.public_url.is_https()))) }
                @if let Some(request) = &view.subject.request {
                    li { (inline_code(&(words.genuine_request)(request.as_str()))) }
                }
                li { ((words.genuine_ask)(&view.subject.org_domain)) }
                li { (words.genuine_no_secret) }
            }
        }
    }
}
