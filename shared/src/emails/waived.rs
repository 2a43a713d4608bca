//! The email that tells an operator that the time in which an app was left alone is over.

use jiff::Timestamp;

use super::document::{Block, Document, Tone};
use super::parts::{heading, paragraph};
use super::shown::{SENTENCE, shown};
use super::view::View;
use crate::domain::app::AppRecord;
use crate::domain::standing::Standing;

/// The email.
pub(super) fn waived(view: &View<'_>, app: &AppRecord, ended_at: Timestamp) -> Document {
    let (waived, ask, operator) = (&view.words.waived, &view.words.ask, &view.words.operator);
    let (names, standing) = (&view.names, app.known_standing());
    let ended = view.day(ended_at);
    let subject = (view.words.subjects.waived)(&view.subject_app(), &ended);
    let mut blocks = vec![
        paragraph((waived.what)(names, &ended)),
        view.extent(app),
        view.case(app),
        decision(view, ended_at),
        heading(ask.who),
        paragraph((waived.who)(names)),
        heading(waived.choices),
        Block::List(vec![(waived.choice_do)(standing, names), (waived.choice_wait)(names)]),
    ];
    blocks.extend(view.request_page());
    // What the administrator will see, so that whoever decides knows what is asked of others.
    let microsoft = match standing {
        Standing::NeedsSave => operator.page_save.to_owned(),
        _ => (ask.step_consent)(names),
    };
    blocks.extend([heading(ask.permissions), paragraph(microsoft), view.permissions()]);
    let best_time = match standing {
        Standing::Broken => ask.best_time_urgent,
        Standing::NeedsSave => operator.best_time,
        _ => ask.best_time,
    };
    blocks.extend([heading(ask.when), paragraph(best_time), paragraph(ask.afterwards)]);
    blocks.extend(view.checks(view.context.link.is_some()));
    blocks.extend(view.console());
    blocks.extend(view.follow_up(view.reminder_plan()));
    Document {
        language: view.language(),
        preheader: (waived.preheader)(&subject, &names.org),
        subject: view.subject(&subject, ""),
        tone: Tone::Calm,
        heading: (waived.heading)(names),
        blocks,
        small_print: view.small_print(),
    }
}

fn decision(view: &View<'_>, ended_at: Timestamp) -> Block {
    let waived = &view.words.waived;
    let mut facts = vec![(waived.ended.to_owned(), view.day(ended_at))];
    if let Some(waiver) = view.context.waiver {
        facts.push((waived.given.to_owned(), view.day(waiver.given_at)));
        facts.push((waived.reason.to_owned(), shown(waiver.reason.raw(), SENTENCE)));
    }
    Block::Facts(facts)
}
