//! The request page for operators: the current state of what their email reported. It is read-only, so it has no form.

use jiff::Timestamp;
use maud::{Markup, html};

use super::invitation::utc_time;
use super::layout::{Frame, Page, Presentation};
use super::subject;
use crate::domain::access_problem::{AccessProblem, AccessProblemKind};
use crate::domain::app::AppRecord;
use crate::domain::cloud::Cloud;
use crate::domain::request::Ended;
use crate::domain::text::UntrustedText;
use crate::domain::waiver::Waiver;
use crate::emails::{
    OperatorInstructions, access_problem_title, inline_code, instructions_for_access_problem, instructions_for_app,
};
use crate::settings::PublicUrl;
use crate::usecases::notify::request_status::{RequestState, RequestStatus};

/// The longest error message shown, in characters.
const MAX_DETAIL: usize = 300;

/// The data of the page.
#[derive(Debug)]
pub struct RequestView<'a> {
    /// The request.
    pub looked_up: &'a RequestStatus,
    /// The address of the pages.
    pub public_url: Option<&'a PublicUrl>,
}

/// Renders the page.
pub fn request(presentation: &Presentation<'_>, view: &RequestView<'_>) -> Page {
    let id = &view.looked_up.request;
    let (state, content) = match &view.looked_up.state {
        RequestState::Open { app, waived_until, expired_waiver } => {
            let state = if waived_until.is_some() { "postponed" } else { "action needed" };
            (state, open(view, app, *waived_until, expired_waiver.as_ref()))
        }
        RequestState::AccessProblem(problem) => (access_problem_title(&problem.kind), access_problem(view, problem)),
        RequestState::Closed { app, ended } => ("no action needed", closed(view, app, ended.as_ref())),
        RequestState::AccessProblemSolved(kind) => ("no action needed", solved(view, kind)),
    };
    let heading = format!("Request {id}: {state}");
    let content = html! {
        p { "Compare this page with your email. Both must name request " strong { code { (id) } } ". An email that names a different request did not come from us." }
        (content)
        (authenticity_checks(view))
    };
    Frame { heading: &heading, ..Frame::default() }.around(&presentation.in_english(), &content)
}

fn open(view: &RequestView<'_>, app: &AppRecord, until: Option<Timestamp>, waiver: Option<&Waiver>) -> Markup {
    let org = &view.looked_up.org;
    html! {
        @if let Some(until) = until {
            p { strong { "Your team postponed this app until " (utc_time(until)) ". No action is needed before then." } }
        }
        dl.facts {
            (app_facts(view, app))
            dt { "Status" } dd { code { (app.standing()) } ": " (app.standing().meaning()) }
            @if let Some(last) = &app.last_known {
                dt { "Last known" } dd { code { (last.standing) } "; checked " (utc_time(last.as_of)) }
            }
            dt { "Since" } dd { (utc_time(app.since.unwrap_or(app.as_of))) }
            @if let Some(reason) = app.assessment.reasons.first() {
                dt { "Finding" } dd { (UntrustedText::new(reason.as_str())) }
            }
            dt { "Checked" } dd { (utc_time(app.as_of)) }
            @if let Some(waiver) = waiver {
                dt { "Postponed until" } dd { (utc_time(waiver.ends_at)) }
                dt { "Reason" } dd { (waiver.reason) }
            }
            (link_expiry(view))
        }
        (instructions(&instructions_for_app(org, app)))
    }
}

fn access_problem(view: &RequestView<'_>, problem: &AccessProblem) -> Markup {
    let detail: String = problem.detail.chars().take(MAX_DETAIL).collect();
    html! {
        dl.facts {
            (problem_facts(view, &problem.kind))
            dt { "Since" } dd { (utc_time(problem.since)) }
            @if let Some(end) = problem.kind.ends_at() { dt { "Expires" } dd { (utc_time(end)) } }
            @if !detail.is_empty() { dt { "Error" } dd { (UntrustedText::new(detail)) } }
            (link_expiry(view))
        }
        (instructions(&instructions_for_access_problem(&view.looked_up.org, problem, utc_time)))
    }
}

fn closed(view: &RequestView<'_>, app: &AppRecord, ended: Option<&Ended>) -> Markup {
    html! {
        @match ended {
            Some(ended) => p { "This request was closed on " (utc_time(ended.at)) ". " (ended.standing.meaning()) },
            None => p { "This request is closed. If the app needs action again, we will send a new email about a new request." },
        }
        dl.facts {
            (app_facts(view, app))
            @if let Some(ended) = ended { dt { "Status then" } dd { code { (ended.standing) } } }
            (link_expiry(view))
        }
    }
}

fn solved(view: &RequestView<'_>, kind: &AccessProblemKind) -> Markup {
    html! {
        p { "The last check found that this problem is solved." }
        dl.facts { (problem_facts(view, kind)) (link_expiry(view)) }
    }
}

fn app_facts(view: &RequestView<'_>, app: &AppRecord) -> Markup {
    let org = &view.looked_up.org;
    let subject = subject(org, app);
    html! {
        (org_facts(view))
        dt { "App in Okta" } dd { (subject.label) " (" (app.identity.app) ")" }
        dt { "Microsoft tenant" } dd { (subject.tenant_domain) }
        @if org.cloud != Cloud::Global { dt { "Microsoft cloud" } dd { (org.cloud) } }
    }
}

fn problem_facts(view: &RequestView<'_>, kind: &AccessProblemKind) -> Markup {
    let place = kind.affected();
    html! {
        (org_facts(view))
        dt { "Problem" } dd { (access_problem_title(kind)) }
        @if !place.is_empty() { dt { "Where" } dd { (place) } }
    }
}

fn org_facts(view: &RequestView<'_>) -> Markup {
    html! {
        dt { "Request" } dd { code { (view.looked_up.request) } }
        dt { "Okta org" } dd { (UntrustedText::new(view.looked_up.org.domain())) }
    }
}

fn link_expiry(view: &RequestView<'_>) -> Markup {
    html! { dt { "This link expires" } dd { (utc_time(view.looked_up.link_ends_at)) } }
}

fn instructions(instructions: &OperatorInstructions) -> Markup {
    html! {
        h2 { "What happened" }
        @for paragraph in &instructions.situation { p { (inline_code(paragraph)) } }
        @if let Some(who) = &instructions.who { p { strong { "Who can do this: " } (inline_code(who)) } }
        h2 { "How to do it" }
        @if let Some(command) = &instructions.command {
            p { "Use Regrant's command line: " code { (command) } }
            p { "Or do it yourself in Okta:" }
        }
        ol { @for step in &instructions.steps { li { (inline_code(step)) } } }
    }
}

/// How to check that the page is genuine.
fn authenticity_checks(view: &RequestView<'_>) -> Markup {
    let org = view.looked_up.org.domain();
    html! {
        h2 { "How to check that this page is genuine" }
        ul {
            @if let Some(url) = view.public_url {
                li { "The address bar shows " code { (url) } @if url.is_https() { ", and your browser shows the connection as secure" } "." }
            }
            li { code { "regrant status --org " (UntrustedText::new(org)) } " shows the same request, even after this link has expired. If we email you again, you will get a new link." }
            li { "This page is read-only. We will never ask you for a password or a code by email, chat or phone." }
        }
        p.small { "Opening this page changes nothing." }
    }
}
