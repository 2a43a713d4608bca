//! Blocks that several kinds of emails share.

use jiff::Timestamp;

use super::context::ActionLink;
use super::defuse::MAX_SENTENCE;
use super::document::Block;
use super::localized::LocalizedContext;
use crate::domain::app::AppRecord;
use crate::domain::contact::Audience;
use crate::domain::notification::About;
use crate::domain::notification::cadence::MOST_REMINDERS;
use crate::domain::standing::Standing;

pub(super) fn heading(text: &str) -> Block {
    Block::Heading(text.to_owned())
}

pub(super) fn paragraph(text: impl Into<String>) -> Block {
    Block::Paragraph(text.into())
}

/// The heading of everything that a reader in a hurry can skip.
pub(super) fn details(localized: &LocalizedContext<'_>) -> Block {
    Block::Details(localized.words.general.details.to_owned())
}

/// The phrase for one kind of recipients, and their number.
type Recipients = (fn(u64) -> String, usize);

/// Since when Regrant has known an app's standing.
pub(super) fn since(app: &AppRecord) -> Timestamp {
    app.since.unwrap_or(app.as_of)
}

impl LocalizedContext<'_> {
    /// The facts of a request: the app, its standing and since when, the deadline and the request's id.
    pub(super) fn request_facts(&self, app: &AppRecord) -> Block {
        let labels = &self.words.labels;
        let mut facts = self.app_facts(app);
        let mut fact = |name: &str, value: String| facts.push((name.to_owned(), value));
        fact(labels.status, self.standing(app.standing()));
        fact(labels.since, self.day(since(app)));
        if let Some(reason) = app.assessment.reasons.first() {
            fact(labels.finding, self.shown(reason, MAX_SENTENCE));
        }
        fact(labels.due, self.due(app));
        fact(labels.request, self.names.request.clone());
        Block::Facts(facts)
    }

    fn due(&self, app: &AppRecord) -> String {
        match app.known_standing() {
            Standing::Broken => self.words.request.due_now.to_owned(),
            Standing::Degraded => self.words.request.due_before_failure.to_owned(),
            _ => {
                let found = app.request.as_ref().map_or(app.as_of, |request| request.opened_at);
                (self.words.general.deadline)(&self.deadline(), &self.date(self.context.deadline), &self.day(found))
            }
        }
    }

    /// The end of a subject: the deadline or, once that is past, since when the request has been open. An app that was found
    /// today has not been overdue since a deadline years ago. A reminder has no room for a date.
    pub(super) fn subject_due(&self, app: &AppRecord) -> String {
        let (subjects, deadline) = (&self.words.subjects, self.deadline());
        if self.reminder_number().is_some() {
            String::new()
        } else if deadline.is_past() {
            (subjects.open_since)(&self.short_day(since(app)))
        } else {
            (subjects.due_by)(&(self.words.general.short_date)(deadline.date))
        }
    }

    /// Since when the status is unchanged or when it was found, how many users and groups it affects, and how many tasks failed.
    pub(super) fn extent(&self, app: &AppRecord) -> Block {
        let request = &self.words.request;
        let known_since = if app.before.is_some() { request.status_since } else { request.found_on };
        let mut sentences = vec![known_since(&self.day(since(app)))];
        sentences.push(self.context.assignment_counts.map_or_else(
            || request.affects_all.to_owned(),
            |counts| {
                let general = &self.words.general;
                (request.affects)(&(general.and)(&(general.users)(counts.users), &(general.groups)(counts.groups)))
            },
        ));
        let failed = u64::try_from(self.context.failed_work.len()).unwrap_or(u64::MAX);
        if failed > 0 {
            sentences.push((request.failed_tasks)(failed));
        }
        paragraph(sentences.join(" "))
    }

    /// The only button, with a note about its link; without a link, the reason and the alternative.
    pub(super) fn action(&self, label: &str) -> Block {
        let request = &self.words.request;
        let Some(link) = self.context.link else { return paragraph((request.no_link)(&self.names)) };
        self.button(label, link, request.link_expiry)
    }

    /// The only button of an email to operators. It opens the request's page; `None` if no page is served.
    pub(super) fn request_page(&self) -> Option<Block> {
        Some(self.button(self.words.request.open_page, self.context.link?, self.words.operator.link_expiry))
    }

    fn button(&self, label: &str, link: ActionLink<'_>, expiry: impl Fn(&str) -> String) -> Block {
        let mut note: Vec<String> =
            self.public_url().map(|url| (self.words.request.link_target)(&url)).into_iter().collect();
        note.extend(link.ends_at.map(|end| expiry(&self.moment(end))));
        Block::Action { label: label.to_owned(), url: link.url.clone(), note: note.join(" ") }
    }

    /// How to consent in Okta's Admin Console, without Regrant.
    pub(super) fn console(&self) -> [Block; 2] {
        [heading(self.words.request.console_heading), paragraph((self.words.request.console_steps)(&self.names))]
    }

    /// How to check that an email is authentic.
    pub(super) fn authenticity_checks(&self, has_link: bool) -> [Block; 2] {
        let words = &self.words.follow_up;
        let mut checks = vec![(words.check_request)(&self.names.request, has_link)];
        checks.push(match self.public_url() {
            Some(url) if has_link => (words.check_address)(&url),
            _ => words.check_no_link.to_owned(),
        });
        checks.push(words.check_no_secret.to_owned());
        checks.push((words.check_by_asking)(self.words.general.okta_team));
        [heading(words.authenticity_heading), Block::List(checks)]
    }

    /// Reminders, other recipients, the contact for questions, and how to postpone.
    pub(super) fn follow_up(&self, reminders: Vec<String>) -> Vec<Block> {
        let (words, general) = (&self.words.follow_up, &self.words.general);
        let mut items = reminders;
        let others = self.context.other_recipients;
        let others: [Recipients; 3] = [
            (words.other_administrators, others.administrators),
            (words.other_operators, others.operators),
            (words.other_escalation_contacts, others.escalation),
        ];
        let others = others.into_iter().filter(|(_, count)| *count > 0);
        let others = others.map(|(phrase, count)| phrase(u64::try_from(count).unwrap_or(u64::MAX)));
        let others = others.reduce(|one, other| (general.and)(&one, &other));
        // Each of several requests has its own recipients.
        if self.context.several.is_empty() {
            items.push(others.map_or_else(|| words.only_recipient.to_owned(), |others| (words.also_sent_to)(&others)));
        }
        items.push((words.questions)(&self.names.contact));
        if self.context.app.is_some() || !self.context.several.is_empty() {
            items.push((words.postpone)(&self.names.contact));
        }
        let mut blocks = vec![heading(words.next_heading), Block::List(items)];
        blocks.extend(self.mute(words.mute_explained, words.mute_link));
        blocks
    }

    /// When reminders follow.
    pub(super) fn reminder_plan(&self) -> Vec<String> {
        let words = &self.words.follow_up;
        match self.context.next_reminder {
            Some(next) => {
                vec![(words.reminder_plan)(MOST_REMINDERS, &self.day(next)), words.reminders_stop.to_owned()]
            }
            None if matches!(self.context.notification.about, About::Reminder { .. }) => {
                vec![(words.last_reminder)(MOST_REMINDERS), words.reminders_stop.to_owned()]
            }
            None => vec![words.no_reminders.to_owned()],
        }
    }

    /// The link that mutes reminders or digests; nothing for other emails.
    pub(super) fn mute(&self, explained: &str, label: &str) -> Vec<Block> {
        let can_be_muted = self.context.notification.about.can_be_muted();
        let Some(url) = self.context.mute.filter(|_| can_be_muted) else { return Vec::new() };
        vec![paragraph(explained), Block::Link { label: label.to_owned(), url: url.clone() }]
    }

    /// The footer of every email.
    pub(super) fn small_print(&self) -> Vec<String> {
        vec![(self.words.general.footer)(&self.names.org, self.public_url().as_deref())]
    }

    /// The footer of an email about several orgs.
    pub(super) fn small_print_of_orgs(&self) -> Vec<String> {
        vec![(self.words.general.footer_of_orgs)(self.public_url().as_deref())]
    }

    /// Why a reader who cannot approve the request receives this email.
    pub(super) fn why_this_reader(&self) -> Option<Block> {
        let request = &self.words.request;
        match self.audience()? {
            Audience::MicrosoftAdministrator => None,
            Audience::OktaOperator => Some(Block::Callout((request.no_administrator_on_file)(&self.names))),
            Audience::Escalation => Some(Block::Callout((request.escalation_notice)(&self.names))),
        }
    }
}
