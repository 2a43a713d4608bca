//! Grouping: requests to the same person that are due together share one email, so that a scan of many orgs does not fill a
//! mailbox.
//!
//! Each notification keeps its own record, reminders and audit trail. The worker that sends one of them claims the others
//! and settles all with the same result. The notification with the lowest id leads: the email carries its ids, and the
//! others remember it. If the worker stops after the email was accepted, the same notifications form the same group again,
//! and once the leader is settled, the others are not sent a second time. A lease per recipient keeps two workers from
//! splitting a group.

use futures_util::TryStreamExt as _;
use jiff::Timestamp;

use crate::domain::contact::{Audience, Language};
use crate::domain::id::Sha256Digest;
use crate::domain::notification::{About, Notification, NotificationKey, NotificationState, Recipient};
use crate::emails::{MOST_REQUESTS, asks_for_consent};
use crate::ledger::{LedgerError, paging};
use crate::usecases::Ports;

use super::attempt::attempt_at;
use super::context::{NotificationContext, load_context};

/// How many notifications are read at a time.
const PAGE: u32 = 100;
/// How many pages are read at most for one email. Notifications of one scan are due at about the same time, so they are
/// close to each other in the list.
const MOST_PAGES: usize = 3;

/// A notification that must be sent now, with its context.
pub(super) struct Unclaimed {
    pub(super) notification: Notification,
    pub(super) context: NotificationContext,
    pub(super) attempt: u32,
}

/// The same, claimed by this worker.
pub(super) struct Claimed {
    pub(super) notification: Notification,
    pub(super) context: NotificationContext,
    pub(super) attempt: u32,
}

/// What the notifications of one email have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GroupKey {
    address: Sha256Digest,
    audience: Audience,
    language: Language,
    matter: Matter,
}

/// What an email asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Matter {
    Request { is_reminder: bool, asks_for_consent: bool },
    AccessProblem { name: &'static str, affected: String },
}

impl GroupKey {
    /// The key of a notification; `None` if it is always sent alone.
    pub(super) fn of(notification: &Notification, context: &NotificationContext) -> Option<Self> {
        let Recipient::Mail { address, audience } = &notification.recipient else { return None };
        let matter = match (&notification.about, &context.app) {
            (About::Invitation | About::Urgent | About::HandedToOperator | About::Reminder { .. }, Some(app)) => {
                let is_reminder = matches!(notification.about, About::Reminder { .. });
                Matter::Request { is_reminder, asks_for_consent: asks_for_consent(app.known_standing()) }
            }
            (About::AccessProblem { problem, .. }, _) => {
                Matter::AccessProblem { name: problem.name(), affected: problem.affected() }
            }
            _ => return None,
        };
        let language = context.contacts.language;
        Some(Self { address: address.digest(), audience: *audience, language, matter })
    }

    /// The lease that one worker holds while it sends to this recipient.
    pub(super) fn lease(&self) -> String {
        format!("mail-{}", self.address.as_str())
    }
}

/// The notifications that share an email with `first`, which is one of them: claimed, the leader at the front.
pub(super) async fn claim_group(
    ports: &Ports,
    first: Unclaimed,
    key: &GroupKey,
    now: Timestamp,
) -> Result<Vec<Claimed>, LedgerError> {
    let mut members = companions(ports, &first.notification, key, now).await?;
    members.push(first);
    members.sort_by(|one, other| one.notification.id.cmp(&other.notification.id));
    let mut claimed: Vec<Claimed> = Vec::with_capacity(members.len());
    for member in members {
        let leader = claimed.first().map(|leader| {
            let Notification { request, id, .. } = &leader.notification;
            NotificationKey { request: request.clone(), id: id.clone() }
        });
        claimed.extend(claim(ports, member, leader, now).await?);
    }
    Ok(claimed)
}

/// The other notifications that must be sent now and belong to the group of `first`.
async fn companions(
    ports: &Ports,
    first: &Notification,
    key: &GroupKey,
    now: Timestamp,
) -> Result<Vec<Unclaimed>, LedgerError> {
    let mut found = Vec::new();
    let mut pages = paging::pages(PAGE, |page| ports.ledger.open_notifications(now, page));
    let mut read = 0;
    while let Some(open) = pages.try_next().await? {
        for notification in open {
            if found.len() + 1 >= MOST_REQUESTS {
                return Ok(found);
            }
            let is_other = notification.id != first.id || notification.request != first.request;
            if is_other && notification.address().is_some_and(|address| address.digest() == key.address) {
                found.extend(companion(ports, notification, key, now).await?);
            }
        }
        read += 1;
        if read == MOST_PAGES {
            break;
        }
    }
    Ok(found)
}

/// The notification, if it belongs to the group and must be sent now.
async fn companion(
    ports: &Ports,
    notification: Notification,
    key: &GroupKey,
    now: Timestamp,
) -> Result<Option<Unclaimed>, LedgerError> {
    if is_already_sent(ports, &notification).await? {
        return Ok(None);
    }
    let Ok(attempt) = attempt_at(&notification, now) else { return Ok(None) };
    // One that must not be sent is settled when its own message arrives.
    let Ok(context) = load_context(ports, &notification).await? else { return Ok(None) };
    let belongs = GroupKey::of(&notification, &context).as_ref() == Some(key);
    Ok(belongs.then_some(Unclaimed { notification, context, attempt }))
}

/// Whether a transport has accepted a notification, although its worker could not record that: a delivery report proves
/// it, or the record of the notification whose email it shares.
pub(super) async fn is_already_sent(ports: &Ports, notification: &Notification) -> Result<bool, LedgerError> {
    let (Some(leader), NotificationState::Sending { .. }) = (&notification.shares_email_of, &notification.state) else {
        return Ok(notification.delivery.is_some());
    };
    let leader = ports.ledger.notification(&leader.request, &leader.id).await?;
    Ok(notification.delivery.is_some() || leader.is_some_and(|leader| leader.is_sent() || leader.delivery.is_some()))
}

/// Claims a notification in one conditional write. `None` if another worker changed it first.
pub(super) async fn claim(
    ports: &Ports,
    unclaimed: Unclaimed,
    leader: Option<NotificationKey>,
    now: Timestamp,
) -> Result<Option<Claimed>, LedgerError> {
    let Unclaimed { notification, context, attempt } = unclaimed;
    let state = NotificationState::Sending { since: now, attempt };
    let claimed = Notification { state, shares_email_of: leader, ..notification };
    if !ports.ledger.update_notification(&claimed).await? {
        return Ok(None);
    }
    let notification = Notification { version: claimed.version + 1, ..claimed };
    Ok(Some(Claimed { notification, context, attempt }))
}
