//! Emails that ask a Microsoft administrator to approve Okta's access: invitation, outage and their reminders.

use super::document::{Block, Document, Tone};
use super::localized::LocalizedContext;
use super::shared_blocks::{heading, paragraph};
use crate::domain::app::AppRecord;
use crate::domain::notification::About;
use crate::domain::notification::cadence::MOST_REMINDERS;
use crate::domain::standing::Standing;

/// Writes the email about `app`, whose `standing` is broken, degraded or without consent.
pub(super) fn administrator_request(localized: &LocalizedContext<'_>, app: &AppRecord, standing: Standing) -> Document {
    let request = &localized.words.request;
    let blocks = [
        localized.why_this_reader().into_iter().collect(),
        why(localized, app, standing),
        vec![
            localized.request_facts(app),
            heading(request.who_heading),
            paragraph((request.who_can_approve)(&localized.names)),
            paragraph((request.forward_to_administrator)(&localized.names)),
        ],
        vec![localized.action(request.open_page), heading(request.steps_heading), steps(localized)],
        vec![heading(request.permissions_heading), paragraph(request.permissions_intro), localized.permissions()],
        vec![
            heading(request.when_heading),
            paragraph(best_time(localized, standing)),
            paragraph(request.failed_tasks_afterwards),
        ],
        localized.authenticity_checks(localized.context.link.is_some()).into(),
        localized.console().into(),
        localized.follow_up(localized.reminder_plan()),
    ]
    .concat();
    let (subject, heading) = titles(localized, app, standing);
    Document {
        language: localized.language(),
        preheader: (request.preheader)(&subject, &localized.names.tenant),
        subject,
        tone: if standing == Standing::Broken { Tone::Urgent } else { Tone::Calm },
        heading,
        blocks,
        small_print: localized.small_print(),
    }
}

fn titles(localized: &LocalizedContext<'_>, app: &AppRecord, standing: Standing) -> (String, String) {
    let (request, subjects, label) = (&localized.words.request, &localized.words.subjects, localized.subject_app());
    let (subject, heading) = match standing {
        Standing::Broken => {
            let since = localized.day(app.since.unwrap_or(app.as_of));
            (localized.subject(&(subjects.outage)(&label, &since), ""), (request.heading_outage)(&localized.names))
        }
        Standing::Degraded => (
            localized.subject(&(subjects.renewal)(&label), &localized.subject_due(app, standing)),
            (request.heading_renewal)(&localized.names),
        ),
        _ => (
            localized.subject(&(subjects.invitation)(&label), &localized.subject_due(app, standing)),
            (request.heading)(&localized.names),
        ),
    };
    with_reminder_number(localized, subject, heading)
}

/// Prefixes a reminder's subject and heading with its number.
pub(super) fn with_reminder_number(
    localized: &LocalizedContext<'_>,
    subject: String,
    heading: String,
) -> (String, String) {
    match localized.context.notification.about {
        About::Reminder { number } => (
            (localized.words.subjects.reminder)(number, MOST_REMINDERS, &subject),
            (localized.words.request.heading_reminder)(number, MOST_REMINDERS, &heading),
        ),
        _ => (subject, heading),
    }
}

fn why(localized: &LocalizedContext<'_>, app: &AppRecord, standing: Standing) -> Vec<Block> {
    let request = &localized.words.request;
    let reason = match standing {
        Standing::Broken => {
            let since = localized.day(app.since.unwrap_or(app.as_of));
            Block::Callout((request.why_outage)(&localized.names, &since))
        }
        Standing::Degraded => paragraph((request.why_renewal)(&localized.names)),
        _ => paragraph((request.why_consent)(&localized.names)),
    };
    vec![reason, localized.extent(app)]
}

fn steps(localized: &LocalizedContext<'_>) -> Block {
    let request = &localized.words.request;
    let mut steps = vec![(request.step_compare)(&localized.names)];
    if localized.context.has_sign_in {
        let host = localized.context.org.cloud.login_hosts().first().copied().unwrap_or_default();
        steps.push((request.step_sign_in)(host));
    }
    steps.push((request.step_approve)(&localized.names));
    steps.extend([request.step_copy, request.step_verify].map(str::to_owned));
    Block::Steps(steps)
}

const fn best_time(localized: &LocalizedContext<'_>, standing: Standing) -> &'static str {
    match standing {
        Standing::Broken => localized.words.request.best_time_outage,
        _ => localized.words.request.best_time,
    }
}
