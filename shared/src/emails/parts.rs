//! Parts that several kinds of emails have.

use super::context::ActionLink;
use super::document::Block;
use super::shown::{SENTENCE, shown};
use super::view::View;
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

/// What is said of the others on one side, and how many there are.
type Side = (fn(u64) -> String, usize);

impl View<'_> {
    /// Which app, how it stands and since when, by when, and the request.
    pub(super) fn case(&self, app: &AppRecord) -> Block {
        let labels = &self.words.labels;
        let mut facts = self.app_facts(app);
        let mut fact = |name: &str, value: String| facts.push((name.to_owned(), value));
        fact(labels.standing, self.standing(app.standing()));
        fact(labels.since, self.day(app.since.unwrap_or(app.as_of)));
        if let Some(reason) = app.assessment.reasons.first() {
            fact(labels.seen, shown(reason, SENTENCE));
        }
        fact(labels.by_when, self.by_when(app.known_standing()));
        fact(labels.request, self.names.request.clone());
        Block::Facts(facts)
    }

    fn by_when(&self, standing: Standing) -> String {
        match standing {
            Standing::Broken => self.words.ask.now.to_owned(),
            Standing::Degraded => self.words.subjects.in_time.to_owned(),
            _ => (self.words.general.deadline)(&self.deadline(), &self.date(self.context.deadline)),
        }
    }

    /// By when, at the end of a subject.
    pub(super) fn due(&self, standing: Standing) -> String {
        let (subjects, deadline) = (&self.words.subjects, self.deadline());
        match standing {
            Standing::Degraded => subjects.in_time.to_owned(),
            _ if deadline.is_past() => (subjects.overdue)(&self.date(deadline.date)),
            _ => (subjects.by)(&self.date(deadline.date)),
        }
    }

    /// How many people it concerns, since when, and what failed.
    pub(super) fn extent(&self, app: &AppRecord) -> Block {
        let ask = &self.words.ask;
        let mut said = vec![(ask.since)(&self.day(app.since.unwrap_or(app.as_of)))];
        said.push(self.context.reach.map_or_else(
            || ask.reach_unknown.to_owned(),
            |reach| {
                let general = &self.words.general;
                (ask.reach)(&(general.and)(&(general.users)(reach.users), &(general.groups)(reach.groups)))
            },
        ));
        let failed = u64::try_from(self.context.failed_work.len()).unwrap_or(u64::MAX);
        if failed > 0 {
            said.push((ask.failed_so_far)(failed));
        }
        paragraph(said.join(" "))
    }

    /// The one button, with what to know about it; or why there is none.
    pub(super) fn action(&self, label: &str) -> Block {
        let ask = &self.words.ask;
        let Some(link) = self.context.link else { return paragraph((ask.no_link)(&self.names)) };
        self.button(label, link, |end| (ask.link_ends)(end, &self.names))
    }

    /// The one button of an email to operators, where a page is served: it leads to how the request stands.
    pub(super) fn request_page(&self) -> Option<Block> {
        Some(self.button(self.words.ask.open, self.context.link?, self.words.operator.link_ends))
    }

    fn button(&self, label: &str, link: ActionLink<'_>, ends: impl Fn(&str) -> String) -> Block {
        let mut note: Vec<String> = self.place().map(|place| (self.words.ask.leads_to)(&place)).into_iter().collect();
        note.extend(link.ends_at.map(|end| ends(&self.moment(end))));
        Block::Action { label: label.to_owned(), url: link.url.clone(), note: note.join(" ") }
    }

    /// How to do it without us.
    pub(super) fn console(&self) -> [Block; 2] {
        [heading(self.words.ask.console), paragraph((self.words.ask.console_steps)(&self.names))]
    }

    /// How to find out that an email is ours.
    pub(super) fn checks(&self, has_link: bool) -> [Block; 2] {
        let follow = &self.words.follow;
        let mut checks = vec![(follow.real_request)(&self.names.request, has_link)];
        checks.push(match self.place() {
            Some(place) if has_link => (follow.real_address)(&place),
            _ => follow.real_no_page.to_owned(),
        });
        checks.push(follow.real_no_secret.to_owned());
        checks.push((follow.real_ask)(self.words.general.somebody));
        [heading(follow.real), Block::List(checks)]
    }

    /// Reminders, who else is told, whom to ask, and how to have it wait.
    pub(super) fn follow_up(&self, plan: Vec<String>) -> Vec<Block> {
        let (follow, general) = (&self.words.follow, &self.words.general);
        let mut items = plan;
        let also = self.context.also_told;
        let sides: [Side; 3] = [
            (follow.administrators, also.administrators),
            (follow.operators, also.operators),
            (follow.escalation, also.escalation),
        ];
        let others = sides.into_iter().filter(|(_, count)| *count > 0);
        let others = others.map(|(side, count)| side(u64::try_from(count).unwrap_or(u64::MAX)));
        let others = others.reduce(|one, other| (general.and)(&one, &other));
        items.push(others.map_or_else(|| follow.only_you.to_owned(), |others| (follow.also_told)(&others)));
        items.push((follow.contact)(&self.names.contact));
        if self.context.app.is_some() {
            items.push((follow.snooze)(&self.names.contact));
        }
        let mut blocks = vec![heading(follow.next), Block::List(items)];
        blocks.extend(self.mute(follow.mute, follow.mute_link));
        blocks
    }

    /// When reminders come.
    pub(super) fn reminder_plan(&self) -> Vec<String> {
        let follow = &self.words.follow;
        match self.context.next_reminder {
            Some(next) => vec![(follow.reminders)(MOST_REMINDERS, &self.day(next)), follow.stops.to_owned()],
            None if matches!(self.context.notification.about, About::Reminder { .. }) => {
                vec![(follow.reminders_last)(MOST_REMINDERS), follow.stops.to_owned()]
            }
            None => vec![follow.reminders_none.to_owned()],
        }
    }

    /// The way to mute what comes again, where it does.
    pub(super) fn mute(&self, words: &str, label: &str) -> Vec<Block> {
        let mutes = self.context.notification.about.can_be_muted();
        let Some(url) = self.context.mute.filter(|_| mutes) else { return Vec::new() };
        vec![paragraph(words), Block::Link { label: label.to_owned(), url: url.clone() }]
    }

    /// What comes last in every email.
    pub(super) fn small_print(&self) -> Vec<String> {
        vec![(self.words.general.footer)(&self.names.org, self.place().as_deref())]
    }

    /// What somebody is told first who is not the one to act.
    pub(super) fn bystander(&self) -> Option<Block> {
        let ask = &self.words.ask;
        match self.audience()? {
            Audience::MicrosoftAdministrator => None,
            Audience::OktaOperator => Some(Block::Callout((ask.nobody_on_file)(&self.names))),
            Audience::Escalation => Some(Block::Callout((ask.escalation)(&self.names))),
        }
    }
}
