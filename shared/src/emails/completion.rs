//! The email that reports success: the verification, and the Okta tasks to retry by hand.

use super::context::FailedTask;
use super::defuse::{MAX_NAME, MAX_SENTENCE, defused};
use super::document::{Block, Document, Tone};
use super::localized::LocalizedContext;
use super::shared_blocks::{heading, paragraph};
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
    let since = localized.day(verification.map_or(app.since.unwrap_or(app.as_of), |verification| verification.at));
    let mut blocks = vec![
        paragraph((words.intro)(names)),
        heading(words.verification_heading),
        verification_facts(localized, app, verification),
    ];
    if let Some(grants) = verification.and_then(|verification| verification.grants.as_ref()) {
        blocks.push(granted(localized, grants));
    }
    blocks.push(heading(words.failed_tasks_heading));
    blocks.extend(failed(localized, localized.context.failed_work));
    blocks.extend([heading(words.next_heading), Block::List(words.next_items.map(str::to_owned).to_vec())]);
    // No action is requested, so the email links to no page.
    blocks.extend(localized.authenticity_checks(false));
    Document {
        language: localized.language(),
        subject: localized.subject(&(localized.words.subjects.completion)(&localized.subject_app(), &since), ""),
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
            format!("{} ({})", defused(principal.display_name.raw(), MAX_NAME), principal.app_id),
        );
    }
    if let Some(administrator) = app.consent.administrator.as_ref().filter(|_| verification.is_some()) {
        fact(words.consented_by, defused(administrator.username.raw(), MAX_NAME));
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
            &defused(&String::from(connection.status.clone()), MAX_NAME),
            &defused(&String::from(connection.auth_scheme.clone()), MAX_NAME),
        ),
    }
}

fn at_microsoft(localized: &LocalizedContext<'_>, verification: Option<&Verification>) -> String {
    let (words, expected) = (&localized.words.completion, localized.context.permissions);
    let Some(grants) = verification.and_then(|verification| verification.grants.as_ref()) else {
        let reason = verification.and_then(|verification| verification.grants_unread.as_deref());
        return (words.not_verified)(
            &reason.map_or_else(|| words.microsoft_not_checked.to_owned(), |reason| defused(reason, MAX_SENTENCE)),
        );
    };
    if grants.suffices(expected) {
        let required = expected.all().iter().filter(|permission| permission.required).count();
        (words.all_granted)(u64::try_from(required).unwrap_or(u64::MAX))
    } else {
        (words.not_granted)(&defused(&grants.compare(expected).missing_required.join(", "), MAX_SENTENCE))
    }
}

/// The grants that Microsoft Graph returned.
fn granted(localized: &LocalizedContext<'_>, grants: &GrantsRead) -> Block {
    let (words, labels) = (&localized.words.completion, &localized.words.labels);
    let rows = grants.grants.iter().take(MOST_ROWS);
    let rows =
        rows.map(|grant| vec![defused(&grant.permission, MAX_NAME), (words.grant_scope)(&grant.grant).to_owned()]);
    Block::Table { columns: [labels.permission, words.granted_to].map(str::to_owned).to_vec(), rows: rows.collect() }
}

fn failed(localized: &LocalizedContext<'_>, work: &[FailedTask<'_>]) -> Vec<Block> {
    let (words, labels) = (&localized.words.completion, &localized.words.labels);
    if work.is_empty() {
        return vec![paragraph(words.no_failed_tasks)];
    }
    let untrusted = |text: Option<&crate::domain::text::UntrustedText>, longest| {
        text.map_or_else(|| "\u{2013}".to_owned(), |text| defused(text.raw(), longest))
    };
    let rows = work.iter().take(MOST_ROWS).map(|work| {
        vec![
            localized.moment(work.at),
            untrusted(work.target, MAX_NAME),
            defused(work.event, MAX_NAME),
            untrusted(work.reason, MAX_SENTENCE),
        ]
    });
    let count = u64::try_from(work.len()).unwrap_or(u64::MAX);
    let mut blocks = vec![
        paragraph((words.failed_tasks)(count)),
        paragraph(words.how_to_retry),
        Block::Table {
            columns: [labels.time, labels.target, labels.event, labels.reason].map(str::to_owned).to_vec(),
            rows: rows.collect(),
        },
    ];
    if let Some(rest) = work.len().checked_sub(MOST_ROWS).filter(|rest| *rest > 0) {
        blocks.push(paragraph((labels.more)(u64::try_from(rest).unwrap_or(u64::MAX))));
    }
    blocks
}
