//! The cadence: who receives which email about an app, and when.
//!
//! A new request is announced at once. Reminders follow at growing intervals, or at shorter ones as the deadline
//! approaches, and stop after [`MOST_REMINDERS`]; from then on only the digest lists the app. When the request is done,
//! everyone who was asked is notified.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::{About, Draft, Notification, Recipient};
use crate::domain::app::AppRecord;
use crate::domain::assess::only_secret_ends;
use crate::domain::contact::{Audience, Contacts, MailAddress};
use crate::domain::provisioning_secret::{EndingSecret, WARNING_DAYS, ending_secret};
use crate::domain::request::Request;
use crate::domain::standing::Standing;
use crate::domain::waiver::Waiver;

/// Okta's deadline for moving to consent ("Update Office 365 applications with provisioning to support Microsoft
/// Graph").
pub const OKTAS_DEADLINE: Date = jiff::civil::date(2024, 12, 31);
/// The number of reminders per request.
pub const MOST_REMINDERS: u32 = 6;
/// The first reminder that also goes to the escalation contacts.
const ESCALATES_FROM: u32 = 2;
/// The same, if provisioning is broken.
const BROKEN_ESCALATES_FROM: u32 = 1;
/// How long emails of a large installation wait for each other.
pub const GROUPING_DELAY: SignedDuration = SignedDuration::from_mins(15);
/// How long a reminder that reached only some recipients is still created for the others.
const FINISHED_WITHIN: SignedDuration = SignedDuration::from_hours(12);

/// How long after an email an operator can send a reminder ahead of its time.
const REMINDED_AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// The facts that decide which emails about an app are due.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The app.
    pub app: &'a AppRecord,
    /// Every notification of its request that exists.
    pub so_far: &'a [Notification],
    /// Its waiver, active or ended.
    pub waiver: Option<&'a Waiver>,
    /// The contacts of the org.
    pub contacts: &'a Contacts,
    /// The date by which apps must move to consent.
    pub deadline: Date,
    /// Now.
    pub now: Timestamp,
}

/// The emails that are due and do not exist yet. Calling it again after storing them returns nothing; calling it after
/// storing some of them returns the rest.
pub fn due(case: &Case<'_>) -> Vec<Draft> {
    let Some(request) = &case.app.request else { return Vec::new() };
    if request.is_open() { while_open(case, request) } else { unmade(case, done(case, request)) }
}

fn while_open(case: &Case<'_>, request: &Request) -> Vec<Draft> {
    match case.waiver {
        Some(waiver) if waiver.holds(case.now) => Vec::new(),
        Some(waiver) if waiver.ends_at >= request.opened_at => {
            let about = About::WaiverExpired { ended_at: waiver.ends_at };
            let mut due = unmade(case, drafts(case, request, &about, Audience::OktaOperator));
            due.extend(asked(case, request));
            due
        }
        _ => asked(case, request),
    }
}

fn unmade(case: &Case<'_>, drafts: Vec<Draft>) -> Vec<Draft> {
    let is_made = |draft: &Draft| case.so_far.iter().any(|notification| notification.id == draft.id());
    drafts.into_iter().filter(|draft| !is_made(draft)).collect()
}

/// The emails that ask for action: the first one for the current standing, or the reminder that is due, and the warning
/// about a secret that ends. If only the secret ends, its thresholds are the reminders.
fn asked(case: &Case<'_>, request: &Request) -> Vec<Draft> {
    let mut due = secret_warnings(case, request);
    if case.app.known_standing() != Standing::Degraded || !only_secret_ends(&case.app.signals) {
        due.extend(requested(case, request));
    }
    due
}

/// The warning about the last secret of Okta's provisioning app: to those who can exempt the application at Microsoft, to
/// those who can find out in Okta why it was not rotated, and on the last day to the escalation contacts.
fn secret_warnings(case: &Case<'_>, request: &Request) -> Vec<Draft> {
    if case.app.known_standing() != Standing::Degraded {
        return Vec::new();
    }
    let Some(EndingSecret { ends_at, days }) = ending_secret(&case.app.signals) else { return Vec::new() };
    let about = About::SecretEnding { ends_at, days };
    let mut audiences = vec![Audience::MicrosoftAdministrator, Audience::OktaOperator];
    if WARNING_DAYS.last() == Some(&days) {
        audiences.push(Audience::Escalation);
    }
    let mut made: Vec<Draft> = Vec::new();
    for draft in audiences.into_iter().flat_map(|audience| drafts(case, request, &about, audience)) {
        if !made.iter().any(|known| known.id() == draft.id()) {
            made.push(draft);
        }
    }
    unmade(case, made)
}

fn requested(case: &Case<'_>, request: &Request) -> Vec<Draft> {
    let standing = case.app.known_standing();
    let Some((first, audience)) = first_email(standing) else { return Vec::new() };
    let mut announced = unmade(case, drafts(case, request, &first, audience));
    if standing == Standing::Broken && case.app.paused_since().is_some() {
        // Regrant itself paused provisioning, so the operators are alerted too.
        let operators = unmade(case, drafts(case, request, &first, Audience::OktaOperator));
        announced.extend(
            operators
                .into_iter()
                .filter(|draft| !announced.iter().any(|made| made.id() == draft.id()))
                .collect::<Vec<_>>(),
        );
    }
    if !announced.is_empty() {
        return announced;
    }
    let Some((last, number)) = latest(case, &first) else { return Vec::new() };
    // The worker that created the last reminder may have stopped halfway.
    let begun = if number > 0 && case.now < after(last, FINISHED_WITHIN) {
        unmade(case, reminders(case, request, audience, number))
    } else {
        Vec::new()
    };
    let next = number + 1;
    let comes_at = after(last, interval(standing, next, days_to(case.deadline, case.now)));
    if !begun.is_empty() || next > MOST_REMINDERS || case.now < comes_at {
        return begun;
    }
    reminders(case, request, audience, next)
}

/// When the latest email that asks for action was due, and its number: 0 for `first`, the first one.
fn latest(case: &Case<'_>, first: &About) -> Option<(Timestamp, u32)> {
    let numbered = |notification: &Notification| match notification.about {
        About::Reminder { number } => Some(number),
        ref about => (about == first).then_some(0),
    };
    let asking = case.so_far.iter().filter(|notification| numbered(notification).is_some());
    let last = asking.map(|notification| notification.due_at).max()?;
    Some((last, case.so_far.iter().filter_map(numbered).max()?))
}

/// Why an operator cannot send a reminder now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoReminder {
    /// The app needs no action of a person, or none that an email asks for.
    #[error("no email is due about this app: it needs no action")]
    NothingToDo,
    /// The app is waived.
    #[error("the app is postponed; end the postponement first")]
    Waived,
    /// The last email is recent.
    #[error("the last email about this app is less than an hour old")]
    TooSoon,
    /// No one is a contact.
    #[error("the org has no contacts for this; assign one first, and check that a sender is set")]
    NoContacts,
}

/// The next reminder, ahead of its time: the first email if there was none yet. The following reminders keep their intervals.
pub fn reminder_now(case: &Case<'_>) -> Result<Vec<Draft>, NoReminder> {
    let request = case.app.request.as_ref().filter(|request| request.is_open()).ok_or(NoReminder::NothingToDo)?;
    let (first, audience) = first_email(case.app.known_standing()).ok_or(NoReminder::NothingToDo)?;
    if case.waiver.is_some_and(|waiver| waiver.holds(case.now)) {
        return Err(NoReminder::Waived);
    }
    let next = match latest(case, &first) {
        Some((last, _)) if case.now < after(last, REMINDED_AGAIN_AFTER) => return Err(NoReminder::TooSoon),
        Some((_, number)) => reminders(case, request, audience, number.saturating_add(1)),
        None => drafts(case, request, &first, audience),
    };
    if next.is_empty() { Err(NoReminder::NoContacts) } else { Ok(next) }
}

/// When a person receives the first email about apps that were found at `found`, in a large installation. They wait a
/// quarter of an hour, so that one person's requests of the same scan arrive in one email. Different people's are spread
/// over two hours, so that an import of many orgs does not reach everyone's help desk at once.
pub fn first_contact_at(address: &MailAddress, found: Timestamp) -> Timestamp {
    let slot = address.digest().as_str().bytes().next().map_or(0, |digit| i32::from(digit % 8));
    after(found, GROUPING_DELAY.saturating_mul(1 + slot))
}

/// `time` and `interval` later.
pub fn after(time: Timestamp, interval: SignedDuration) -> Timestamp {
    time.saturating_add(interval).unwrap_or(Timestamp::MAX)
}

/// One reminder for everyone who was asked. From the second reminder on (the first, if provisioning is broken) it also
/// goes to the escalation contacts.
fn reminders(case: &Case<'_>, request: &Request, audience: Audience, number: u32) -> Vec<Draft> {
    let about = About::Reminder { number };
    let escalates = if case.app.known_standing() == Standing::Broken { BROKEN_ESCALATES_FROM } else { ESCALATES_FROM };
    let mut made = drafts(case, request, &about, audience);
    if number >= escalates {
        made.extend(drafts(case, request, &about, Audience::Escalation));
    }
    made
}

/// The first email for a standing, and its audience.
const fn first_email(standing: Standing) -> Option<(About, Audience)> {
    match standing {
        Standing::NeedsConsent | Standing::Degraded => Some((About::Invitation, Audience::MicrosoftAdministrator)),
        Standing::Broken => Some((About::Urgent, Audience::MicrosoftAdministrator)),
        Standing::NeedsSave | Standing::ByHand => Some((About::HandedToOperator, Audience::OktaOperator)),
        Standing::Unknown | Standing::Consented | Standing::NotApplicable => None,
    }
}

/// The interval between the previous email and this reminder. `days_left` is negative after the deadline; the usual
/// intervals apply then, because hurrying no longer helps.
fn interval(standing: Standing, number: u32, days_left: i64) -> SignedDuration {
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

/// When the next reminder after a notification is due; `None` after the last one, and if none follows.
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
    (next <= MOST_REMINDERS).then(|| after(notification.due_at, interval(standing, next, days_to(deadline, now))))
}

/// Days until the end of the deadline's date, in UTC; negative afterwards.
pub fn days_to(deadline: Date, now: Timestamp) -> i64 {
    let today = jiff::tz::TimeZone::UTC.to_datetime(now).date();
    today.until(deadline).map_or(i64::MIN, |span| i64::from(span.get_days()))
}

/// The completion emails of a request that ended with consent, for everyone who was asked and for the operators.
fn done(case: &Case<'_>, request: &Request) -> Vec<Draft> {
    let well = request.closed.as_ref().is_some_and(|ended| ended.standing == Standing::Consented);
    let asked = case.so_far.iter().any(|notification| notification.is_sent() && is_email(notification));
    if !well || !asked || case.app.standing() != Standing::Consented {
        return Vec::new();
    }
    let mut recipients: BTreeMap<String, (MailAddress, Audience)> = BTreeMap::new();
    let operators = case.contacts.of(Audience::OktaOperator).into_iter();
    for (address, audience) in operators.map(|address| (address, Audience::OktaOperator)).chain(emails(case.so_far)) {
        recipients.entry(address.digest().as_str().to_owned()).or_insert((address, audience));
    }
    recipients.into_values().map(|(address, audience)| draft(case, request, &About::Done, address, audience)).collect()
}

fn is_email(notification: &Notification) -> bool {
    notification.address().is_some() && !matches!(notification.about, About::Done)
}

/// The recipients of the emails that were sent, with their audiences.
fn emails(so_far: &[Notification]) -> impl Iterator<Item = (MailAddress, Audience)> {
    so_far.iter().filter(|notification| notification.is_sent() && is_email(notification)).filter_map(|notification| {
        match &notification.recipient {
            Recipient::Mail { address, audience } => Some((address.clone(), *audience)),
            Recipient::Hook { .. } => None,
        }
    })
}

/// One draft for each contact of an audience. Without a Microsoft administrator among the contacts, the operators are
/// asked to find one.
fn drafts(case: &Case<'_>, request: &Request, about: &About, audience: Audience) -> Vec<Draft> {
    let mut to = case.contacts.of(audience);
    let mut recipients_audience = audience;
    if to.is_empty() && audience == Audience::MicrosoftAdministrator {
        (to, recipients_audience) = (case.contacts.of(Audience::OktaOperator), Audience::OktaOperator);
    }
    to.into_iter().map(|address| draft(case, request, about, address, recipients_audience)).collect()
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
