//! An [`EmailContext`] prepared for its reader: words in their language, names defused, times in their time zone.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::context::{AppInOrg, EmailContext};
use super::defuse::{KnownDomains, MAX_NAME, MAX_SENTENCE, shortened};
use super::document::Block;
use crate::domain::app::AppRecord;
use crate::domain::contact::{Audience, Language};
use crate::domain::notification::cadence::{OKTAS_DEADLINE, days_to};
use crate::domain::notification::{About, Recipient};
use crate::domain::org::OrgProfile;
use crate::domain::standing::Standing;
use crate::domain::tenant::TenantDomain;
use crate::words::emails::{Deadline, EmailNames};
use crate::words::{Words, words};

/// The longest subject, in characters. Inboxes cut longer ones.
const MAX_SUBJECT: usize = 59;

/// A context with the words, names and time zone of its reader.
pub(super) struct LocalizedContext<'a> {
    pub(super) context: &'a EmailContext<'a>,
    pub(super) words: &'static Words,
    pub(super) names: EmailNames,
    known: KnownDomains,
    zone: TimeZone,
}

impl<'a> LocalizedContext<'a> {
    pub(super) fn new(context: &'a EmailContext<'a>) -> Self {
        let words = words(context.language);
        let mut known = KnownDomains::of_org(context.org);
        if let Some(app) = context.app {
            known = known.with_tenant_of(context.org, app);
        }
        let names = EmailNames {
            org: known.defused(&context.org.domain(), MAX_NAME),
            app: context.app.map(|app| label(&known, app)).unwrap_or_default(),
            app_id: context.app.map(|app| app.identity.app.to_string()).unwrap_or_default(),
            tenant: context
                .app
                .map_or_else(|| words.general.unnamed_tenant.to_owned(), |app| tenant(&known, words, context.org, app)),
            request: context.notification.request.to_string(),
            // The installation's own setting.
            contact: context
                .contact
                .map_or_else(|| words.general.okta_team.to_owned(), |address| shortened(address.as_str(), MAX_NAME)),
        };
        Self { context, words, names, known, zone: context.time_zone.zone() }
    }

    /// Untrusted text, cut to `longest` characters.
    pub(super) fn shown(&self, text: &str, longest: usize) -> String {
        self.known.defused(text, longest)
    }

    /// An app of any org, as the label and the tenant that an email about several apps shows.
    pub(super) fn label_and_tenant(&self, of: AppInOrg<'_>) -> (String, String) {
        let known = KnownDomains::of_org(of.org).with_tenant_of(of.org, of.app);
        (label(&known, of.app), tenant(&known, self.words, of.org, of.app))
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
        (self.words.labels.date)(date)
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

    /// The date of a time, short enough for a subject.
    pub(super) fn short_day(&self, at: Timestamp) -> String {
        (self.words.general.short_date)(self.zone.to_datetime(at).date())
    }

    /// The number of the reminder, if the email is one.
    pub(super) const fn reminder_number(&self) -> Option<u32> {
        match self.context.notification.about {
            About::Reminder { number } => Some(number),
            _ => None,
        }
    }

    /// Builds a subject that begins with the org: `about` receives the app's name. Shortens both names until the subject
    /// fits; a long org gives way first, because readers look for the app.
    pub(super) fn subject(&self, about: impl Fn(&str) -> String) -> String {
        let whole = |org: &str, app: &str| self.reminded(format!("{org}: {}", about(app)));
        let size = |text: &str| text.chars().count();
        let room = MAX_SUBJECT.saturating_sub(size(&whole("", "")));
        let (org, app) = (self.names.org.as_str(), self.names.app.as_str());
        let for_org = room.saturating_sub(size(app)).max(room * 2 / 5).min(size(org));
        shortened(&whole(&shortened(org, for_org), &shortened(app, room.saturating_sub(for_org))), MAX_SUBJECT)
    }

    /// The same with `due` at its end, if the names need not be shortened for it.
    pub(super) fn dated_subject(&self, about: impl Fn(&str) -> String, due: &str) -> String {
        let whole = self.reminded(format!("{}: {}{due}", self.names.org, about(&self.names.app)));
        let due = if whole.chars().count() <= MAX_SUBJECT { due } else { "" };
        self.subject(|app| format!("{}{due}", about(app)))
    }

    /// Builds a subject that names no org.
    pub(super) fn subject_of_orgs(&self, about: String) -> String {
        shortened(&self.reminded(about), MAX_SUBJECT)
    }

    fn reminded(&self, subject: String) -> String {
        match self.reminder_number() {
            Some(number) => (self.words.subjects.reminder)(number, &subject),
            None => subject,
        }
    }

    /// The expected permissions and their purpose. The purpose of a default permission is translated.
    pub(super) fn permissions(&self) -> Block {
        let labels = &self.words.labels;
        let rows = self.context.permissions.all().iter().map(|permission| {
            let translated = labels.purpose(permission);
            let purpose: Cow<'_, str> =
                translated.map_or_else(|| self.shown(&permission.why, MAX_SENTENCE).into(), Cow::from);
            let needed = if permission.required { labels.always } else { labels.some_features };
            vec![self.permission(&permission.name), purpose.into_owned(), needed.to_owned()]
        });
        Block::Table {
            columns: [labels.permission, labels.purpose, labels.needed].map(str::to_owned).to_vec(),
            rows: rows.collect(),
        }
    }

    /// The name of a permission. One from the catalogue is shown as it is.
    pub(super) fn permission(&self, name: &str) -> String {
        let is_known = self.context.permissions.all().iter().any(|known| known.name == name);
        let is_name = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-');
        if is_known && is_name(name) { shortened(name, MAX_NAME) } else { self.shown(name, MAX_NAME) }
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
pub(super) fn label(known: &KnownDomains, app: &AppRecord) -> String {
    let label = known.defused(app.identity.label.raw(), MAX_NAME);
    if label.trim().is_empty() { app.identity.app.to_string() } else { label }
}

/// The tenant's domain, as Microsoft's page shows it.
pub(super) fn tenant(known: &KnownDomains, words: &Words, org: &OrgProfile, app: &AppRecord) -> String {
    let Some(name) = &app.identity.tenant else { return words.general.unnamed_tenant.to_owned() };
    match TenantDomain::of(name, org.cloud) {
        Ok(domain) => known.defused(domain.as_str(), MAX_NAME),
        Err(_) => known.defused(name.as_str(), MAX_NAME),
    }
}
