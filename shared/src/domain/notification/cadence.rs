//! The cadence: who is told what, and when, so that the right person hears once, in time, and is not nagged.
//!
//! An app's request is announced at once. Reminders follow at growing distances, closer together as the deadline comes
//! near, and end after [`MOST_REMINDERS`]: after that only the digest names the app. The moment somebody has nothing to do
//! any more, everybody who was asked is told that it is done.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::{About, Draft, Notification, Recipient};
use crate::domain::app::AppRecord;
use crate::domain::contact::{Audience, Contacts, MailAddress};
use crate::domain::request::Request;
use crate::domain::standing::Standing;
use crate::domain::waiver::Waiver;

/// The date that Okta set for moving to consent ("Update Office 365 applications with provisioning to support Microsoft
/// Graph").
pub const OKTAS_DEADLINE: Date = jiff::civil::date(2024, 12, 31);
/// How many reminders one request gets.
pub const MOST_REMINDERS: u32 = 6;
/// From which reminder on those are told who see to it that somebody acts.
const ESCALATES_FROM: u32 = 2;
/// The same, where provisioning is broken.
const BROKEN_ESCALATES_FROM: u32 = 1;
/// How long a reminder that reached only some of its recipients is made for the rest.
const FINISHED_WITHIN: SignedDuration = SignedDuration::from_hours(12);

/// Everything that decides which emails about an app are due.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The app.
    pub app: &'a AppRecord,
    /// Every notification of its request so far.
    pub so_far: &'a [Notification],
    /// Its waiver, holding or ended.
    pub waiver: Option<&'a Waiver>,
    /// Who is written to.
    pub contacts: &'a Contacts,
    /// The day until which apps have to be moved.
    pub deadline: Date,
    /// Now.
    pub now: Timestamp,
}

/// The emails that are due and not made yet. Asked again after they were made, the same case gives nothing; asked again
/// after only some of them were, it gives the rest.
pub fn due(case: &Case<'_>) -> Vec<Draft> {
    let Some(request) = &case.app.request else { return Vec::new() };
    if request.is_open() { while_open(case, request) } else { unmade(case, done(case, request)) }
}

fn while_open(case: &Case<'_>, request: &Request) -> Vec<Draft> {
    match case.waiver {
        Some(waiver) if waiver.holds(case.now) => Vec::new(),
        Some(waiver) if waiver.ends_at >= request.opened_at => {
            let about = About::WaiverExpired { ended_at: waiver.ends_at };
            let mut told = unmade(case, drafts(case, request, &about, Audience::OktaOperator));
            told.extend(asked(case, request));
            told
        }
        _ => asked(case, request),
    }
}

fn unmade(case: &Case<'_>, drafts: Vec<Draft>) -> Vec<Draft> {
    let is_made = |draft: &Draft| case.so_far.iter().any(|notification| notification.id == draft.id());
    drafts.into_iter().filter(|draft| !is_made(draft)).collect()
}

/// What is asked of people now: the first email for where the app stands, or the reminder whose time has come.
fn asked(case: &Case<'_>, request: &Request) -> Vec<Draft> {
    let standing = case.app.known_standing();
    let Some((first, audience)) = first_email(standing) else { return Vec::new() };
    let announced = unmade(case, drafts(case, request, &first, audience));
    if !announced.is_empty() {
        return announced;
    }
    let numbered = |notification: &Notification| match notification.about {
        About::Reminder { number } => Some(number),
        ref about => (*about == first).then_some(0),
    };
    let last = case
        .so_far
        .iter()
        .filter(|notification| numbered(notification).is_some())
        .map(|notification| notification.due_at)
        .max();
    let (Some(last), Some(number)) = (last, case.so_far.iter().filter_map(numbered).max()) else { return Vec::new() };
    // Whoever made the last one may have been stopped half-way.
    let begun = if number > 0 && case.now < after(last, FINISHED_WITHIN) {
        unmade(case, reminders(case, request, audience, number))
    } else {
        Vec::new()
    };
    let next = number + 1;
    let comes_at = after(last, distance(standing, next, days_to(case.deadline, case.now)));
    if !begun.is_empty() || next > MOST_REMINDERS || case.now < comes_at {
        return begun;
    }
    reminders(case, request, audience, next)
}

fn after(time: Timestamp, distance: SignedDuration) -> Timestamp {
    time.saturating_add(distance).unwrap_or(Timestamp::MAX)
}

/// One reminder for everybody who is asked, and from the second one on (the first, where provisioning is broken) for those
/// who see to it that somebody acts.
fn reminders(case: &Case<'_>, request: &Request, audience: Audience, number: u32) -> Vec<Draft> {
    let about = About::Reminder { number };
    let escalates = if case.app.known_standing() == Standing::Broken { BROKEN_ESCALATES_FROM } else { ESCALATES_FROM };
    let mut made = drafts(case, request, &about, audience);
    if number >= escalates {
        made.extend(drafts(case, request, &about, Audience::Escalation));
    }
    made
}

/// What is asked for first at a standing, and of whom.
const fn first_email(standing: Standing) -> Option<(About, Audience)> {
    match standing {
        Standing::NeedsConsent | Standing::Degraded => Some((About::Invitation, Audience::MicrosoftAdministrator)),
        Standing::Broken => Some((About::Urgent, Audience::MicrosoftAdministrator)),
        Standing::NeedsSave | Standing::ByHand => Some((About::HandedToOperator, Audience::OktaOperator)),
        Standing::Unknown | Standing::Consented | Standing::NotApplicable => None,
    }
}

/// How long after the email before it a reminder comes. `days_left` is negative once the deadline is past: then nothing
/// is gained by haste, and the usual distances hold.
fn distance(standing: Standing, number: u32, days_left: i64) -> SignedDuration {
    let days = match standing {
        Standing::Broken => [1, 2, 4, 7, 7, 7],
        Standing::NeedsSave => [2, 5, 7, 14, 14, 28],
        Standing::NeedsConsent => match days_left {
            0..=7 => [2; MOST_REMINDERS as usize],
            8..=30 => [5; MOST_REMINDERS as usize],
            _ => [7, 7, 14, 28, 28, 28],
        },
        _ => [14, 28, 28, 28, 28, 28],
    };
    let at = usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX).min(days.len() - 1);
    SignedDuration::from_hours(24 * days[at])
}

/// When the reminder after a notification is due; `None` after the last one, and where none follows.
pub fn next_reminder_after(
    notification: &Notification,
    standing: Standing,
    deadline: Date,
    now: Timestamp,
) -> Option<Timestamp> {
    let (first, _) = first_email(standing)?;
    let next = match notification.about {
        About::Reminder { number } => number + 1,
        ref about if *about == first => 1,
        _ => return None,
    };
    (next <= MOST_REMINDERS).then(|| after(notification.due_at, distance(standing, next, days_to(deadline, now))))
}

/// Days until the deadline's day ends, in UTC; negative once it is past.
pub fn days_to(deadline: Date, now: Timestamp) -> i64 {
    let today = jiff::tz::TimeZone::UTC.to_datetime(now).date();
    today.until(deadline).map_or(i64::MIN, |span| i64::from(span.get_days()))
}

/// A request that ended well is told to everybody who was asked, and to the operators.
fn done(case: &Case<'_>, request: &Request) -> Vec<Draft> {
    let well = request.closed.as_ref().is_some_and(|ended| ended.standing == Standing::Consented);
    let asked = case.so_far.iter().any(|notification| notification.is_sent() && is_email(notification));
    if !well || !asked || case.app.standing() != Standing::Consented {
        return Vec::new();
    }
    let mut told: BTreeMap<String, (MailAddress, Audience)> = BTreeMap::new();
    let operators = case.contacts.of(Audience::OktaOperator).into_iter();
    for (address, audience) in operators.map(|address| (address, Audience::OktaOperator)).chain(emails(case.so_far)) {
        told.entry(address.digest().as_str().to_owned()).or_insert((address, audience));
    }
    told.into_values().map(|(address, audience)| draft(case, request, &About::Done, address, audience)).collect()
}

fn is_email(notification: &Notification) -> bool {
    notification.address().is_some() && !matches!(notification.about, About::Done)
}

/// Who got an email, and as what.
fn emails(so_far: &[Notification]) -> impl Iterator<Item = (MailAddress, Audience)> {
    so_far.iter().filter(|notification| notification.is_sent() && is_email(notification)).filter_map(|notification| {
        match &notification.recipient {
            Recipient::Mail { address, audience } => Some((address.clone(), *audience)),
            Recipient::Hook { .. } => None,
        }
    })
}

/// One draft for everybody of one side. Where there is no Microsoft administrator to write to, the operators are asked to
/// find one.
fn drafts(case: &Case<'_>, request: &Request, about: &About, audience: Audience) -> Vec<Draft> {
    let mut to = case.contacts.of(audience);
    let mut side = audience;
    if to.is_empty() && audience == Audience::MicrosoftAdministrator {
        (to, side) = (case.contacts.of(Audience::OktaOperator), Audience::OktaOperator);
    }
    to.into_iter().map(|address| draft(case, request, about, address, side)).collect()
}

fn draft(case: &Case<'_>, request: &Request, about: &About, address: MailAddress, audience: Audience) -> Draft {
    let due_at = if about.is_urgent() { case.now } else { case.contacts.next_allowed(case.now) };
    Draft {
        request: request.id.clone(),
        org: case.app.identity.org.clone(),
        app: Some(case.app.identity.app.clone()),
        about: about.clone(),
        recipient: Recipient::Mail { address, audience },
        due_at,
    }
}

#[cfg(test)]
mod tests;
