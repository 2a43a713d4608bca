//! The digest: the standing of every app in the orgs that a reader looks after, most urgent first, and the orgs that were
//! not checked.

use jiff::civil::Date;

use super::context::{AppInOrg, DigestSummary};
use super::defuse::{MAX_NAME, MAX_SENTENCE};
use super::document::{Block, Document, Tone};
use super::localized::LocalizedContext;
use super::shared_blocks::{details, heading, paragraph, since};
use crate::domain::app::AppRecord;
use crate::domain::org::OrgProfile;
use crate::domain::standing::Standing;

/// The most apps, and the most orgs, that one digest names.
const MOST_ROWS: usize = 25;

/// Writes the digest of `day`.
pub(super) fn digest(localized: &LocalizedContext<'_>, day: Date, summary: &DigestSummary<'_>) -> Document {
    let words = &localized.words.digest;
    let all: u64 = summary.counts.iter().map(|(_, count)| count).sum();
    let to_do = |standing: Standing| standing.needs_action() || standing == Standing::Unknown;
    let waiting: u64 = summary.counts.iter().filter(|(standing, _)| to_do(*standing)).map(|(_, count)| count).sum();
    let unchecked = u64::try_from(summary.not_checked.len()).unwrap_or(u64::MAX);
    let short = (localized.words.general.short_date)(day);
    let mut blocks = vec![paragraph((words.summary)(waiting, all, summary.orgs))];
    if waiting == 0 && unchecked == 0 {
        blocks.push(paragraph(words.no_action));
    }
    blocks.extend(counts(localized, summary));
    blocks.push(details(localized));
    blocks.extend(apps_that_need_action(localized, summary.waiting, waiting));
    blocks.extend(not_checked(localized, summary));
    blocks.extend(last_scan(localized, summary));
    blocks.extend(checkpoint(localized, summary));
    // The only link in a digest mutes it.
    blocks.extend(localized.authenticity_checks(localized.context.mute.is_some()));
    blocks.extend(localized.mute(words.mute_explained, words.mute_link));
    Document {
        language: localized.language(),
        subject: localized.subject_of_orgs((localized.words.subjects.digest)(waiting, all, &short)),
        preheader: (words.preheader)(waiting, all, unchecked),
        tone: if waiting == 0 && unchecked == 0 { Tone::Good } else { Tone::Calm },
        heading: (words.heading)(&localized.date(day)),
        blocks,
        small_print: localized.small_print_of_orgs(),
    }
}

fn counts(localized: &LocalizedContext<'_>, summary: &DigestSummary<'_>) -> Vec<Block> {
    let mut counts: Vec<_> = summary.counts.iter().filter(|(_, count)| *count > 0).collect();
    counts.sort_by_key(|(standing, _)| *standing);
    let facts = counts
        .into_iter()
        .map(|(standing, count)| (localized.standing(*standing), (localized.words.digest.apps)(*count)));
    let facts: Vec<_> = facts.collect();
    if facts.is_empty() {
        Vec::new()
    } else {
        vec![heading(localized.words.digest.counts_heading), Block::Facts(facts)]
    }
}

/// `all` is the total; `waiting` may contain fewer.
fn apps_that_need_action(localized: &LocalizedContext<'_>, waiting: &[AppInOrg<'_>], all: u64) -> Vec<Block> {
    let (words, labels) = (&localized.words.digest, &localized.words.labels);
    let mut waiting = waiting.to_vec();
    waiting.sort_by_key(|of| (of.app.standing(), since(of.app), of.app.identity.app.clone()));
    let Some(oldest) = waiting.iter().min_by_key(|of| since(of.app)) else { return Vec::new() };
    let oldest = format!("{}: {}", localized.label_and_tenant(*oldest).0, localized.day(since(oldest.app)));
    let rows = waiting.iter().take(MOST_ROWS).map(|of| {
        let (label, tenant) = localized.label_and_tenant(*of);
        vec![
            label,
            org_of_customer(localized, of.org),
            localized.standing(of.app.standing()),
            owner(localized, of.app, &tenant),
            localized.day(since(of.app)),
            of.app.request.as_ref().map_or_else(|| "\u{2013}".to_owned(), |request| request.id.to_string()),
        ]
    });
    let columns = [labels.app, labels.org, labels.status, words.owner, words.since, words.request];
    let mut blocks = vec![
        heading(words.action_needed_heading),
        Block::Table { columns: columns.map(str::to_owned).to_vec(), rows: rows.collect() },
    ];
    let named = u64::try_from(waiting.len().min(MOST_ROWS)).unwrap_or(u64::MAX);
    if let Some(rest) = all.checked_sub(named).filter(|rest| *rest > 0) {
        blocks.push(paragraph((labels.more)(rest)));
    }
    blocks.push(Block::Facts(vec![(words.waiting_longest.to_owned(), oldest)]));
    blocks
}

/// The org's host, after its customer if it has one.
fn org_of_customer(localized: &LocalizedContext<'_>, org: &OrgProfile) -> String {
    match &org.customer {
        Some(customer) => format!("{}: {}", localized.shown(customer.as_str(), MAX_NAME), org.domain()),
        None => org.domain(),
    }
}

fn owner(localized: &LocalizedContext<'_>, app: &AppRecord, tenant: &str) -> String {
    let words = &localized.words.digest;
    match app.standing() {
        Standing::NeedsSave | Standing::ByHand => words.okta_operator.to_owned(),
        Standing::Unknown => words.access_repair.to_owned(),
        _ => (words.administrator_of)(tenant),
    }
}

fn not_checked(localized: &LocalizedContext<'_>, summary: &DigestSummary<'_>) -> Vec<Block> {
    let words = &localized.words.digest;
    if summary.not_checked.is_empty() {
        return vec![heading(words.not_checked_heading), paragraph(words.all_checked)];
    }
    let orgs = summary.not_checked.iter().take(MOST_ROWS);
    let orgs = orgs.map(|org| format!("{}: {}", org.domain, localized.shown(&org.reason, MAX_SENTENCE)));
    let mut items: Vec<String> = orgs.collect();
    if let Some(rest) = summary.not_checked.len().checked_sub(MOST_ROWS).filter(|rest| *rest > 0) {
        items.push((localized.words.labels.more)(u64::try_from(rest).unwrap_or(u64::MAX)));
    }
    vec![heading(words.not_checked_heading), paragraph(words.not_checked_intro), Block::List(items)]
}

/// The checkpoint, outside of the installation that could rewrite it.
fn checkpoint(localized: &LocalizedContext<'_>, summary: &DigestSummary<'_>) -> Vec<Block> {
    let words = &localized.words.digest;
    let Some(checkpoint) = summary.checkpoint else { return Vec::new() };
    vec![
        Block::Facts(vec![(words.checkpoint.to_owned(), checkpoint.to_owned())]),
        paragraph(words.checkpoint_explained),
    ]
}

fn last_scan(localized: &LocalizedContext<'_>, summary: &DigestSummary<'_>) -> Vec<Block> {
    let words = &localized.words.digest;
    let last_scan = summary.last_scan.map_or_else(|| words.never.to_owned(), |at| localized.moment(at));
    vec![
        heading(words.last_scan_heading),
        Block::Facts(vec![
            (words.last_scan.to_owned(), last_scan),
            (localized.words.labels.request.to_owned(), localized.names.request.clone()),
        ]),
        paragraph(words.check_yourself),
        Block::Commands(vec!["regrant status".to_owned()]),
    ]
}
