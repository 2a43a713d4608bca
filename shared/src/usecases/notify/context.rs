//! The current context of a notification, read from the ledger just before sending, and the check whether it must still be sent.

use jiff::civil::Date;

use crate::domain::access_problem::OrgWatch;
use crate::domain::app::AppRecord;
use crate::domain::contact::{Audience, Contacts, MailAddress};
use crate::domain::notification::reason::{holds_for_app, holds_for_digest, holds_for_org};
use crate::domain::notification::{About, Notification, WhyDropped};
use crate::domain::org::OrgProfile;
use crate::ledger::LedgerError;
use crate::usecases::Ports;

use super::contacts::contacts_of;
use super::digest::orgs_looked_after;

/// The org, contacts and app that a notification concerns. Of a digest, the first org of its reader.
pub(super) struct NotificationContext {
    pub(super) org: OrgProfile,
    pub(super) contacts: Contacts,
    pub(super) app: Option<AppRecord>,
    pub(super) watch: Option<OrgWatch>,
    /// Every org that a digest covers.
    pub(super) looked_after: Vec<OrgProfile>,
}

/// Loads the context of a notification, or says why the notification must no longer be sent.
pub(super) async fn load_context(
    ports: &Ports,
    notification: &Notification,
) -> Result<Result<NotificationContext, WhyDropped>, LedgerError> {
    if let (About::Digest { day }, Some(address)) = (&notification.about, notification.address()) {
        return digest_context(ports, notification, address, *day).await;
    }
    let Some(org) = ports.ledger.org(&notification.org).await? else { return Ok(Err(WhyDropped::Superseded)) };
    let contacts = contacts_of(&org, &ports.settings);
    if let Some(address) = notification.address()
        && let Some(why) = suppressed_because(ports, notification, address, &contacts).await?
    {
        return Ok(Err(why));
    }
    let mut context = NotificationContext { org, contacts, app: None, watch: None, looked_after: Vec::new() };
    let holds = if let Some(id) = &notification.app {
        let Some(app) = ports.ledger.app(&notification.org, id).await? else { return Ok(Err(WhyDropped::Superseded)) };
        let waiver = ports.ledger.waiver(&notification.org, id).await?;
        let holds = holds_for_app(notification, &app, waiver.as_ref(), ports.clock.now());
        context.app = Some(app);
        holds
    } else {
        context.watch = ports.ledger.org_watch(&notification.org).await?;
        holds_for_org(notification, context.watch.as_ref())
    };
    Ok(holds.map(|()| context))
}

/// The context of a digest: every org whose operator the reader is now.
async fn digest_context(
    ports: &Ports,
    notification: &Notification,
    address: &MailAddress,
    day: Date,
) -> Result<Result<NotificationContext, WhyDropped>, LedgerError> {
    let looked_after = orgs_looked_after(ports, address).await?;
    let Some(org) = looked_after.first().cloned() else { return Ok(Err(WhyDropped::NoLongerAContact)) };
    let contacts = contacts_of(&org, &ports.settings);
    if let Some(why) = suppressed_because(ports, notification, address, &contacts).await? {
        return Ok(Err(why));
    }
    let holds = holds_for_digest(day, ports.clock.now());
    Ok(holds.map(|()| NotificationContext { org, contacts, app: None, watch: None, looked_after }))
}

/// Why this recipient must not receive the email; `None` if it may be sent.
async fn suppressed_because(
    ports: &Ports,
    notification: &Notification,
    address: &MailAddress,
    contacts: &Contacts,
) -> Result<Option<WhyDropped>, LedgerError> {
    // Everyone who was asked to act learns that the request is done, even if they are no longer a contact.
    if notification.about != About::Done && !is_a_contact(address, contacts) {
        return Ok(Some(WhyDropped::NoLongerAContact));
    }
    if ports.ledger.suppression(address).await?.is_some() {
        return Ok(Some(WhyDropped::Suppressed));
    }
    let muted = notification.about.can_be_muted() && ports.ledger.is_muted(&notification.request, address).await?;
    Ok(muted.then_some(WhyDropped::Muted))
}

/// Whether `address` belongs to one of these contacts.
pub(super) fn is_a_contact(address: &MailAddress, contacts: &Contacts) -> bool {
    let sides = [Audience::MicrosoftAdministrator, Audience::OktaOperator, Audience::Escalation];
    sides.into_iter().flat_map(|side| contacts.of(side)).any(|contact| contact.digest() == address.digest())
}
