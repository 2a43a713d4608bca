//! The completion page: the verified state in Okta and at Microsoft, and the steps left to clean up.

use jiff::Timestamp;
use maud::{Markup, html};

use super::layout::{Frame, Page, Presentation, Verdict};
use super::permissions::permission_name;
use super::steps::{StepState, steps};
use super::{Subject, technical_details, wrappable};
use crate::domain::grant::GrantsRead;
use crate::domain::id::SessionId;
use crate::domain::permission::PermissionCatalogue;
use crate::domain::save::Verification;
use crate::domain::session::Administrator;
use crate::domain::text::UntrustedText;
use crate::emails::inline_code;
use crate::words::pages::PageWords;

/// The most failed tasks that the page lists.
const MAX_TASKS: usize = 10;

/// A provisioning task that failed before the connection was saved.
#[derive(Debug, Clone, Copy)]
pub struct TaskToRetry<'a> {
    /// When it failed.
    pub failed_at: Timestamp,
    /// The event type in Okta's System Log.
    pub event_type: &'a str,
    /// The affected user or group.
    pub target: Option<&'a UntrustedText>,
}

/// The data of the page.
#[derive(Debug)]
pub struct DoneView<'a> {
    /// The app.
    pub subject: &'a Subject,
    /// The session.
    pub session: &'a SessionId,
    /// The administrator who consented.
    pub administrator: Option<&'a Administrator>,
    /// The result of the read-back.
    pub verification: &'a Verification,
    /// The expected permissions.
    pub permissions: &'a PermissionCatalogue,
    /// Whether Okta accepted the text of its page from this session.
    pub text_accepted: bool,
    /// The failed provisioning tasks, oldest first.
    pub tasks: &'a [TaskToRetry<'a>],
}

/// Renders the page.
pub fn done(presentation: &Presentation<'_>, view: &DoneView<'_>) -> Page {
    let all = presentation.words();
    let names = view.subject.names(all);
    let (words, verification) = (&all.done, view.verification);
    let verified = verification.grants.as_ref().is_some_and(|grants| grants.suffices(view.permissions));
    let content = html! {
        p.lead { @if verified { ((words.lead)(&names)) } @else { ((words.lead_okta_only)(&names)) } }
        dl.facts {
            dt { (words.in_okta) } dd.good { (words.connection_on) }
            dt { (words.at_microsoft) }
            @if verified { dd.good { (words.all_granted) } } @else { dd.wait { (words.not_verified) } }
            (view.subject.facts(all))
            @if let Some(administrator) = view.administrator {
                dt { (words.signed_in_by) } dd { (wrappable(administrator.username.raw())) }
            }
            dt { (words.checked) } dd { (all.labels.utc_time(verification.at)) }
        }
        @if verification.grants.is_none() {
            p { ((words.not_checked)(verification.grants_unread.as_deref().unwrap_or(words.unknown_reason))) }
        }
        h2 { (words.next_heading) }
        h3 { (words.old_account_heading) }
        @for sentence in words.old_account { p { (sentence) } }
        h3 { (words.tasks_heading) }
        (tasks(all, view.tasks))
        p { (words.revoke) }
        div.details {
            @if let Some(grants) = &verification.grants {
                details open[!verified] { summary { (words.permissions_heading) } (evidence(all, grants, view.permissions)) }
            }
            (technical_details(all, &[(all.facts.session, view.session.as_str())], &html! {}))
        }
    };
    let (heading, verdict) =
        if verified { (words.heading_verified, Verdict::Good) } else { (words.heading_okta_only, Verdict::Unclear) };
    let first = if view.administrator.is_some() { StepState::Done } else { StepState::NotNeeded };
    let second = if verified { StepState::Done } else { StepState::NotSeen };
    let third = if view.text_accepted { StepState::Done } else { StepState::NotNeeded };
    let frame = Frame { heading, verdict, before_heading: steps(all, [first, second, third]), ..Frame::default() };
    frame.around(presentation, &content)
}

fn tasks(all: &PageWords, tasks: &[TaskToRetry<'_>]) -> Markup {
    let words = &all.done;
    if tasks.is_empty() {
        return html! { p { (words.no_tasks) } };
    }
    let more = tasks.len().saturating_sub(MAX_TASKS);
    html! {
        p { ((words.tasks)(tasks.len() as u64)) " " (words.how_to_retry) }
        table role="table" {
            thead role="rowgroup" {
                tr role="row" {
                    @for heading in [words.time, words.target, words.event] { th scope="col" role="columnheader" { (heading) } }
                }
            }
            tbody role="rowgroup" {
                @for task in tasks.iter().take(MAX_TASKS) {
                    tr role="row" {
                        td role="cell" { (all.labels.utc_time(task.failed_at)) }
                        td role="cell" data-name=(words.target) { @match task.target { Some(target) => (target), None => "–" } }
                        td role="cell" data-name=(words.event) { (permission_name(task.event_type)) }
                    }
                }
            }
        }
        @if more > 0 { p { (inline_code(&(words.tasks_more)(more as u64))) } }
    }
}

fn evidence(all: &PageWords, grants: &GrantsRead, expected: &PermissionCatalogue) -> Markup {
    let (words, comparison) = (&all.done, grants.compare(expected));
    html! {
        @if let Some(principal) = &grants.principal {
            dl.facts {
                dt { (words.application) } dd { (principal.display_name) }
                dt { (words.client_id) } dd { code { (principal.app_id) } }
                dt { (words.publisher) }
                dd {
                    @match &principal.verified_publisher {
                        Some(name) => ((words.publisher_verified)(&name.to_string())),
                        None => (words.publisher_not_verified),
                    }
                }
                dt { (words.sign_in_enabled) }
                dd { @if principal.account_enabled { (words.yes) } @else { span.bad { (words.no_disabled) } } }
            }
        } @else {
            p { (words.no_application) }
        }
        @if !comparison.missing_required.is_empty() {
            p.bad { strong { ((words.missing)(&comparison.missing_required.join(", "))) } }
        }
        @if !comparison.missing_optional.is_empty() {
            p { ((words.missing_optional)(&comparison.missing_optional.join(", "))) }
        }
        @if !comparison.unexpected.is_empty() {
            p { ((words.unexpected)(&UntrustedText::new(comparison.unexpected.join(", ")).to_string())) }
        }
        table role="table" {
            thead role="rowgroup" {
                tr role="row" {
                    @for heading in [all.labels.permission, words.granted] { th scope="col" role="columnheader" { (heading) } }
                }
            }
            tbody role="rowgroup" {
                @for grant in &grants.grants {
                    tr role="row" {
                        td role="cell" { (permission_name(&grant.permission)) }
                        td role="cell" data-name=(words.granted) { ((all.labels.grant_scope)(&grant.grant)) }
                    }
                }
            }
        }
    }
}
