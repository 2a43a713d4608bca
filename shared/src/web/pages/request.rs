//! A request: what an email to an operator told, as it stands now. Nothing can be done here, so there is no form.

use axum::http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};

use super::invitation::day;
use super::layout::{Frame, Page};
use crate::domain::access_problem::{AccessProblem, AccessProblemKind};
use crate::domain::app::AppRecord;
use crate::domain::cloud::Cloud;
use crate::domain::request::Ended;
use crate::domain::text::UntrustedText;
use crate::domain::waiver::Waiver;
use crate::emails::{Asked, asked_about_app, asked_about_problem, problem_in_words};
use crate::settings::PublicUrl;
use crate::usecases::notify::request_status::{RequestState, RequestStatus};
use crate::web::consent::subject;

/// The longest answer of somebody else's that is shown, in characters.
const LONGEST_ANSWER: usize = 300;

/// What the page tells.
#[derive(Debug)]
pub struct RequestView<'a> {
    /// The request.
    pub looked_up: &'a RequestStatus,
    /// Where this page is.
    pub public_url: Option<&'a PublicUrl>,
}

/// The page.
pub fn request(view: &RequestView<'_>) -> Page {
    let id = &view.looked_up.request;
    let (state, part) = match &view.looked_up.state {
        RequestState::Open { app, waived_until, expired_waiver } => {
            let state = if waived_until.is_some() { "left as it is for now" } else { "somebody has to act" };
            (state, open(view, app, *waived_until, expired_waiver.as_ref()))
        }
        RequestState::AccessProblem(problem) => (problem_in_words(&problem.kind), in_problem(view, problem)),
        RequestState::Closed { app, ended } => ("nothing is left to do", closed(view, app, ended.as_ref())),
        RequestState::AccessProblemSolved(kind) => ("nothing is left to do", over(view, kind)),
    };
    let heading = format!("Request {id}: {state}");
    let part = html! {
        p { "Compare it with the email that led you here: both name " strong { code { (id) } } ". If the email with this link names another request, it is not ours." }
        (part)
        (elsewhere(view))
    };
    Frame { status: StatusCode::OK, heading: &heading, form_targets: &[] }.around(&part)
}

fn open(view: &RequestView<'_>, app: &AppRecord, until: Option<Timestamp>, told: Option<&Waiver>) -> Markup {
    let org = &view.looked_up.org;
    html! {
        @if let Some(until) = until {
            p { strong { "The app is left as it is until " (day(until)) ". Nobody has to act before." } }
        }
        dl.facts {
            (of_app(view, app))
            dt { "Where it stands" } dd { code { (app.standing()) } ": " (app.standing().meaning()) }
            @if let Some(last) = &app.last_known {
                dt { "Last known" } dd { code { (last.standing) } ", seen " (day(last.as_of)) }
            }
            dt { "Since" } dd { (day(app.since.unwrap_or(app.as_of))) }
            @if let Some(reason) = app.assessment.reasons.first() {
                dt { "What was seen" } dd { (UntrustedText::new(reason.as_str())) }
            }
            dt { "Assessed" } dd { (day(app.as_of)) }
            @if let Some(waiver) = told {
                dt { "Left alone until" } dd { (day(waiver.ends_at)) }
                dt { "For the reason" } dd { (waiver.reason) }
            }
            (link_ends(view))
        }
        (asked(&asked_about_app(org, app)))
    }
}

fn in_problem(view: &RequestView<'_>, problem: &AccessProblem) -> Markup {
    let answer: String = problem.detail.chars().take(LONGEST_ANSWER).collect();
    html! {
        dl.facts {
            (of_problem(view, &problem.kind))
            dt { "Since" } dd { (day(problem.since)) }
            @if let Some(end) = problem.kind.ends_at() { dt { "Ends" } dd { (day(end)) } }
            @if !answer.is_empty() { dt { "What was answered" } dd { (UntrustedText::new(answer)) } }
            (link_ends(view))
        }
        (asked(&asked_about_problem(&view.looked_up.org, problem, day)))
    }
}

fn closed(view: &RequestView<'_>, app: &AppRecord, ended: Option<&Ended>) -> Markup {
    html! {
        @match ended {
            Some(ended) => p { "This request was closed on " (day(ended.at)) ". " (ended.standing.meaning()) },
            None => p { "This request is closed. If somebody has to act on the app again, another email says so, with a request of its own." },
        }
        dl.facts {
            (of_app(view, app))
            @if let Some(ended) = ended { dt { "Where it stood then" } dd { code { (ended.standing) } } }
            (link_ends(view))
        }
    }
}

fn over(view: &RequestView<'_>, kind: &AccessProblemKind) -> Markup {
    html! {
        p { "What the email told is over, as the last look found." }
        dl.facts { (of_problem(view, kind)) (link_ends(view)) }
    }
}

fn of_app(view: &RequestView<'_>, app: &AppRecord) -> Markup {
    let org = &view.looked_up.org;
    let subject = subject(org, app);
    html! {
        (of_org(view))
        dt { "App in Okta" } dd { (subject.label) " (" (app.identity.app) ")" }
        dt { "Microsoft tenant" } dd { (subject.tenant_domain) }
        @if org.cloud != Cloud::Global { dt { "Microsoft cloud" } dd { (org.cloud) } }
    }
}

fn of_problem(view: &RequestView<'_>, kind: &AccessProblemKind) -> Markup {
    let place = kind.affected();
    html! {
        (of_org(view))
        dt { "What" } dd { (problem_in_words(kind)) }
        @if !place.is_empty() { dt { "Where" } dd { (place) } }
    }
}

fn of_org(view: &RequestView<'_>) -> Markup {
    html! {
        dt { "Request" } dd { code { (view.looked_up.request) } }
        dt { "Okta org" } dd { (UntrustedText::new(view.looked_up.org.domain())) }
    }
}

fn link_ends(view: &RequestView<'_>) -> Markup {
    html! { dt { "This link ends" } dd { (day(view.looked_up.link_ends_at)) } }
}

fn asked(asked: &Asked) -> Markup {
    html! {
        h2 { "What is asked" }
        @for paragraph in &asked.what { p { (marked(paragraph)) } }
        @if let Some(who) = &asked.who { p { strong { "Who has to do this: " } (marked(who)) } }
        h2 { "How to do it" }
        @if let Some(command) = &asked.command {
            p { "With Regrant's command line: " code { (command) } }
            p { "Or yourself, without Regrant:" }
        }
        ol { @for step in &asked.steps { li { (marked(step)) } } }
    }
}

/// Where the same is to be seen by whoever may see more, and how to find out that this page is real.
fn elsewhere(view: &RequestView<'_>) -> Markup {
    let org = view.looked_up.org.domain();
    html! {
        h2 { "How to check that this is real" }
        ul {
            @if let Some(url) = view.public_url {
                li { "The address bar shows " code { (url) } @if url.is_https() { ", and the padlock is closed" } "." }
            }
            li { code { "regrant status --org " (UntrustedText::new(org)) } " shows the same request. It does so after this link has ended, too; the next email, if there is one, brings a new link." }
            li { "This page asks for nothing, and nothing can be done on it. Passwords are typed at Microsoft and at Okta only." }
        }
        p.small { "Nothing has been changed by opening this page." }
    }
}

/// Text with its commands set off.
fn marked(text: &str) -> Markup {
    html! {
        @for (at, part) in text.split('`').enumerate() {
            @if at % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}
