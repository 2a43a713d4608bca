//! A context in the reader's words: names made harmless, times on the reader's clock.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::context::EmailContext;
use super::document::Block;
use super::shown::{IN_SUBJECT, NAME, SENTENCE, shown};
use super::words::{Deadline, Names, Words, words};
use crate::domain::app::AppRecord;
use crate::domain::contact::{Audience, Language};
use crate::domain::notification::Recipient;
use crate::domain::notification::cadence::{OKTAS_DEADLINE, days_to};
use crate::domain::permission::PermissionCatalogue;
use crate::domain::standing::Standing;
use crate::domain::tenant::TenantDomain;

/// A context, seen by its reader.
pub(super) struct View<'a> {
    pub(super) context: &'a EmailContext<'a>,
    pub(super) words: &'static Words,
    pub(super) names: Names,
    zone: TimeZone,
}

impl<'a> View<'a> {
    pub(super) fn of(context: &'a EmailContext<'a>) -> Self {
        let words = words(context.language);
        let contact = context.contact.map(|address| shown(address.as_str(), NAME));
        let names = Names {
            org: shown(&context.org.domain(), NAME),
            app: context.app.map(label).unwrap_or_default(),
            app_id: context.app.map(|app| app.identity.app.to_string()).unwrap_or_default(),
            tenant: context.app.map_or_else(|| words.general.a_tenant.to_owned(), |app| tenant(context, app)),
            request: context.notification.request.to_string(),
            contact: contact.unwrap_or_else(|| words.general.somebody.to_owned()),
        };
        Self { context, words, names, zone: context.time_zone.zone() }
    }

    /// The side of its reader.
    pub(super) const fn audience(&self) -> Option<Audience> {
        match &self.context.notification.recipient {
            Recipient::Mail { audience, .. } => Some(*audience),
            Recipient::Hook { .. } => None,
        }
    }

    pub(super) fn day(&self, at: Timestamp) -> String {
        self.date(self.zone.to_datetime(at).date())
    }

    pub(super) fn date(&self, date: Date) -> String {
        (self.words.general.day)(date)
    }

    pub(super) fn moment(&self, at: Timestamp) -> String {
        let local = self.zone.to_datetime(at);
        let zone = self.zone.to_offset_info(at);
        let time = format!("{:02}:{:02} {}", local.hour(), local.minute(), zone.abbreviation());
        (self.words.general.moment)(&self.day(at), &time)
    }

    pub(super) fn deadline(&self) -> Deadline {
        let date = self.context.deadline;
        Deadline { date, days_left: days_to(date, self.context.now), is_oktas: date == OKTAS_DEADLINE }
    }

    /// `needs-consent (nobody has consented yet)`: the name as every output has it, and what it means.
    pub(super) fn standing(&self, standing: Standing) -> String {
        format!("{} ({})", standing.name(), (self.words.general.standing)(standing))
    }

    /// The address of the pages, where there are any.
    pub(super) fn place(&self) -> Option<String> {
        self.context.sender.public_url.map(ToString::to_string)
    }

    /// The app's label as a subject has it.
    pub(super) fn subject_app(&self) -> String {
        shown(&self.names.app, IN_SUBJECT)
    }

    /// A subject begins with the org and ends with by when.
    pub(super) fn subject(&self, what: &str, by_when: &str) -> String {
        let comma = if by_when.is_empty() { "" } else { ", " };
        format!("{}: {what}{comma}{by_when}", shown(&self.names.org, IN_SUBJECT))
    }

    /// The expected permissions and why, in the reader's language where they are the usual ones.
    pub(super) fn permissions(&self) -> Block {
        let labels = &self.words.labels;
        let usual = PermissionCatalogue::default();
        let rows = self.context.permissions.all().iter().map(|permission| {
            let is_usual = usual.all().iter().any(|known| known == permission);
            let translated = (self.words.general.permission)(&permission.name).filter(|_| is_usual);
            let why: Cow<'_, str> = translated.map_or_else(|| shown(&permission.why, SENTENCE).into(), Cow::from);
            let needed = if permission.required { labels.always } else { labels.for_some };
            vec![shown(&permission.name, NAME), why.into_owned(), needed.to_owned()]
        });
        Block::Table {
            columns: [labels.permission, labels.why, labels.needed].map(str::to_owned).to_vec(),
            rows: rows.collect(),
        }
    }

    /// What tells one app from every other.
    pub(super) fn app_facts(&self, app: &AppRecord) -> Vec<(String, String)> {
        let labels = &self.words.labels;
        let fact = |name: &str, value: String| (name.to_owned(), value);
        let mut facts = vec![
            fact(labels.org, self.names.org.clone()),
            fact(labels.app, format!("{} ({})", self.names.app, self.names.app_id)),
        ];
        if app.identity.tenant.is_some() {
            facts.push(fact(labels.tenant, self.names.tenant.clone()));
        }
        if self.context.org.cloud != crate::domain::cloud::Cloud::Global {
            facts.push(fact(labels.cloud, self.context.org.cloud.to_string()));
        }
        facts
    }

    pub(super) const fn language(&self) -> Language {
        self.context.language
    }
}

/// An app's label; its key where it has none.
pub(super) fn label(app: &AppRecord) -> String {
    let label = shown(app.identity.label.raw(), NAME);
    if label.trim().is_empty() { app.identity.app.to_string() } else { label }
}

/// The tenant's domain, as Microsoft's page shows it.
pub(super) fn tenant(context: &EmailContext<'_>, app: &AppRecord) -> String {
    let Some(name) = &app.identity.tenant else { return words(context.language).general.a_tenant.to_owned() };
    match TenantDomain::of(name, context.org.cloud) {
        Ok(domain) => shown(domain.as_str(), NAME),
        Err(_) => shown(name.as_str(), NAME),
    }
}
