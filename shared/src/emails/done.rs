//! The email that tells that it is done, with the proof and with what has to be done again.

use super::context::FailedTasks;
use super::document::{Block, Document, Tone};
use super::parts::{heading, paragraph};
use super::shown::{NAME, SENTENCE, shown};
use super::view::View;
use crate::domain::app::AppRecord;
use crate::domain::grant::GrantsRead;
use crate::domain::save::Verification;

/// How many pieces of work one email lists.
const MOST_ROWS: usize = 50;

/// The email.
pub(super) fn done(view: &View<'_>, app: &AppRecord) -> Document {
    let (done, names) = (&view.words.done, &view.names);
    // A proof of an earlier request proves nothing about this one.
    let opened_at = app.request.as_ref().map(|request| request.opened_at);
    let verification = app
        .consent
        .verification
        .as_ref()
        .filter(|verification| opened_at.is_none_or(|opened_at| verification.at >= opened_at));
    let since = view.day(verification.map_or(app.since.unwrap_or(app.as_of), |verification| verification.at));
    let mut blocks = vec![paragraph((done.intro)(names)), heading(done.read_back), read_back(view, app, verification)];
    if let Some(grants) = verification.and_then(|verification| verification.grants.as_ref()) {
        blocks.push(granted(view, grants));
    }
    blocks.push(heading(done.failed));
    blocks.extend(failed(view, view.context.failed_work));
    blocks.extend([heading(done.next), Block::List(done.next_items.map(str::to_owned).to_vec())]);
    // Nothing is asked, so there is no page to open.
    blocks.extend(view.checks(false));
    Document {
        language: view.language(),
        subject: view.subject(&(view.words.subjects.done)(&view.subject_app(), &since), ""),
        preheader: (done.preheader)(names),
        tone: Tone::Good,
        heading: (done.heading)(names),
        blocks,
        small_print: view.small_print(),
    }
}

fn read_back(view: &View<'_>, app: &AppRecord, verification: Option<&Verification>) -> Block {
    let (done, labels) = (&view.words.done, &view.words.labels);
    let mut facts = view.app_facts(app);
    let mut fact = |name: &str, value: String| facts.push((name.to_owned(), value));
    fact(labels.request, view.names.request.clone());
    fact(done.in_okta, in_okta(view, verification));
    fact(done.at_microsoft, at_microsoft(view, verification));
    if let Some(principal) = verification.and_then(|verification| verification.grants.as_ref()?.principal.as_ref()) {
        fact(done.service_principal, format!("{} ({})", shown(principal.display_name.raw(), NAME), principal.app_id));
    }
    if let Some(administrator) = app.consent.administrator.as_ref().filter(|_| verification.is_some()) {
        fact(done.by, shown(administrator.username.raw(), NAME));
    }
    fact(done.read_at, view.moment(verification.map_or(app.as_of, |verification| verification.at)));
    Block::Facts(facts)
}

fn in_okta(view: &View<'_>, verification: Option<&Verification>) -> String {
    let done = &view.words.done;
    match verification.map(|verification| &verification.connection) {
        None => done.on_by_scan.to_owned(),
        Some(connection) if connection.is_on() => done.on.to_owned(),
        // A proof is of a connection that is on; should one ever not be, the email does not claim it.
        Some(connection) => (done.not_on)(
            &shown(&String::from(connection.status.clone()), NAME),
            &shown(&String::from(connection.auth_scheme.clone()), NAME),
        ),
    }
}

fn at_microsoft(view: &View<'_>, verification: Option<&Verification>) -> String {
    let (done, expected) = (&view.words.done, view.context.permissions);
    let Some(grants) = verification.and_then(|verification| verification.grants.as_ref()) else {
        let reason = verification.and_then(|verification| verification.grants_unread.as_deref());
        return (done.not_seen)(&reason.map_or_else(|| done.no_reason.to_owned(), |reason| shown(reason, SENTENCE)));
    };
    if grants.suffices(expected) {
        let required = expected.all().iter().filter(|permission| permission.required).count();
        (done.verified)(u64::try_from(required).unwrap_or(u64::MAX))
    } else {
        (done.missing)(&shown(&grants.compare(expected).missing_required.join(", "), SENTENCE))
    }
}

/// What Graph shows, kind by kind.
fn granted(view: &View<'_>, grants: &GrantsRead) -> Block {
    let (done, labels) = (&view.words.done, &view.words.labels);
    let rows = grants.grants.iter().take(MOST_ROWS);
    let rows = rows.map(|grant| vec![shown(&grant.permission, NAME), (done.grant)(&grant.grant).to_owned()]);
    Block::Table { columns: [labels.permission, done.granted].map(str::to_owned).to_vec(), rows: rows.collect() }
}

fn failed(view: &View<'_>, work: &[FailedTasks<'_>]) -> Vec<Block> {
    let (done, labels) = (&view.words.done, &view.words.labels);
    if work.is_empty() {
        return vec![paragraph(done.failed_none)];
    }
    let foreign = |text: Option<&crate::domain::text::UntrustedText>, longest| {
        text.map_or_else(|| "\u{2013}".to_owned(), |text| shown(text.raw(), longest))
    };
    let rows = work.iter().take(MOST_ROWS).map(|work| {
        vec![view.moment(work.at), foreign(work.whose, NAME), shown(work.what, NAME), foreign(work.reason, SENTENCE)]
    });
    let count = u64::try_from(work.len()).unwrap_or(u64::MAX);
    let mut blocks = vec![
        paragraph((done.failed_intro)(count)),
        paragraph(done.failed_how),
        Block::Table {
            columns: [labels.when, labels.whose, labels.what, labels.reason].map(str::to_owned).to_vec(),
            rows: rows.collect(),
        },
    ];
    if let Some(rest) = work.len().checked_sub(MOST_ROWS).filter(|rest| *rest > 0) {
        blocks.push(paragraph((labels.more)(u64::try_from(rest).unwrap_or(u64::MAX))));
    }
    blocks
}
