//! The email to an operator about an expired waiver.

use jiff::Timestamp;

use super::defuse::MAX_SENTENCE;
use super::document::{Block, Document, Tone};
use super::localized::LocalizedContext;
use super::shared_blocks::{details, heading, paragraph};
use crate::domain::app::AppRecord;
use crate::domain::standing::Standing;

/// Writes the email about `app`, whose waiver ended at `ended_at`.
pub(super) fn waiver_expired(localized: &LocalizedContext<'_>, app: &AppRecord, ended_at: Timestamp) -> Document {
    let (words, request, operator) =
        (&localized.words.waiver_expired, &localized.words.request, &localized.words.operator);
    let (names, standing) = (&localized.names, app.known_standing());
    let (ended, short) = (localized.day(ended_at), localized.short_day(ended_at));
    let subject = localized.subject(|app| (localized.words.subjects.waiver_expired)(app, &short));
    let mut blocks = vec![
        paragraph((words.what_happened)(names, &ended)),
        heading(words.choices_heading),
        Block::List(vec![(words.choice_resolve)(standing, names), (words.choice_postpone)(names)]),
    ];
    blocks.extend(localized.request_page());
    blocks.extend([heading(request.who_heading), paragraph((words.who_decides)(names))]);
    blocks.extend([
        details(localized),
        localized.extent(app),
        localized.request_facts(app),
        decision(localized, ended_at),
    ]);
    let microsoft_page = match standing {
        Standing::NeedsSave => operator.no_microsoft_page,
        _ => words.microsoft_page,
    };
    blocks.extend([heading(request.permissions_heading), paragraph(microsoft_page), localized.permissions()]);
    let best_time = match standing {
        Standing::Broken => request.best_time_outage,
        Standing::NeedsSave => operator.best_time,
        _ => request.best_time,
    };
    blocks.extend([heading(request.when_heading), paragraph(best_time), paragraph(request.failed_tasks_afterwards)]);
    blocks.extend(localized.authenticity_checks(localized.context.link.is_some()));
    blocks.extend(localized.console());
    let mut after = localized.reminder_plan();
    if localized.context.link.is_some() {
        after.push(operator.new_link.to_owned());
    }
    blocks.extend(localized.follow_up(after));
    Document {
        language: localized.language(),
        preheader: (words.preheader)(&subject, &names.org),
        subject,
        tone: Tone::Calm,
        heading: (words.heading)(names),
        blocks,
        small_print: localized.small_print(),
    }
}

fn decision(localized: &LocalizedContext<'_>, ended_at: Timestamp) -> Block {
    let words = &localized.words.waiver_expired;
    let mut facts = vec![(words.postponed_until.to_owned(), localized.day(ended_at))];
    if let Some(waiver) = localized.context.waiver {
        facts.push((words.decided_on.to_owned(), localized.day(waiver.given_at)));
        facts.push((words.reason.to_owned(), localized.shown(waiver.reason.raw(), MAX_SENTENCE)));
    }
    Block::Facts(facts)
}
