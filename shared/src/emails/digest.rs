//! The digest: how all apps of an org stand, worst first, and what was not seen.

use jiff::civil::Date;

use super::context::Summary;
use super::document::{Block, Document, Tone};
use super::parts::{heading, paragraph};
use super::shown::{SENTENCE, shown};
use super::view::{View, label, tenant};
use crate::domain::app::AppRecord;
use crate::domain::standing::Standing;

/// How many apps, and how many orgs, one digest names.
const MOST_ROWS: usize = 25;

/// The digest of `day`.
pub(super) fn digest(view: &View<'_>, day: Date, summary: &Summary<'_>) -> Document {
    let (digest, org) = (&view.words.digest, view.names.org.as_str());
    let all: u64 = summary.counts.iter().map(|(_, count)| count).sum();
    let to_do = |standing: Standing| standing.needs_action() || standing == Standing::Unknown;
    let waiting: u64 = summary.counts.iter().filter(|(standing, _)| to_do(*standing)).map(|(_, count)| count).sum();
    let not_seen = u64::try_from(summary.not_seen.len()).unwrap_or(u64::MAX);
    let day = view.date(day);
    let mut blocks = Vec::new();
    if waiting == 0 && not_seen == 0 {
        blocks.push(paragraph(digest.all_fine));
    }
    blocks.extend(counts(view, summary));
    blocks.extend(who_is_waited_for(view, summary.waiting, waiting));
    blocks.extend(not_looked_at(view, summary));
    blocks.extend(looks(view, summary));
    // The one link of a digest is the one that mutes it.
    blocks.extend(view.checks(view.context.mute.is_some()));
    blocks.extend(view.mute(digest.mute, digest.mute_link));
    Document {
        language: view.language(),
        subject: view.subject(&(view.words.subjects.digest)(waiting, all, &day), ""),
        preheader: (digest.preheader)(waiting, all, not_seen),
        tone: if waiting == 0 && not_seen == 0 { Tone::Good } else { Tone::Calm },
        heading: (digest.heading)(org, &day),
        blocks,
        small_print: view.small_print(),
    }
}

fn counts(view: &View<'_>, summary: &Summary<'_>) -> Vec<Block> {
    let mut counts: Vec<_> = summary.counts.iter().filter(|(_, count)| *count > 0).collect();
    counts.sort_by_key(|(standing, _)| *standing);
    let facts =
        counts.into_iter().map(|(standing, count)| (view.standing(*standing), (view.words.digest.apps)(*count)));
    let facts: Vec<_> = facts.collect();
    if facts.is_empty() { Vec::new() } else { vec![heading(view.words.digest.counts), Block::Facts(facts)] }
}

/// `all` is how many there are; not all of them may be handed over.
fn who_is_waited_for(view: &View<'_>, waiting: &[&AppRecord], all: u64) -> Vec<Block> {
    let (digest, labels) = (&view.words.digest, &view.words.labels);
    let mut waiting: Vec<&AppRecord> = waiting.to_vec();
    waiting.sort_by_key(|app| (app.standing(), app.since.unwrap_or(app.as_of), app.identity.app.clone()));
    let Some(oldest) = waiting.iter().min_by_key(|app| app.since.unwrap_or(app.as_of)) else { return Vec::new() };
    let oldest = format!("{}: {}", label(oldest), view.day(oldest.since.unwrap_or(oldest.as_of)));
    let rows = waiting.iter().take(MOST_ROWS).map(|app| {
        vec![
            format!("{} ({})", label(app), app.identity.app),
            view.standing(app.standing()),
            waits_on(view, app),
            view.day(app.since.unwrap_or(app.as_of)),
            app.request.as_ref().map_or_else(|| "\u{2013}".to_owned(), |request| request.id.to_string()),
        ]
    });
    let columns = [labels.app, labels.standing, digest.waits_on, digest.since, digest.request];
    let mut blocks = vec![
        heading(digest.waiting),
        Block::Table { columns: columns.map(str::to_owned).to_vec(), rows: rows.collect() },
    ];
    let named = u64::try_from(waiting.len().min(MOST_ROWS)).unwrap_or(u64::MAX);
    if let Some(rest) = all.checked_sub(named).filter(|rest| *rest > 0) {
        blocks.push(paragraph((labels.more)(rest)));
    }
    blocks.push(Block::Facts(vec![(digest.oldest.to_owned(), oldest)]));
    blocks
}

fn waits_on(view: &View<'_>, app: &AppRecord) -> String {
    let digest = &view.words.digest;
    match app.standing() {
        Standing::NeedsSave | Standing::ByHand => digest.on_operator.to_owned(),
        Standing::Unknown => digest.on_access.to_owned(),
        _ => (digest.on_administrator)(&tenant(view.context, app)),
    }
}

fn not_looked_at(view: &View<'_>, summary: &Summary<'_>) -> Vec<Block> {
    let digest = &view.words.digest;
    if summary.not_seen.is_empty() {
        return vec![heading(digest.not_seen), paragraph(digest.all_seen)];
    }
    let orgs = summary.not_seen.iter().take(MOST_ROWS);
    let orgs = orgs.map(|not_seen| format!("{}: {}", not_seen.org, shown(&not_seen.reason, SENTENCE)));
    let mut items: Vec<String> = orgs.collect();
    if let Some(rest) = summary.not_seen.len().checked_sub(MOST_ROWS).filter(|rest| *rest > 0) {
        items.push((view.words.labels.more)(u64::try_from(rest).unwrap_or(u64::MAX)));
    }
    vec![heading(digest.not_seen), paragraph(digest.not_seen_intro), Block::List(items)]
}

fn looks(view: &View<'_>, summary: &Summary<'_>) -> Vec<Block> {
    let digest = &view.words.digest;
    let last_scan = summary.last_scan.map_or_else(|| digest.never.to_owned(), |at| view.moment(at));
    vec![
        heading(digest.looks),
        Block::Facts(vec![
            (digest.last_scan.to_owned(), last_scan),
            (view.words.labels.request.to_owned(), view.names.request.clone()),
        ]),
        paragraph(digest.look_yourself),
        Block::Commands(vec!["regrant status".to_owned()]),
    ]
}
