//! The email that reports success: the verification, and the Okta tasks to retry by hand.

use super::context::FailedTask;
use super::defuse::{MAX_NAME, MAX_SENTENCE, shortened, without_addresses};
use super::document::{Block, Document, Tone};
use super::localized::LocalizedContext;
use super::shared_blocks::{details, heading, paragraph};
use crate::domain::app::AppRecord;
use crate::domain::grant::GrantsRead;
use crate::domain::save::Verification;

/// The most failed tasks, and the most grants, that one email lists.
const MOST_ROWS: usize = 50;

/// Writes the email about `app`.
pub(super) fn completion(localized: &LocalizedContext<'_>, app: &AppRecord) -> Document {
    let (words, names) = (&localized.words.completion, &localized.names);
    // A verification from an earlier request says nothing about this one.
    let opened_at = app.request.as_ref().map(|request| request.opened_at);
    let verification = app
        .consent
        .verification
        .as_ref()
        .filter(|verification| opened_at.is_none_or(|opened_at| verification.at >= opened_at));
    let mut blocks = vec![
        paragraph((words.intro)(names)),
        heading(words.failed_tasks_heading),
        paragraph(failed_in_short(localized)),
        heading(words.next_heading),
        Block::List(words.next_items.map(str::to_owned).to_vec()),
        details(localized),
        heading(words.verification_heading),
        verification_facts(localized, app, verification),
    ];
    if let Some(grants) = verification.and_then(|verification| verification.grants.as_ref()) {
        blocks.push(granted(localized, grants));
    }
    blocks.extend(failed(localized, localized.context.failed_work));
    // No action is requested, so the email links to no page.
    blocks.extend(localized.authenticity_checks(false));
    Document {
        language: localized.language(),
        subject: localized.subject(localized.words.subjects.completion),
        preheader: (words.preheader)(names),
        tone: Tone::Good,
        heading: (words.heading)(names),
        blocks,
        small_print: localized.small_print(),
    }
}

fn verification_facts(localized: &LocalizedContext<'_>, app: &AppRecord, verification: Option<&Verification>) -> Block {
    let (words, labels) = (&localized.words.completion, &localized.words.labels);
    let mut facts = localized.app_facts(app);
    let mut fact = |name: &str, value: String| facts.push((name.to_owned(), value));
    fact(labels.request, localized.names.request.clone());
    fact(words.in_okta, in_okta(localized, verification));
    fact(words.at_microsoft, at_microsoft(localized, verification));
    if let Some(principal) = verification.and_then(|verification| verification.grants.as_ref()?.principal.as_ref()) {
        fact(
            words.service_principal,
            format!("{} ({})", localized.shown(principal.display_name.raw(), MAX_NAME), principal.app_id),
        );
    }
    if let Some(administrator) = app.consent.administrator.as_ref().filter(|_| verification.is_some()) {
        fact(words.consented_by, localized.shown(administrator.username.raw(), MAX_NAME));
    }
    fact(words.verified_at, localized.moment(verification.map_or(app.as_of, |verification| verification.at)));
    Block::Facts(facts)
}

fn in_okta(localized: &LocalizedContext<'_>, verification: Option<&Verification>) -> String {
    let words = &localized.words.completion;
    match verification.map(|verification| &verification.connection) {
        None => words.connection_on_by_scan.to_owned(),
        Some(connection) if connection.is_on() => words.connection_on.to_owned(),
        // A verification should only exist for a connection that is on. If not, the email must not claim that it is.
        Some(connection) => (words.connection_not_on)(
            &localized.shown(&String::from(connection.status.clone()), MAX_NAME),
            &localized.shown(&String::from(connection.auth_scheme.clone()), MAX_NAME),
        ),
    }
}

fn at_microsoft(localized: &LocalizedContext<'_>, verification: Option<&Verification>) -> String {
    let (words, expected) = (&localized.words.completion, localized.context.permissions);
    let Some(grants) = verification.and_then(|verification| verification.grants.as_ref()) else {
        let reason = verification.and_then(|verification| verification.grants_unread.as_deref());
        return (words.not_verified)(
            &reason
                .map_or_else(|| words.microsoft_not_checked.to_owned(), |reason| localized.shown(reason, MAX_SENTENCE)),
        );
    };
    if grants.suffices(expected) {
        let required = expected.all().iter().filter(|permission| permission.required).count();
        (words.all_granted)(u64::try_from(required).unwrap_or(u64::MAX))
    } else {
        let missing = grants.compare(expected).missing_required;
        let missing: Vec<String> = missing.iter().map(|name| localized.permission(name)).collect();
        (words.not_granted)(&missing.join(", "))
    }
}

/// The grants that Microsoft Graph returned.
fn granted(localized: &LocalizedContext<'_>, grants: &GrantsRead) -> Block {
    let (words, labels) = (&localized.words.completion, &localized.words.labels);
    let rows = grants.grants.iter().take(MOST_ROWS);
    let rows = rows.map(|grant| {
        vec![localized.permission(&grant.permission), (localized.words.labels.grant_scope)(&grant.grant).to_owned()]
    });
    Block::Table { columns: [labels.permission, words.granted_to].map(str::to_owned).to_vec(), rows: rows.collect() }
}

/// How many tasks to retry, and where.
fn failed_in_short(localized: &LocalizedContext<'_>) -> String {
    let (words, work) = (&localized.words.completion, localized.context.failed_work);
    if work.is_empty() {
        return words.no_failed_tasks.to_owned();
    }
    let count = u64::try_from(work.len()).unwrap_or(u64::MAX);
    format!("{} {}", (words.failed_tasks)(count), words.how_to_retry)
}

/// The tasks to retry. Emails travel and are forwarded, so they name no end user.
fn failed(localized: &LocalizedContext<'_>, work: &[FailedTask<'_>]) -> Vec<Block> {
    let (words, labels) = (&localized.words.completion, &localized.words.labels);
    if work.is_empty() {
        return Vec::new();
    }
    let rows = work.iter().take(MOST_ROWS).map(|work| {
        let reason = work.reason.map_or_else(
            || "\u{2013}".to_owned(),
            |reason| localized.shown(&without_addresses(reason.raw()), MAX_SENTENCE),
        );
        vec![localized.moment(work.at), event_type(localized, work.event), reason]
    });
    let mut blocks = vec![
        heading(words.failed_tasks_heading),
        Block::Table {
            columns: [labels.time, labels.event, labels.reason].map(str::to_owned).to_vec(),
            rows: rows.collect(),
        },
    ];
    if let Some(rest) = work.len().checked_sub(MOST_ROWS).filter(|rest| *rest > 0) {
        blocks.push(paragraph((labels.more)(u64::try_from(rest).unwrap_or(u64::MAX))));
    }
    let command = format!("regrant failed {} {}", localized.names.org, localized.names.app_id);
    blocks.extend([paragraph(words.who_is_affected), Block::Commands(vec![command])]);
    blocks
}

/// An event type of Okta's System Log, such as `application.provision.user.push`. No top-level domain is named like the
/// last word of one.
fn event_type(localized: &LocalizedContext<'_>, event: &str) -> String {
    let is_name = event.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_'));
    if is_name && event.starts_with("application.provision.") {
        shortened(event, MAX_NAME)
    } else {
        localized.shown(event, MAX_NAME)
    }
}
