//! Emails to the Okta operator: only Save is left, or only the console can do it.

use super::asks::reminded;
use super::document::{Block, Document, Tone};
use super::parts::{heading, paragraph};
use super::view::View;
use crate::domain::app::AppRecord;
use crate::domain::contact::Audience;
use crate::domain::standing::Standing;

/// The email about `app`: saved with a command or in the console, or consented by hand.
pub(super) fn handed(view: &View<'_>, app: &AppRecord) -> Document {
    let (operator, ask, names) = (&view.words.operator, &view.words.ask, &view.names);
    let only_save = app.known_standing() == Standing::NeedsSave;
    let (subject, title, what, who) = if only_save {
        (view.words.subjects.save, operator.heading_save, operator.what_save, operator.who_save)
    } else {
        (view.words.subjects.by_hand, operator.heading_by_hand, operator.what_by_hand, operator.who_by_hand)
    };
    let subject = view.subject(&subject(&view.subject_app()), &view.due(app.known_standing()));
    let (subject, title) = reminded(view, subject, title(names));
    let mut blocks = Vec::new();
    if view.audience() == Some(Audience::Escalation) {
        blocks.extend(view.bystander());
    }
    blocks.extend([
        paragraph(what(names)),
        view.extent(app),
        view.case(app),
        heading(ask.who),
        paragraph(who(names)),
        paragraph((operator.forward)(names)),
    ]);
    blocks.extend(view.request_page());
    blocks.extend(how(view, only_save));
    blocks.extend([heading(ask.when), paragraph(operator.best_time), paragraph(ask.afterwards)]);
    blocks.extend(view.checks(view.context.link.is_some()));
    blocks.extend(view.follow_up(view.reminder_plan()));
    Document {
        language: view.language(),
        preheader: format!("{subject}. {}", who(names)),
        subject,
        tone: Tone::Calm,
        heading: title,
        blocks,
        small_print: view.small_print(),
    }
}

fn how(view: &View<'_>, only_save: bool) -> Vec<Block> {
    let (operator, ask, names) = (&view.words.operator, &view.words.ask, &view.names);
    let mut blocks = vec![heading(operator.how)];
    if only_save {
        blocks.extend([
            paragraph(operator.how_save),
            Block::Commands(vec![format!("regrant save {} {}", names.org, names.app_id)]),
            paragraph(operator.or_console),
            Block::Steps(operator.steps_save.map(|step| step(names)).to_vec()),
            paragraph(operator.page_save),
            heading(operator.permissions_given),
            view.permissions(),
        ]);
    } else {
        blocks.extend([
            Block::Steps(operator.steps_by_hand.map(|step| step(names)).to_vec()),
            heading(ask.permissions),
            paragraph(ask.permissions_intro),
            view.permissions(),
        ]);
    }
    blocks
}
