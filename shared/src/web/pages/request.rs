//! The request page for operators: the current state of what their email reported. It is read-only, so it has no form.

use jiff::Timestamp;
use maud::{Markup, html};

use super::layout::{Frame, Page, Presentation, Verdict};
use super::{subject, wrappable};
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
use crate::words::{Words, words};

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

/// The page with its reader's words.
struct RequestPage<'a> {
    view: &'a RequestView<'a>,
    presentation: &'a Presentation<'a>,
    words: &'static Words,
}

/// Renders the page.
pub fn request(presentation: &Presentation<'_>, view: &RequestView<'_>) -> Page {
    let page = RequestPage { view, presentation, words: words(presentation.language) };
    let (id, words) = (&view.looked_up.request, &page.words.pages.request);
    let (state, verdict, content) = match &view.looked_up.state {
        RequestState::Open { app, waived_until, expired_waiver } => {
            let state = if waived_until.is_some() { words.postponed } else { words.action_needed };
            (state, Verdict::Unclear, page.open(app, *waived_until, expired_waiver.as_ref()))
        }
        RequestState::AccessProblem(problem) => {
            (access_problem_title(&problem.kind, presentation.language), Verdict::Unclear, page.access_problem(problem))
        }
        RequestState::Closed { app, ended } => {
            // A newer request may be open, so only the recorded end says that all is well.
            let verdict = if ended.is_some() { Verdict::Good } else { Verdict::None };
            (words.no_action_needed, verdict, page.closed(app, ended.as_ref()))
        }
        RequestState::AccessProblemSolved(kind) => (words.no_action_needed, Verdict::Good, page.solved(kind)),
    };
    let content = html! {
        (content)
        (page.authenticity_checks())
    };
    Frame { heading: &(words.heading)(id.as_str(), state), verdict, ..Frame::default() }.around(presentation, &content)
}

impl RequestPage<'_> {
    fn time(&self, at: Timestamp) -> String {
        self.words.labels.utc_time(at)
    }

    fn open(&self, app: &AppRecord, until: Option<Timestamp>, waiver: Option<&Waiver>) -> Markup {
        let (labels, words) = (&self.words.labels, &self.words.pages.request);
        let instructions = instructions_for_app(&self.view.looked_up.org, app, self.presentation.language);
        html! {
            @if let Some(until) = until {
                p.lead { ((words.postponed_until)(&self.time(until))) }
            }
            (self.instructions(&instructions))
            dl.facts {
                (self.app_facts(app))
                dt { (labels.status) } dd { code { (app.standing()) } ": " ((self.words.general.standing)(app.standing())) }
                @if let Some(last) = &app.last_known {
                    dt { (words.last_known) }
                    dd { code { (last.standing) } "; " ((words.checked_at)(&self.time(last.as_of))) }
                }
                dt { (labels.since) } dd { (self.time(app.since.unwrap_or(app.as_of))) }
                @if let Some(reason) = app.assessment.reasons.first() {
                    dt { (labels.finding) } dd lang="en" { (UntrustedText::new(reason.as_str())) }
                }
                dt { (words.checked) } dd { (self.time(app.as_of)) }
                @if let Some(waiver) = waiver {
                    dt { (self.words.waiver_expired.postponed_until) } dd { (self.time(waiver.ends_at)) }
                    dt { (self.words.waiver_expired.reason) } dd { (waiver.reason) }
                }
                (self.link_expiry())
            }
        }
    }

    fn access_problem(&self, problem: &AccessProblem) -> Markup {
        let (labels, words) = (&self.words.labels, &self.words.access_problem);
        let detail: String = problem.detail.chars().take(MAX_DETAIL).collect();
        let (org, language) = (&self.view.looked_up.org, self.presentation.language);
        html! {
            (self.instructions(&instructions_for_access_problem(org, problem, language, |at| self.time(at))))
            dl.facts {
                (self.problem_facts(&problem.kind))
                dt { (labels.since) } dd { (self.time(problem.since)) }
                @if let Some(end) = problem.kind.ends_at() { dt { (words.expires) } dd { (self.time(end)) } }
                @if !detail.is_empty() { dt { (words.error_detail) } dd lang="en" { (UntrustedText::new(detail)) } }
                (self.link_expiry())
            }
        }
    }

    fn closed(&self, app: &AppRecord, ended: Option<&Ended>) -> Markup {
        let words = &self.words.pages.request;
        html! {
            p.lead {
                @match ended {
                    Some(ended) => { ((words.closed_on)(&self.time(ended.at))) " " ((words.meaning)(ended.standing)) },
                    None => (words.closed),
                }
            }
            dl.facts {
                (self.app_facts(app))
                @if let Some(ended) = ended { dt { (words.status_then) } dd { code { (ended.standing) } } }
                (self.link_expiry())
            }
        }
    }

    fn solved(&self, kind: &AccessProblemKind) -> Markup {
        html! {
            p.lead { (self.words.pages.request.solved) }
            dl.facts { (self.problem_facts(kind)) (self.link_expiry()) }
        }
    }

    fn app_facts(&self, app: &AppRecord) -> Markup {
        let (labels, org) = (&self.words.labels, &self.view.looked_up.org);
        let subject = subject(org, app);
        html! {
            (self.org_facts())
            dt { (labels.app) } dd { (subject.label) " (" (app.identity.app) ")" }
            dt { (labels.tenant) } dd { (wrappable(subject.tenant(&self.words.pages))) }
            @if org.cloud != Cloud::Global { dt { (labels.cloud) } dd { (org.cloud) } }
        }
    }

    fn problem_facts(&self, kind: &AccessProblemKind) -> Markup {
        let place = kind.affected();
        html! {
            (self.org_facts())
            dt { (self.words.pages.request.problem) } dd { (access_problem_title(kind, self.presentation.language)) }
            @if !place.is_empty() { dt { (self.words.access_problem.place) } dd { (place) } }
        }
    }

    fn org_facts(&self) -> Markup {
        let labels = &self.words.labels;
        html! {
            dt { (labels.request) } dd { code { (self.view.looked_up.request) } }
            dt { (labels.org) } dd { (wrappable(&self.view.looked_up.org.domain())) }
        }
    }

    fn link_expiry(&self) -> Markup {
        html! { dt { (self.words.pages.facts.link_expires) } dd { (self.time(self.view.looked_up.link_ends_at)) } }
    }

    fn instructions(&self, instructions: &OperatorInstructions) -> Markup {
        let (words, operator) = (&self.words.pages.request, &self.words.operator);
        html! {
            h2 { (words.situation_heading) }
            @for paragraph in &instructions.situation { p { (inline_code(paragraph)) } }
            @if let Some(who) = &instructions.who { p { (inline_code(&(words.who)(who))) } }
            h2 { (operator.how_heading) }
            @if let Some(command) = &instructions.command {
                p { (inline_code(&(words.use_command)(command))) }
                p { (operator.or_in_console) }
            }
            @if let [step] = instructions.steps.as_slice() {
                p { (inline_code(step)) }
            } @else {
                ol { @for step in &instructions.steps { li { (inline_code(step)) } } }
            }
        }
    }

    /// How to check that the page is genuine.
    fn authenticity_checks(&self) -> Markup {
        let (pages, words) = (&self.words.pages, &self.words.pages.request);
        let command = status_command(Some(&self.view.looked_up.org.domain()));
        html! {
            h2 { (pages.invitation.genuine_heading) }
            ul {
                li { (inline_code(&(words.compare)(self.view.looked_up.request.as_str()))) }
                @if let Some(url) = self.view.public_url {
                    li { (inline_code(&(pages.invitation.genuine_address)(&url.to_string(), url.is_https()))) }
                }
                li { (inline_code(&(words.status_shows)(&command))) }
                li { (words.read_only) }
            }
            p.soft { (pages.general.changes_nothing) }
        }
    }
}

/// The command that shows a request, for an org if its host is known.
pub(super) fn status_command(org_domain: Option<&str>) -> String {
    match org_domain {
        Some(org) => format!("regrant status --org {}", UntrustedText::new(org)),
        None => "regrant status".to_owned(),
    }
}
