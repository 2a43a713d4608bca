//! Emails that ask a Microsoft administrator to approve Okta's access: invitation, outage and their reminders.

use super::document::{Block, Document, Tone};
use super::localized::LocalizedContext;
use super::shared_blocks::{details, heading, paragraph, since};
use crate::domain::app::AppRecord;
use crate::domain::connection::AuthScheme;
use crate::domain::notification::cadence::MOST_REMINDERS;
use crate::domain::signal::SignalKind;
use crate::domain::standing::Standing;

/// Writes the email about `app`, whose `standing` is broken, degraded or without consent.
pub(super) fn administrator_request(localized: &LocalizedContext<'_>, app: &AppRecord, standing: Standing) -> Document {
    let request = &localized.words.request;
    let blocks = [
        localized.why_this_reader().into_iter().collect(),
        vec![
            why(localized, app, standing),
            localized.action(request.open_page),
            heading(request.steps_heading),
            Block::Steps([vec![(request.step_compare)(&localized.names)], steps_at_microsoft(localized)].concat()),
            heading(request.who_heading),
            paragraph((request.who_can_approve)(&localized.names)),
            paragraph((request.forward_to_administrator)(&localized.names)),
        ],
        vec![details(localized), localized.extent(app), localized.request_facts(app)],
        permissions(localized),
        vec![
            heading(request.when_heading),
            paragraph(best_time(localized, standing)),
            paragraph(request.failed_tasks_afterwards),
        ],
        localized.authenticity_checks(localized.context.link.is_some()).into(),
        localized.console().into(),
        localized.follow_up(after(localized)),
    ]
    .concat();
    let (subject, title) = titles(localized, app, standing);
    Document {
        language: localized.language(),
        preheader: (request.preheader)(&subject, &localized.names.tenant),
        subject,
        tone: if standing == Standing::Broken { Tone::Urgent } else { Tone::Calm },
        heading: with_reminder_number(localized, title),
        blocks,
        small_print: localized.small_print(),
    }
}

fn titles(localized: &LocalizedContext<'_>, app: &AppRecord, standing: Standing) -> (String, String) {
    let (request, subjects, names) = (&localized.words.request, &localized.words.subjects, &localized.names);
    match standing {
        Standing::Broken => {
            let since = localized.reminder_number().is_none().then(|| localized.short_day(since(app)));
            (localized.subject(|app| (subjects.outage)(app, since.as_deref())), (request.heading_outage)(names))
        }
        Standing::Degraded => (localized.subject(subjects.renewal), (request.heading_renewal)(names)),
        _ => {
            let due = localized.subject_due(app);
            let subject = localized.dated_subject(subjects.invitation, &due);
            (subject, (request.heading)(names))
        }
    }
}

/// Prefixes a reminder's heading with its number.
pub(super) fn with_reminder_number(localized: &LocalizedContext<'_>, heading: String) -> String {
    match localized.reminder_number() {
        Some(number) => (localized.words.request.heading_reminder)(number, MOST_REMINDERS, &heading),
        None => heading,
    }
}

fn why(localized: &LocalizedContext<'_>, app: &AppRecord, standing: Standing) -> Block {
    let request = &localized.words.request;
    match standing {
        Standing::Broken => Block::Callout((request.why_outage)(&localized.names, &localized.day(since(app)))),
        Standing::Degraded => paragraph((request.why_renewal)(&localized.names)),
        _ if uses_oauth(app) => paragraph((request.why_off)(&localized.names)),
        _ => paragraph((request.why_consent)(&localized.names)),
    }
}

/// Whether the connection is one of OAuth, which stores no administrator's password.
fn uses_oauth(app: &AppRecord) -> bool {
    let is_oauth =
        |kind: &SignalKind| matches!(kind, SignalKind::ConnectionRead { auth_scheme: AuthScheme::Oauth2, .. });
    app.signals.iter().any(|signal| is_oauth(&signal.kind))
}

/// What the reader sees after opening the request: two pages of Microsoft's, or one without a sign-in to Regrant's own
/// registration, and one text to copy back.
pub(super) fn steps_at_microsoft(localized: &LocalizedContext<'_>) -> Vec<String> {
    let (request, has_sign_in) = (&localized.words.request, localized.context.has_sign_in);
    let mut steps = Vec::new();
    if has_sign_in {
        steps.push((request.step_sign_in)(localized.context.verified_publisher));
    }
    steps.push((request.step_approve)(&localized.names, has_sign_in));
    steps.extend([request.step_copy, request.step_verify].map(str::to_owned));
    steps
}

/// What the consent includes, and what Regrant's own request includes.
pub(super) fn permissions(localized: &LocalizedContext<'_>) -> Vec<Block> {
    let request = &localized.words.request;
    let mut blocks =
        vec![heading(request.permissions_heading), paragraph(request.permissions_intro), localized.permissions()];
    if localized.context.has_sign_in {
        let host = localized.context.org.cloud.login_hosts().first().copied().unwrap_or_default();
        blocks.push(paragraph((request.own_permission)(host)));
    }
    blocks
}

/// What follows this email: reminders, and a new link after this one has expired.
pub(super) fn after(localized: &LocalizedContext<'_>) -> Vec<String> {
    let mut items = localized.reminder_plan();
    if localized.context.link.is_some_and(|link| link.ends_at.is_some()) {
        items.push((localized.words.request.new_link)(&localized.names));
    }
    items
}

const fn best_time(localized: &LocalizedContext<'_>, standing: Standing) -> &'static str {
    match standing {
        Standing::Broken => localized.words.request.best_time_outage,
        _ => localized.words.request.best_time,
    }
}
