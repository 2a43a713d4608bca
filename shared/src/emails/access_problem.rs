//! The email about a problem with Regrant's own access to Okta or Microsoft.

use jiff::{SignedDuration, Timestamp};

use super::defuse::MAX_SENTENCE;
use super::document::{Block, Document, Tone};
use super::localized::LocalizedContext;
use super::shared_blocks::{details, heading, paragraph};
use crate::domain::access_problem::AccessProblemKind;

/// How long an API token stays valid after 20 days without use. Okta deactivates it after 30 (Okta, "Create an API token").
const IDLE_LEFT: SignedDuration = SignedDuration::from_hours(24 * 10);

/// The most orgs that one email names.
const MOST_ORGS: usize = 20;

/// Writes the email about `problem`, known `since`.
pub(super) fn access_problem(
    localized: &LocalizedContext<'_>,
    problem: &AccessProblemKind,
    since: Timestamp,
) -> Document {
    let (words, request) = (&localized.words.access_problem, &localized.words.request);
    let end = problem.ends_at();
    let known = localized.moment(since);
    let what_happened = (words.what_happened)(problem, &known, end.map(|end| localized.day(end)).as_deref());
    let mut blocks = vec![
        Block::Callout(what_happened),
        paragraph((words.impact)(problem)),
        heading(words.steps_heading),
        Block::Steps((words.steps)(problem, &localized.names.org)),
    ];
    blocks.extend(localized.request_page());
    blocks.extend([heading(request.who_heading), paragraph((words.who_can_fix)(problem, &localized.names.org))]);
    blocks.extend([details(localized), facts(localized, problem, since)]);
    blocks.extend([heading(words.requirements_heading), requirements(localized), paragraph(words.microsoft_page_note)]);
    blocks.extend([heading(request.when_heading), paragraph(words.best_time)]);
    blocks.extend(localized.authenticity_checks(localized.context.link.is_some()));
    let mut after = vec![words.sent_once.to_owned()];
    if localized.context.link.is_some() {
        after.push(localized.words.operator.new_link.to_owned());
    }
    blocks.extend(localized.follow_up(after));
    let date = localized.short_day(end.unwrap_or_else(|| match problem {
        AccessProblemKind::OktaCredentialIdle => since.saturating_add(IDLE_LEFT).unwrap_or(since),
        _ => since,
    }));
    let subject = localized.subject(|_| (localized.words.subjects.access_problem)(problem, &date));
    Document {
        language: localized.language(),
        preheader: format!("{subject}. {}", (words.preheader)(&localized.names.org)),
        subject,
        tone: if end.is_some() { Tone::Calm } else { Tone::Urgent },
        heading: (words.heading)(problem).to_owned(),
        blocks,
        small_print: localized.small_print(),
    }
}

fn facts(localized: &LocalizedContext<'_>, problem: &AccessProblemKind, since: Timestamp) -> Block {
    let (words, labels) = (&localized.words.access_problem, &localized.words.labels);
    let mut facts = vec![(labels.org.to_owned(), localized.names.org.clone())];
    let mut fact = |name: &str, value: String| facts.push((name.to_owned(), value));
    let others = localized.context.affected_orgs;
    if others.len() > 1 {
        let named: Vec<&str> = others.iter().take(MOST_ORGS).map(String::as_str).collect();
        let rest = others.len().saturating_sub(MOST_ORGS);
        let more = (rest > 0).then(|| format!(", {}", (labels.more)(u64::try_from(rest).unwrap_or(u64::MAX))));
        fact(words.also_affected, format!("{}{}", named.join(", "), more.unwrap_or_default()));
    }
    if !problem.affected().is_empty() {
        fact(words.place, problem.affected());
    }
    fact(labels.since, localized.moment(since));
    if let Some(end) = problem.ends_at() {
        fact(words.expires, localized.moment(end));
    }
    if let Some(detail) = localized.context.detail {
        fact(words.error_detail, localized.shown(detail, MAX_SENTENCE));
    }
    fact(labels.request, localized.names.request.clone());
    Block::Facts(facts)
}

fn requirements(localized: &LocalizedContext<'_>) -> Block {
    let labels = &localized.words.labels;
    let rows = localized
        .words
        .access_problem
        .requirements
        .map(|(permission, why)| vec![permission.to_owned(), why.to_owned()]);
    Block::Table { columns: [labels.permission, labels.purpose].map(str::to_owned).to_vec(), rows: rows.to_vec() }
}
