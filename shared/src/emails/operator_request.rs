//! Emails that ask an Okta operator to save a connection, or to consent in the Admin Console.

use super::administrator_request::with_reminder_number;
use super::document::{Block, Document, Tone};
use super::localized::LocalizedContext;
use super::shared_blocks::{details, heading, paragraph};
use crate::domain::app::AppRecord;
use crate::domain::contact::Audience;
use crate::domain::standing::Standing;

/// Writes the email about `app`.
pub(super) fn operator_request(localized: &LocalizedContext<'_>, app: &AppRecord) -> Document {
    let (operator, request, names) = (&localized.words.operator, &localized.words.request, &localized.names);
    let only_save = app.known_standing() == Standing::NeedsSave;
    let (subject, title, why, who) = if only_save {
        (localized.words.subjects.save, operator.heading_save, operator.why_save, operator.who_can_save)
    } else {
        (
            localized.words.subjects.console_consent,
            operator.heading_console,
            operator.why_console,
            operator.who_can_use_console,
        )
    };
    let due = localized.subject_due(app);
    let subject = localized.dated_subject(subject, &due);
    let mut blocks = Vec::new();
    if localized.audience() == Some(Audience::Escalation) {
        blocks.extend(localized.why_this_reader());
    }
    blocks.push(paragraph(why(names)));
    blocks.extend(localized.request_page());
    blocks.extend(how(localized, only_save));
    blocks.extend([heading(request.who_heading), paragraph(who(names)), paragraph((operator.forward)(names))]);
    blocks.extend([details(localized), localized.extent(app), localized.request_facts(app)]);
    blocks.extend(permissions(localized, only_save));
    blocks.extend([
        heading(request.when_heading),
        paragraph(operator.best_time),
        paragraph(request.failed_tasks_afterwards),
    ]);
    blocks.extend(localized.authenticity_checks(localized.context.link.is_some()));
    let mut after = localized.reminder_plan();
    if localized.context.link.is_some() {
        after.push(operator.new_link.to_owned());
    }
    blocks.extend(localized.follow_up(after));
    Document {
        language: localized.language(),
        preheader: format!("{subject}. {}", who(names)),
        subject,
        tone: Tone::Calm,
        heading: with_reminder_number(localized, title(names)),
        blocks,
        small_print: localized.small_print(),
    }
}

fn how(localized: &LocalizedContext<'_>, only_save: bool) -> Vec<Block> {
    let (operator, names) = (&localized.words.operator, &localized.names);
    let mut blocks = vec![heading(operator.how_heading)];
    if only_save {
        blocks.extend([
            paragraph(operator.save_with_command),
            Block::Commands(vec![format!("regrant save {} {}", names.org, names.app_id)]),
            paragraph(operator.or_in_console),
            Block::Steps(operator.steps_save.map(|step| step(names)).to_vec()),
        ]);
    } else {
        blocks.push(Block::Steps(operator.steps_console.map(|step| step(names)).to_vec()));
    }
    blocks
}

fn permissions(localized: &LocalizedContext<'_>, only_save: bool) -> [Block; 3] {
    let (operator, request) = (&localized.words.operator, &localized.words.request);
    let (title, intro) = if only_save {
        (operator.permissions_heading, operator.no_microsoft_page)
    } else {
        (request.permissions_heading, request.permissions_intro)
    };
    [heading(title), paragraph(intro), localized.permissions()]
}
