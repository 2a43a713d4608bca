//! Access trouble: Regrant itself cannot look, or soon will not.

use jiff::{SignedDuration, Timestamp};

use super::document::{Block, Document, Tone};
use super::parts::{heading, paragraph};
use super::shown::{SENTENCE, shown};
use super::view::View;
use crate::domain::access_problem::AccessProblemKind;

/// How long an idle API token lives after Okta last answered it 20 days ago (Okta, "Create an API token": 30 days).
const IDLE_LEFT: SignedDuration = SignedDuration::from_hours(24 * 10);

/// The email about `trouble`, which is known `since`.
pub(super) fn access(view: &View<'_>, problem: &AccessProblemKind, since: Timestamp) -> Document {
    let (access, ask) = (&view.words.access, &view.words.ask);
    let end = problem.ends_at();
    let known = view.moment(since);
    let what = (access.what)(problem, &known, end.map(|end| view.day(end)).as_deref());
    let mut blocks = vec![
        Block::Callout(what),
        paragraph((access.meaning)(problem)),
        facts(view, problem, since),
        heading(ask.who),
        paragraph((access.who)(problem, &view.names.org)),
        heading(access.what_to_do),
        Block::Steps((access.steps)(problem, &view.names.org)),
    ];
    blocks.extend(view.request_page());
    blocks.extend([heading(access.needs), needs(view), paragraph(access.microsofts_page)]);
    blocks.extend([heading(ask.when), paragraph(access.best_time)]);
    blocks.extend(view.checks(view.context.link.is_some()));
    blocks.extend(view.follow_up(vec![access.once.to_owned()]));
    let by_when = view.day(end.unwrap_or_else(|| match problem {
        AccessProblemKind::OktaCredentialIdle => since.saturating_add(IDLE_LEFT).unwrap_or(since),
        _ => since,
    }));
    let subject = view.subject(&(view.words.subjects.access)(problem, &by_when), "");
    Document {
        language: view.language(),
        preheader: format!("{subject}. {}", (access.preheader)(&view.names.org)),
        subject,
        tone: if end.is_some() { Tone::Calm } else { Tone::Urgent },
        heading: (access.heading)(problem).to_owned(),
        blocks,
        small_print: view.small_print(),
    }
}

fn facts(view: &View<'_>, problem: &AccessProblemKind, since: Timestamp) -> Block {
    let (access, labels) = (&view.words.access, &view.words.labels);
    let mut facts = vec![(labels.org.to_owned(), view.names.org.clone())];
    let mut fact = |name: &str, value: String| facts.push((name.to_owned(), value));
    if !problem.affected().is_empty() {
        fact(access.place, problem.affected());
    }
    fact(labels.since, view.moment(since));
    if let Some(end) = problem.ends_at() {
        fact(access.ends, view.moment(end));
    }
    if let Some(detail) = view.context.detail {
        fact(access.answered, shown(detail, SENTENCE));
    }
    fact(labels.request, view.names.request.clone());
    Block::Facts(facts)
}

fn needs(view: &View<'_>) -> Block {
    let labels = &view.words.labels;
    let rows = view.words.access.needs_rows.map(|(permission, why)| vec![permission.to_owned(), why.to_owned()]);
    Block::Table { columns: [labels.permission, labels.why].map(str::to_owned).to_vec(), rows: rows.to_vec() }
}
