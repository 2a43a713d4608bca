//! The warning that the last secret of the application behind an app's provisioning is about to end.

use jiff::Timestamp;

use super::document::{Block, Document, Tone};
use super::localized::LocalizedContext;
use super::shared_blocks::{details, heading, paragraph};
use crate::domain::app::AppRecord;

/// Writes the email about `app`, whose last secret ends at `ends_at`.
pub(super) fn secret_ending(localized: &LocalizedContext<'_>, app: &AppRecord, ends_at: Timestamp) -> Document {
    let (words, request, names) = (&localized.words.secret_ending, &localized.words.request, &localized.names);
    let subject = localized.subject(|app| (localized.words.subjects.secret_ending)(app, &localized.short_day(ends_at)));
    let has_ended = ends_at <= localized.context.now;
    let mut blocks = vec![
        paragraph((words.what_happens)(names, &localized.day(ends_at), has_ended)),
        heading(words.steps_heading),
        Block::Steps(words.steps.map(|step| step(names)).to_vec()),
    ];
    blocks.extend(localized.request_page());
    blocks.extend([heading(request.who_heading), paragraph((words.who)(names))]);
    blocks.extend([details(localized), localized.extent(app), localized.request_facts(app)]);
    blocks.extend([heading(request.permissions_heading), paragraph(words.no_microsoft_page), localized.permissions()]);
    blocks.extend([
        heading(request.when_heading),
        paragraph(words.best_time),
        paragraph(request.failed_tasks_afterwards),
    ]);
    blocks.extend(localized.authenticity_checks(localized.context.link.is_some()));
    let mut after = vec![words.further_warnings.to_owned()];
    if localized.context.link.is_some() {
        after.push(localized.words.operator.new_link.to_owned());
    }
    blocks.extend(localized.follow_up(after));
    Document {
        language: localized.language(),
        preheader: (words.preheader)(&subject, &names.org),
        subject,
        tone: if has_ended { Tone::Urgent } else { Tone::Calm },
        heading: (words.heading)(names),
        blocks,
        small_print: localized.small_print(),
    }
}
