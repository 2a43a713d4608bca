//! One email for several requests to the same reader, so that the first scan of many orgs does not fill a mailbox.

use super::administrator_request::{permissions, steps_at_microsoft, with_reminder_number};
use super::context::RequestItem;
use super::document::{Block, Document, LinkRow, Tone};
use super::localized::LocalizedContext;
use super::shared_blocks::{details, heading, paragraph, since};
use crate::domain::contact::Audience;
use crate::domain::standing::Standing;

/// The most requests that one email lists.
pub(crate) const MOST_REQUESTS: usize = 50;

/// Writes the email about `items`, of which there are at least two. All ask for a consent at Microsoft, or all for a step
/// in Okta.
pub(super) fn several_requests(localized: &LocalizedContext<'_>, items: &[RequestItem<'_>]) -> Document {
    let (request, several, subjects) =
        (&localized.words.request, &localized.words.request.several, &localized.words.subjects);
    let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
    let broken = items.iter().filter(|item| item.of.app.known_standing() == Standing::Broken).count();
    let consents = items.iter().all(|item| asks_for_consent(item.of.app.known_standing()));
    let mut blocks: Vec<Block> = why_this_reader(localized, consents).into_iter().collect();
    if broken > 0 {
        blocks.push(Block::Callout((several.why_outage)(u64::try_from(broken).unwrap_or(u64::MAX))));
    }
    blocks.push(paragraph(if consents { several.why_consents } else { several.why_steps }));
    if consents {
        let steps = [vec![several.step_open.to_owned()], steps_at_microsoft(localized)].concat();
        blocks.extend([heading(request.steps_heading), Block::Steps(steps)]);
        blocks.extend([heading(request.who_heading), paragraph(several.who)]);
    }
    blocks.extend([Block::Details(several.list_heading.to_owned()), Block::Links(rows(localized, items))]);
    blocks.push(details(localized));
    if consents {
        blocks.extend(permissions(localized));
    }
    blocks.extend(localized.authenticity_checks(items.iter().any(|item| item.link.is_some())));
    let reminders = localized.reminder_plan();
    blocks.extend(localized.follow_up([reminders, vec![several.one_email.to_owned()]].concat()));
    let (subject, title) = if consents {
        ((subjects.several_consents)(count), (several.heading_consents)(count))
    } else {
        ((subjects.several_steps)(count), (several.heading_steps)(count))
    };
    let subject = localized.subject_of_orgs(subject);
    Document {
        language: localized.language(),
        preheader: format!("{subject}."),
        subject,
        tone: if broken > 0 { Tone::Urgent } else { Tone::Calm },
        heading: with_reminder_number(localized, title),
        blocks,
        small_print: localized.small_print_of_orgs(),
    }
}

/// Whether an app at this standing needs a consent at Microsoft, not only a step in Okta.
pub(crate) const fn asks_for_consent(standing: Standing) -> bool {
    matches!(standing, Standing::Broken | Standing::NeedsConsent | Standing::Degraded)
}

fn why_this_reader(localized: &LocalizedContext<'_>, consents: bool) -> Option<Block> {
    let several = &localized.words.request.several;
    match localized.audience()? {
        Audience::OktaOperator if consents => Some(Block::Callout(several.no_administrator_on_file.to_owned())),
        Audience::Escalation => Some(Block::Callout(several.escalation_notice.to_owned())),
        Audience::MicrosoftAdministrator | Audience::OktaOperator => None,
    }
}

fn rows(localized: &LocalizedContext<'_>, items: &[RequestItem<'_>]) -> Vec<LinkRow> {
    let several = &localized.words.request.several;
    let mut items: Vec<&RequestItem<'_>> = items.iter().collect();
    items.sort_by_key(|item| (item.of.app.known_standing(), since(item.of.app), item.of.app.identity.app.clone()));
    items
        .into_iter()
        .map(|item| {
            let (label, tenant) = localized.label_and_tenant(item.of);
            let status = (localized.words.general.standing)(item.of.app.known_standing());
            LinkRow {
                name: format!("{label} ({})", item.of.org.domain()),
                facts: (several.row)(&tenant, status, &localized.day(since(item.of.app)), item.request.as_str()),
                link: item.link.map(|url| (several.open.to_owned(), url.clone())),
            }
        })
        .collect()
}
