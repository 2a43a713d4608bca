//! Emails that ask a Microsoft administrator to consent: the invitation, the urgent one, and their reminders.

use super::document::{Block, Document, Tone};
use super::parts::{heading, paragraph};
use super::view::View;
use crate::domain::app::AppRecord;
use crate::domain::notification::About;
use crate::domain::notification::cadence::MOST_REMINDERS;
use crate::domain::standing::Standing;

/// The email about `app`, which stands at `standing`: broken, degraded, or without consent.
pub(super) fn ask(view: &View<'_>, app: &AppRecord, standing: Standing) -> Document {
    let ask = &view.words.ask;
    let blocks = [
        view.bystander().into_iter().collect(),
        why(view, app, standing),
        vec![
            view.case(app),
            heading(ask.who),
            paragraph((ask.who_must)(&view.names)),
            paragraph((ask.forward)(&view.names)),
        ],
        vec![view.action(ask.open), heading(ask.what_happens), steps(view)],
        vec![heading(ask.permissions), paragraph(ask.permissions_intro), view.permissions()],
        vec![heading(ask.when), paragraph(best_time(view, standing)), paragraph(ask.afterwards)],
        view.checks(view.context.link.is_some()).into(),
        view.console().into(),
        view.follow_up(view.reminder_plan()),
    ]
    .concat();
    let (subject, heading) = titles(view, app, standing);
    Document {
        language: view.language(),
        preheader: (ask.preheader)(&subject, &view.names.tenant),
        subject,
        tone: if standing == Standing::Broken { Tone::Urgent } else { Tone::Calm },
        heading,
        blocks,
        small_print: view.small_print(),
    }
}

fn titles(view: &View<'_>, app: &AppRecord, standing: Standing) -> (String, String) {
    let (ask, subjects, label) = (&view.words.ask, &view.words.subjects, view.subject_app());
    let (subject, heading) = match standing {
        Standing::Broken => {
            let since = view.day(app.since.unwrap_or(app.as_of));
            (view.subject(&(subjects.urgent)(&label, &since), ""), (ask.heading_urgent)(&view.names))
        }
        Standing::Degraded => {
            (view.subject(&(subjects.renewal)(&label), &view.due(standing)), (ask.heading_renewal)(&view.names))
        }
        _ => (view.subject(&(subjects.invitation)(&label), &view.due(standing)), (ask.heading)(&view.names)),
    };
    reminded(view, subject, heading)
}

/// A reminder says first which one it is.
pub(super) fn reminded(view: &View<'_>, subject: String, heading: String) -> (String, String) {
    match view.context.notification.about {
        About::Reminder { number } => (
            (view.words.subjects.reminder)(number, MOST_REMINDERS, &subject),
            (view.words.ask.heading_reminder)(number, MOST_REMINDERS, &heading),
        ),
        _ => (subject, heading),
    }
}

fn why(view: &View<'_>, app: &AppRecord, standing: Standing) -> Vec<Block> {
    let ask = &view.words.ask;
    let what = match standing {
        Standing::Broken => {
            let since = view.day(app.since.unwrap_or(app.as_of));
            Block::Callout((ask.what_breaks_urgent)(&view.names, &since))
        }
        Standing::Degraded => paragraph((ask.what_breaks_renewal)(&view.names)),
        _ => paragraph((ask.what_breaks)(&view.names)),
    };
    vec![what, view.extent(app)]
}

fn steps(view: &View<'_>) -> Block {
    let ask = &view.words.ask;
    let mut steps = vec![(ask.step_compare)(&view.names)];
    if view.context.signs_in {
        let host = view.context.org.cloud.login_hosts().first().copied().unwrap_or_default();
        steps.push((ask.step_sign_in)(host));
    }
    steps.extend([(ask.step_consent)(&view.names), ask.step_proof.to_owned()]);
    Block::Steps(steps)
}

pub(super) const fn best_time(view: &View<'_>, standing: Standing) -> &'static str {
    match standing {
        Standing::Broken => view.words.ask.best_time_urgent,
        _ => view.words.ask.best_time,
    }
}
