//! An [`EmailContext`] prepared for its reader: words in their language, names defused, times in their time zone.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::context::EmailContext;
use super::defuse::{MAX_NAME, MAX_SENTENCE, MAX_SUBJECT_NAME, defused};
use super::document::Block;
use super::words::{Deadline, EmailNames, Words, words};
use crate::domain::app::AppRecord;
use crate::domain::contact::{Audience, Language};
use crate::domain::notification::Recipient;
use crate::domain::notification::cadence::{OKTAS_DEADLINE, days_to};
use crate::domain::permission::PermissionCatalogue;
use crate::domain::standing::Standing;
use crate::domain::tenant::TenantDomain;

/// A context with the words, names and time zone of its reader.
pub(super) struct LocalizedContext<'a> {
    pub(super) context: &'a EmailContext<'a>,
    pub(super) words: &'static Words,
    pub(super) names: EmailNames,
    zone: TimeZone,
}

impl<'a> LocalizedContext<'a> {
    pub(super) fn new(context: &'a EmailContext<'a>) -> Self {
        let words = words(context.language);
        let contact = context.contact.map(|address| defused(address.as_str(), MAX_NAME));
        let names = EmailNames {
            org: defused(&context.org.domain(), MAX_NAME),
            app: context.app.map(label).unwrap_or_default(),
            app_id: context.app.map(|app| app.identity.app.to_string()).unwrap_or_default(),
            tenant: context.app.map_or_else(|| words.general.unnamed_tenant.to_owned(), |app| tenant(context, app)),
            request: context.notification.request.to_string(),
            contact: contact.unwrap_or_else(|| words.general.okta_team.to_owned()),
        };
        Self { context, words, names, zone: context.time_zone.zone() }
    }

    /// The reader's audience; `None` for a hook.
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
        (self.words.general.date)(date)
    }

    pub(super) fn moment(&self, at: Timestamp) -> String {
        let local = self.zone.to_datetime(at);
        let zone = self.zone.to_offset_info(at);
        let time = format!("{:02}:{:02} {}", local.hour(), local.minute(), zone.abbreviation());
        (self.words.general.date_and_time)(&self.day(at), &time)
    }

    pub(super) fn deadline(&self) -> Deadline {
        let date = self.context.deadline;
        Deadline { date, days_left: days_to(date, self.context.now), is_oktas: date == OKTAS_DEADLINE }
    }

    /// The standing's name and its meaning: `needs-consent (not consented yet)`.
    pub(super) fn standing(&self, standing: Standing) -> String {
        format!("{} ({})", standing.name(), (self.words.general.standing)(standing))
    }

    /// The address of the pages; `None` if no page is served.
    pub(super) fn public_url(&self) -> Option<String> {
        self.context.sender.public_url.map(ToString::to_string)
    }

    /// The app's label, shortened for a subject.
    pub(super) fn subject_app(&self) -> String {
        defused(&self.names.app, MAX_SUBJECT_NAME)
    }

    /// Builds a subject that begins with the org and ends with `due`, which brings its own separator.
    pub(super) fn subject(&self, what: &str, due: &str) -> String {
        format!("{}: {what}{due}", defused(&self.names.org, MAX_SUBJECT_NAME))
    }

    /// The expected permissions and their purpose. The purpose of a default permission is translated.
    pub(super) fn permissions(&self) -> Block {
        let labels = &self.words.labels;
        let defaults = PermissionCatalogue::default();
        let rows = self.context.permissions.all().iter().map(|permission| {
            let is_default = defaults.all().iter().any(|known| known == permission);
            let translated = (self.words.general.permission_reason)(&permission.name).filter(|_| is_default);
            let purpose: Cow<'_, str> =
                translated.map_or_else(|| defused(&permission.why, MAX_SENTENCE).into(), Cow::from);
            let needed = if permission.required { labels.always } else { labels.some_features };
            vec![defused(&permission.name, MAX_NAME), purpose.into_owned(), needed.to_owned()]
        });
        Block::Table {
            columns: [labels.permission, labels.purpose, labels.needed].map(str::to_owned).to_vec(),
            rows: rows.collect(),
        }
    }

    /// The facts that identify an app.
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

/// An app's label, or its id if the label is empty.
pub(super) fn label(app: &AppRecord) -> String {
    let label = defused(app.identity.label.raw(), MAX_NAME);
    if label.trim().is_empty() { app.identity.app.to_string() } else { label }
}

/// The tenant's domain, as Microsoft's page shows it.
pub(super) fn tenant(context: &EmailContext<'_>, app: &AppRecord) -> String {
    let Some(name) = &app.identity.tenant else { return words(context.language).general.unnamed_tenant.to_owned() };
    match TenantDomain::of(name, context.org.cloud) {
        Ok(domain) => defused(domain.as_str(), MAX_NAME),
        Err(_) => defused(name.as_str(), MAX_NAME),
    }
}
